"""Models of the register, one subject a file."""

import registry.models.second_step  # noqa: F401  triggers of tables that are not ours
from registry.models.account_link import AccountLink
from registry.models.audit import AccessLog, AuditBlock, AuditCheck, AuditEntry
from registry.models.calendar import CalendarDay, CalendarYear
from registry.models.change import DivisionChange, DivisionChangePlace
from registry.models.consortium import Consortium, Lead, Membership
from registry.models.declaration import Declaration
from registry.models.division import (
    Authority,
    Division,
    DivisionSuccession,
    ForeignCode,
    ManagementArea,
    ManagementAreaDivision,
)
from registry.models.duplicate import DuplicatePair, Merge
from registry.models.export import InstitutionExport
from registry.models.facility import PlannedFacility
from registry.models.foreign_list import ForeignCodeList, ForeignCodeRow
from registry.models.import_columns import ColumnAlias, ImportSheet, RememberedColumns
from registry.models.imports import ImportBatch, ImportIssue, ImportRow
from registry.models.institution import Credential, Institution, InstitutionName
from registry.models.institution_request import InstitutionRequest
from registry.models.job import Job
from registry.models.notification import Delivery, Notification, NotificationChoice
from registry.models.person import Assignment, User
from registry.models.policy import FactSheet, PolicyDocument, Rule
from registry.models.policy_draft import PolicyDraft, PolicyVersion
from registry.models.reference import (
    AffiliationWord,
    EconomicType,
    HospitalGrade,
    InstitutionClass,
    ReferenceLoad,
    SubjectTerm,
    TreatmentSubject,
)
from registry.models.staff_list import StaffList, StaffListEntry
from registry.models.waiver import Waiver

__all__ = [
    "AccessLog",
    "AccountLink",
    "AffiliationWord",
    "Assignment",
    "AuditBlock",
    "AuditCheck",
    "AuditEntry",
    "Authority",
    "CalendarDay",
    "CalendarYear",
    "ColumnAlias",
    "Consortium",
    "Credential",
    "Declaration",
    "Delivery",
    "Division",
    "DivisionChange",
    "DivisionChangePlace",
    "DivisionSuccession",
    "DuplicatePair",
    "EconomicType",
    "FactSheet",
    "ForeignCode",
    "ForeignCodeList",
    "ForeignCodeRow",
    "HospitalGrade",
    "ImportBatch",
    "ImportIssue",
    "ImportRow",
    "ImportSheet",
    "Institution",
    "InstitutionClass",
    "InstitutionExport",
    "InstitutionName",
    "InstitutionRequest",
    "Job",
    "Lead",
    "ManagementArea",
    "ManagementAreaDivision",
    "Membership",
    "Merge",
    "Notification",
    "NotificationChoice",
    "PlannedFacility",
    "PolicyDocument",
    "PolicyDraft",
    "PolicyVersion",
    "ReferenceLoad",
    "RememberedColumns",
    "Rule",
    "StaffList",
    "StaffListEntry",
    "SubjectTerm",
    "TreatmentSubject",
    "User",
    "Waiver",
]
