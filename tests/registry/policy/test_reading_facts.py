"""Reading facts from the register: what is read, and that its cost does not grow."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.facts.consortia import consortium_facts, each_consortium
from registry.facts.services import served_facts
from registry.models import Consortium, Credential, Declaration, InstitutionName, TreatmentSubject, Waiver
from registry.policy.engine import judge
from registry.policy.library import current_book
from tests.factories.registry import (
    ConsortiumFactory,
    CountyFactory,
    InstitutionClassFactory,
    InstitutionFactory,
    LeadFactory,
    MembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
DAY = dt.date(2020, 6, 1)


def _one(consortium, day=DAY):
    return consortium_facts([consortium.pk], day)[0]


def _queries(call) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def test_members_of_the_day_without_the_lead_and_without_those_who_left():
    consortium = ConsortiumFactory()
    lead = LeadFactory(consortium=consortium)
    stays = MembershipFactory(consortium=consortium)
    MembershipFactory(consortium=consortium, during=(dt.date(2015, 1, 1), DAY))
    MembershipFactory(consortium=consortium, institution=lead.institution)
    facts = _one(consortium)
    assert facts.lead.name == lead.institution.name
    assert [m.institution.name for m in facts.members] == [stays.institution.name]


def test_a_lead_that_changed_is_the_one_of_the_day():
    consortium = ConsortiumFactory()
    first = LeadFactory(consortium=consortium, during=(dt.date(2015, 1, 1), dt.date(2019, 1, 1)))
    second = LeadFactory(consortium=consortium, during=(dt.date(2019, 1, 1), None))
    assert _one(consortium, dt.date(2018, 12, 31)).lead.name == first.institution.name
    assert _one(consortium, dt.date(2019, 1, 1)).lead.name == second.institution.name


def test_a_company_or_nobody_may_lead():
    company = ConsortiumFactory()
    LeadFactory(consortium=company, institution=None, company_name="某投资公司")
    assert _one(company).lead.name == "某投资公司"
    assert not _one(ConsortiumFactory()).lead.is_known


def test_names_credentials_declarations_and_waivers_are_read():
    consortium = ConsortiumFactory(kind="specialty_alliance", scope="in_city")
    lead = LeadFactory(consortium=consortium).institution
    InstitutionName.objects.create(institution=lead, name="简称", kind="short")
    subject = TreatmentSubject.objects.create(code="19", name="肿瘤科", level=1)
    Credential.objects.create(institution=lead, subject=subject, level="city", kind="clinical")
    Declaration.objects.create(consortium=consortium, key="radiating_capacity", value="有", evidence="附件")
    Waiver.objects.create(
        consortium=consortium, provision="CQ-53", reason="紧缺学科", document="渝卫函1号",
        granted_by=UserFactory(), granted_on=dt.date(2019, 1, 1), until=dt.date(2020, 1, 1),
    )  # fmt: skip
    facts = _one(consortium)
    assert facts.lead.institution.other_names == ("简称",)
    assert [(c.subject_name, c.level) for c in facts.lead.credentials] == [("肿瘤科", "city")]
    assert facts.declarations["radiating_capacity"].evidenced
    assert facts.waivers == ()
    assert [w.rule for w in _one(consortium, dt.date(2020, 1, 1)).waivers] == ["CQ-53"]


def test_the_roster_of_the_county_counts_open_institutions_by_kind():
    county = CountyFactory(kind="市辖区")
    consortium = ConsortiumFactory(kind="county_community", division=county)
    assert _one(consortium).roster is None
    InstitutionFactory(community_centre=True, division=county)
    InstitutionFactory(community_centre=True, division=county, status="closed")
    InstitutionFactory(institution_class=InstitutionClassFactory(code="C220"), division=CountyFactory())
    facts = _one(consortium)
    assert (facts.roster["community_health"], facts.roster["township_health"]) == (1, 0)
    assert facts.county_is_urban


def test_urban_rural_links_are_crossed_in_both_directions():
    rural, urban = InstitutionFactory(name="县医院"), InstitutionFactory(name="市一院", level="3")
    community = ConsortiumFactory(kind="county_community", name="某县医共体")
    LeadFactory(consortium=community, institution=rural)
    link = ConsortiumFactory(kind="urban_rural_link", name="城乡医联体")
    LeadFactory(consortium=link, institution=urban)
    MembershipFactory(consortium=link, institution=rural)
    assert [p.consortium for p in _one(link).partners] == ["某县医共体"]
    assert [h.institution for h in _one(community).linked_hospitals] == ["市一院"]
    assert [c.consortium for c in served_facts([urban.pk], DAY)[urban.pk].links] == ["某县医共体"]


def test_other_alliances_of_the_city_are_seen_and_not_oneself():
    subject = TreatmentSubject.objects.create(code="19", name="肿瘤科", level=1)
    county = CountyFactory()
    first, second = (
        ConsortiumFactory(kind="specialty_alliance", division=county, specialty=subject) for _ in range(2)
    )
    assert [a.name for a in _one(first).same_specialty] == [second.name]


def _grow(size: int):
    for _ in range(size):
        consortium = ConsortiumFactory()
        LeadFactory(consortium=consortium)
        MembershipFactory.create_batch(3, consortium=consortium)


def test_reading_costs_the_same_for_one_consortium_or_many():
    _grow(1)
    one = _queries(lambda: list(each_consortium(Consortium.objects.all(), DAY)))
    _grow(9)
    assert _queries(lambda: list(each_consortium(Consortium.objects.all(), DAY))) == one
    assert one <= 12


def test_a_consortium_of_the_register_is_judged_by_the_rules_of_its_place(documents):
    consortium = ConsortiumFactory()
    LeadFactory(consortium=consortium)
    MembershipFactory(consortium=consortium)
    found = {j.rule.id: j for j in judge([_one(consortium)], current_book(), DAY)}
    assert found["CQ-18"].verdict.outcome == "PASS"
    assert found["CQ-19"].verdict.outcome == "FAIL"
    assert "ZJ-13" not in found
    assert found["CQ-19"].sentence == (
        "成员单位现有 1 类（社区卫生服务机构），要求至少 2 类，依据《重庆市医疗联合体建设规划(2018—2020年)》三(一)2。"
    )
