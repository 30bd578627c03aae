"""The end of a consortium, and the prior approval of one that does not exist yet."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from filing import mine, starting, transitions, unchanged
from filing.models import Filing, UnchangedStatement
from registry.errors import Refused
from registry.models import Consortium, PolicyDocument, Rule
from registry.policy.load import load_packs
from tests.actors import filer_of, reviewer_of
from tests.factories import (
    AuthorityFactory,
    CityFactory,
    CountyFactory,
    GridAssignmentFactory,
    InstitutionFactory,
)
from tests.factories.changes import FROM, answer, change, closing, fresh, received, registered
from tests.factories.filing import Case
from tests.factories.registry import ProvinceFactory
from tests.filing.test_changes import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2020-10-13T10:00:00+08:00"):
        yield


@pytest.fixture
def case():
    return Case().registered()


def test_an_end_ends_lead_members_and_grids_and_keeps_the_history(case):
    consortium = case.filing.consortium
    held = GridAssignmentFactory(consortium=consortium, during=(case.founded_on, None))
    done = registered(closing(case), case)
    consortium.refresh_from_db()
    assert consortium.closed_on == FROM and done.case_number == "终2020-0002"
    assert not Consortium.objects.active_on(FROM).exists()
    assert Consortium.objects.active_on(FROM - dt.timedelta(days=1)).exists()
    dated = [*consortium.leads.all(), *consortium.memberships.all()]
    assert {row.during.upper for row in dated} == {FROM} and len(dated) == 3
    held.refresh_from_db()
    assert held.during.upper == FROM
    (standing,) = mine.standings([consortium])
    assert standing.state[1] == "已终止" and not standing.may_act
    with pytest.raises(Refused, match="已于 2020-10-12 终止"):
        starting.start_change(consortium.pk, ["name"], by=case.filer)


def test_undoing_an_end_restores_everything(case):
    GridAssignmentFactory(consortium=case.filing.consortium, during=(case.founded_on, None))
    before = picture(case.filing.consortium)
    filing = registered(closing(case), case)
    transitions.revoke(filing.pk, note="误办", by=reviewer_of(case.commission))
    assert picture(case.filing.consortium) == before


def another_chair(case) -> Filing:
    filing = change(case, "governance")
    answer(filing, "D", case.filer, council_chair="陈院长")
    return filing


def test_an_end_is_not_submitted_while_a_change_is_on_its_way(case):
    other = received(another_chair(case), case)
    with pytest.raises(Refused, match=f"提交前还须处理：.*（{fresh(other).case_number}"):
        transitions.submit(closing(case).pk, by=case.filer)


def test_an_end_waits_for_changes_on_their_way(case):
    other = another_chair(case)
    filing = received(closing(case), case)
    received(other, case)
    with pytest.raises(Refused, match=f"还有未办结的备案（{fresh(other).case_number}）"):
        transitions.register(filing.pk, by=case.reviewer)
    transitions.refuse(other.pk, note="重复", by=case.reviewer)
    transitions.register(filing.pk, by=case.reviewer)


def test_a_second_end_leads_to_the_first(client, case):
    first = closing(case)
    client.force_login(case.filer)
    again = reverse("filing:close_start", args=[case.filing.consortium_id])
    answered = client.post(again, follow=True)
    assert answered.redirect_chain[-1][0] == reverse("filing:section", args=[first.pk, "A"])
    assert "的终止已经在办（草稿），请继续办理这一件" in answered.text.replace("&quot;", "")
    listed = client.get(reverse("filing:mine")).text
    assert "继续终止" in listed and again not in listed
    transitions.withdraw(first.pk, note="误办", by=case.filer)
    assert client.post(again).url != answered.redirect_chain[-1][0]
    assert Filing.objects.filter(kind="close").count() == 2


def test_a_change_of_what_has_ended_is_not_submitted(case):
    late = another_chair(case)
    registered(closing(case), case)
    with pytest.raises(Refused, match="已于 2020-10-12 终止，不能再申报"):
        transitions.submit(late.pk, by=case.filer)


# -- 本年度无变更 ----------------------------------------------------------------------------------------------
def test_no_change_this_year_is_an_answer_once_a_year(case):
    pk = case.filing.consortium_id
    unchanged.state_unchanged(pk, by=case.filer)
    assert UnchangedStatement.objects.get().year == 2020
    with pytest.raises(Refused, match="已经声明过 2020 年度无变更"):
        unchanged.state_unchanged(pk, by=case.filer)
    with time_machine.travel("2021-01-05T10:00:00+08:00"):
        unchanged.state_unchanged(pk, by=case.filer)


def test_no_change_is_not_said_beside_a_change(case):
    filing = change(case, "governance")
    with pytest.raises(Refused, match="正在办理（草稿）"):
        unchanged.state_unchanged(case.filing.consortium_id, by=case.filer)
    answer(filing, "D", case.filer, council_chair="陈院长")
    registered(filing, case)
    with pytest.raises(Refused, match="已经备案过变更"):
        unchanged.state_unchanged(case.filing.consortium_id, by=case.filer)


# -- 组建审查 (芜湖四（五）) ------------------------------------------------------------------------------------
class Alliance:
    """A tertiary hospital of Wuhu that wants to found a specialty alliance."""

    def __init__(self):
        Rule.objects.all().delete()
        PolicyDocument.objects.all().delete()
        load_packs()
        province = ProvinceFactory(code="340000", name="安徽省")
        city = CityFactory(code="340200", name="芜湖市", kind="", parent=province)
        self.county = CountyFactory(code="340202", name="镜湖区", parent=city)
        self.commission = AuthorityFactory(division=city, level="city", short_name="芜湖市卫生健康委")
        self.hospital = InstitutionFactory(
            name="芜湖市第一人民医院", level="3", affiliation="city", division=self.county
        )
        self.member = InstitutionFactory(name="镜湖区医院", division=self.county)
        self.filer, self.reviewer = filer_of(self.hospital), reviewer_of(self.commission)

    def application(self) -> Filing:
        from filing import editing, materials
        from tests.factories.filing import pdf

        filing = starting.start_approval(applicant=self.hospital, by=self.filer)
        about = {"name": "芜湖市儿科专科联盟", "scope": "in_city", "specialty_text": "儿科"}
        answer(filing, "A", self.filer, **about)
        section = filing.sections.get(key="A")
        section.content["specialty"] = subject().pk
        section.save(update_fields=["content"])
        answer(filing, "B", self.filer, contact="罗静", contact_phone="0553-1")
        answer(filing, "F", self.filer, handler="罗静", truthful=True)
        editing.add_members(filing.pk, [self.member.pk], by=self.filer)
        materials.add(filing.pk, "charter", pdf("章程.pdf"), by=self.filer)
        return fresh(filing)

    def agreed(self) -> Filing:
        from filing import assessment, reviewing

        filing = self.application()
        transitions.submit(filing.pk, by=self.filer)
        transitions.receive(filing.pk, by=self.reviewer)
        for row in assessment.live(fresh(filing)).open_rows:
            decision = {"REVIEW": "met", "INSUFFICIENT": "noted", "DEVIATION": "approved", "FAIL": "waived"}
            given = {"note": "已核", "approver": "王主任", "document": "芜卫〔2020〕1号", "by": self.reviewer}
            reviewing.set_mark(filing.pk, row.rule, decision=decision[str(row.verdict)], **given)
        transitions.register(filing.pk, by=self.reviewer)
        return fresh(filing)


def subject():
    from registry.models import TreatmentSubject

    return TreatmentSubject.objects.get_or_create(code="07", defaults={"name": "儿科", "level": 1})[0]


def test_an_alliance_of_wuhu_is_agreed_to_before_it_is_founded_and_filed_from_the_agreement():
    alliance = Alliance()
    approval = alliance.agreed()
    assert approval.authority == alliance.commission
    assert (approval.status_label, approval.case_number) == ("同意", "审2020-0001")
    assert approval.registration_number == "医联审〔2020〕340200-0001号"
    assert not Consortium.objects.exists(), "nothing is founded by an agreement"
    filing = starting.start_from_approval(approval.pk, by=alliance.filer)
    assert (filing.kind, filing.name) == ("establish", "芜湖市儿科专科联盟")
    assert filing.members.get().institution == alliance.member and filing.materials.count() == 1
    assert filing.sections.get(key="F").content == {}
    with pytest.raises(Refused, match="已经据这件审查建立了备案"):
        starting.start_from_approval(approval.pk, by=alliance.filer)


def test_the_rule_about_the_agreement_is_met_by_it():
    from filing import assessment

    alliance = Alliance()
    application = alliance.application()
    row = assessment.live(application).row("WH-58")
    assert row.unrelated, "the application is itself what the rule asks for"
    approval = alliance.agreed()
    with time_machine.travel("2020-10-20T10:00:00+08:00"):
        filing = starting.start_from_approval(approval.pk, by=alliance.filer)
        answer(filing, "A", alliance.filer, founded_on=dt.date(2020, 10, 19), founding_basis="charter")
        assert str(assessment.live(fresh(filing)).row("WH-58").verdict) == "PASS"


def test_where_no_document_asks_for_it_there_is_nothing_to_apply_for(case):
    with pytest.raises(Refused, match="没有要求专科联盟组建前先经审查"):
        starting.start_approval(applicant=case.hospital, by=case.filer)


def test_an_agreement_that_was_used_is_not_taken_back():
    alliance = Alliance()
    approval = alliance.agreed()
    filing = starting.start_from_approval(approval.pk, by=alliance.filer)
    second = reviewer_of(alliance.commission)
    Filing.objects.filter(pk=filing.pk).update(
        status="submitted", first_submitted_at=approval.submitted_at, submitted_at=approval.submitted_at,
        submissions=1, case_number="备2020-0009", authority=alliance.commission,
    )  # fmt: skip
    with pytest.raises(Refused, match="以这件审查为依据提交"):
        transitions.revoke(approval.pk, note="误办", by=second)
