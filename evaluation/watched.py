"""The tables from which facts are read (事实来源), and what each of their columns points at.

A change in one of them touches the subjects it is about (evaluation/touching.py). A test reads every kind of subject
and holds the tables that were asked against this list.
"""

COLUMNS: dict[str, dict[str, str]] = {
    "registry_consortium": {"id": "described", "kind": "kind", "division_id": "place"},
    "registry_lead": {"consortium_id": "consortium", "institution_id": "institution"},
    "registry_membership": {"consortium_id": "consortium", "institution_id": "institution"},
    "registry_declaration": {"consortium_id": "consortium", "division_id": "declaring"},
    "registry_plannedfacility": {"id": "facility", "division_id": "planned"},
    "evaluation_campaign": {"id": "campaign"},
    "evaluation_participant": {"campaign_id": "campaign", "consortium_id": "consortium"},
    "evaluation_indicatorvalue": {"participant_id": "participant"},
    "evaluation_grade": {"participant_id": "participant"},
    "evaluation_scheme": {"jurisdiction": "jurisdiction"},
    "evaluation_indicator": {"scheme_id": "scheme"},
    "registry_waiver": {"consortium_id": "consortium", "subject_id": "lifted"},
    "registry_institution": {"id": "institution", "division_id": "home", "township_id": "township"},
    "registry_institutionname": {"institution_id": "institution"},
    "registry_credential": {"institution_id": "institution"},
    "registry_treatmentsubject": {"code": "specialty"},
    "registry_user": {"id": "person"},
    "filing_filing": {"consortium_id": "filing"},
    "filing_material": {"filing_id": "case"},
    "grids_grid": {"id": "grid", "division_id": "place"},
    "grids_gridunit": {"grid_id": "grid", "division_id": "township"},
    "grids_gridassignment": {"grid_id": "grid", "consortium_id": "holder"},
    "registry_division": {"id": "moved"},
    "registry_managementarea": {"id": "zone"},
    "registry_managementareadivision": {"area_id": "zone", "division_id": "moved"},
    "registry_authority": {"division_id": "moved", "management_area_id": "zone"},
    "registry_policydocument": {"jurisdiction": "jurisdiction"},
    "registry_rule": {"document_id": "document"},
    "registry_calendarday": {"year": "calendar"},
    "registry_calendaryear": {"year": "calendar"},
}
# Of these tables only a few columns are read: the time of the last sign-in says nothing about anybody's filings.
ONLY = {"registry_user": {"name", "username"}}
# Read as well, but changed only by what the watched tables make of them.
DERIVED = {"grids_holding": "rebuilt by triggers from grids, townships and assignments"}
