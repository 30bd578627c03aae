"""The reviewer's pages: what they show, what they cost, and the supervision above them."""

import pytest
import time_machine
from django.urls import reverse

from filing import desk, editing, limits, materials, reviewing, transitions
from filing.models import Filing
from registry import access
from tests.actors import filer_of, leader_of, reviewer_of
from tests.factories import UserFactory
from tests.factories.filing import Case, pdf
from tests.factories.registry import InstitutionFactory
from tests.filing.pages import page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2020-10-13T10:00:00+08:00") as traveller:
        yield traveller


@pytest.fixture
def case():
    return Case()


def post(client, view, /, *args, **data):
    return client.post(reverse(f"filing:{view}", args=args), data, follow=True)


# -- Cost ---------------------------------------------------------------------------------------------------
def test_the_workbench_costs_the_same_for_few_and_many(client, case, django_assert_max_num_queries):
    case.submitted()
    client.force_login(case.reviewer)

    def cost(**query):
        with django_assert_max_num_queries(52) as captured:
            assert page(client, "detail", case.filing.pk, **query).status_code == 200
        return len(captured)

    cost()
    parts = ({}, {"beside": "checklist"}, {"beside": "material"}, {"show": "history"})
    few = [cost(**part) for part in parts]
    transitions.send_back(case.filing.pk, note="补成员", by=case.reviewer)
    many = InstitutionFactory.create_batch(15, community_centre=True, division=case.county)
    editing.add_members(case.filing.pk, [one.pk for one in many], by=case.filer)
    for number in range(5):
        materials.add(case.filing.pk, "other", pdf(f"附件{number}.pdf"), by=case.filer)
    transitions.submit(case.filing.pk, by=case.filer)
    reviewing.set_mark(case.filing.pk, "CQ-15", decision="met", by=case.reviewer)
    for field in ("name", "founded_on", "cooperation"):
        reviewing.add_remark(case.filing.pk, section="A", field=field, text="请核对", by=case.reviewer)
    assert max(cost(**part) for part in parts) <= max(few) + 2, (
        "a previous version to compare with, nothing a row"
    )


def test_queue_and_statistics_cost_the_same_for_few_and_many(client, case, django_assert_max_num_queries):
    case.submitted()
    client.force_login(case.reviewer)

    def cost(view):
        with django_assert_max_num_queries(20) as captured:
            assert page(client, view).status_code == 200
        return len(captured)

    cost("queue")
    few = [cost("queue"), cost("supervision")]
    row = Filing.objects.values().get()
    del row["id"]
    Filing.objects.bulk_create(Filing(**{**row, "case_number": f"备2020-{n:04d}"}) for n in range(100, 130))
    assert [cost("queue"), cost("supervision")] == few


# -- Queue --------------------------------------------------------------------------------------------------
def test_counts_match_the_list_under_a_filter(client, case):
    case.submitted()
    client.force_login(case.reviewer)
    shown = page(client, "queue", q="没有这个医联体")
    assert {key: count for key, _, count in shown.context["tabs"]}["waiting"] == 0
    assert not len(shown.context["page"])
    shown = page(client, "queue", view="free")
    assert shown.context["count"] == (1, False) and len(shown.context["page"]) == 1
    desk.take(case.filing.pk, by=case.reviewer)
    assert len(page(client, "queue", view="free").context["page"]) == 0
    assert len(page(client, "queue", view="mine").context["page"]) == 1
    assert len(page(client, "queue", holder="none").context["page"]) == 0


def test_overdue_and_soon_are_said_in_words_under_their_own_name(client, case, clock):
    admin = UserFactory()
    access.grant(admin, "authority_admin", case.commission)
    limits.save_settings(
        case.commission.pk, {"handling_workdays": 5, "second_reviewer": False, "undo_workdays": 5}, by=admin
    )
    case.submitted()
    client.force_login(case.reviewer)
    assert "剩 <b>5</b> 个工作日" in page(client, "queue").text
    clock.move_to("2020-10-22T10:00:00+08:00")
    client.force_login(case.reviewer)
    text = page(client, "queue", view="overdue").text
    assert "逾期 <b>2</b> 个工作日" in text and "办理期限" in text and "按期" in text
    detail = page(client, "detail", case.filing.pk).text
    assert "办理期限" in detail
    client.force_login(case.filer)
    assert "办理期限" not in page(client, "detail", case.filing.pk).text, "the bureau's own affair"


def test_take_and_assign_by_the_pages(client, case):
    case.submitted()
    other = reviewer_of(case.commission)
    client.force_login(case.reviewer)
    text = post(client, "take", case.filing.pk, next=reverse("filing:queue")).text
    assert "这件备案由您经办" in text and "<b>本人</b>" in text
    text = post(client, "assign", ids=[case.filing.pk], to=other.pk).text
    assert f"1 件已交给{other}办理" in text
    assert "先勾选备案" in post(client, "assign", to=other.pk).text
    assert "先勾选备案" in post(client, "assign", ids=[case.filing.pk], to=case.filer.pk).text
    assert post(client, "take", case.filing.pk, next="https://elsewhere.example/").redirect_chain[0][
        0
    ] == reverse("filing:detail", args=[case.filing.pk])


# -- Workbench ----------------------------------------------------------------------------------------------
def test_material_is_shown_beside_the_form_in_our_own_frame(client, case):
    case.submitted()
    client.force_login(case.reviewer)
    material = case.filing.materials.get(kind="charter")
    text = page(client, "detail", case.filing.pk, beside="material", file=material.pk).text
    assert f'<iframe class="yl-sheetview" src="/filings/materials/{material.pk}/?inline=1"' in text
    answer = page(client, "material", material.pk, inline="1")
    assert b"".join(answer.streaming_content)
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]


def test_differences_to_the_version_before(client, case):
    case.submitted()
    transitions.send_back(case.filing.pk, note="改联系人", by=case.reviewer)
    editing.save_section(
        case.filing.pk, "B", {"contact": "何静", "contact_phone": "023-63651000", "lead": case.hospital}, version=2,
        by=case.filer,
    )  # fmt: skip
    transitions.submit(case.filing.pk, by=case.filer)
    client.force_login(case.reviewer)
    text = page(client, "detail", case.filing.pk, show="changes").text
    assert '<del class="yl-old">罗静</del>' in text and '<ins class="yl-new">何静</ins>' in text


def test_an_assignment_at_a_member_is_shown(client, case):
    case.submitted()
    client.force_login(case.reviewer)
    assert "利益关系" not in page(client, "detail", case.filing.pk).text
    access.grant(case.reviewer, "filer", case.members[0])
    client.force_login(case.reviewer)
    text = page(client, "detail", case.filing.pk).text
    assert "利益关系" in text and case.members[0].name in text.split("利益关系")[1][:200]


def test_the_checklist_is_marked_on_the_page(client, case):
    case.submitted()
    client.force_login(case.reviewer)
    text = page(client, "detail", case.filing.pk, beside="checklist").text
    assert "由具备较强综合实力和辐射能力的医院牵头" in text and "未核对" in text
    post(client, "mark", case.filing.pk, "CQ-15", decision="met", note="已电话核实", beside="checklist")
    assert "已电话核实" in page(client, "detail", case.filing.pk, beside="checklist").text
    client.force_login(case.filer)
    assert "已电话核实" not in page(client, "detail", case.filing.pk, beside="checklist").text


# -- Above --------------------------------------------------------------------------------------------------
def test_statistics_name_the_bureau_and_its_overdue(client, case):
    case.registered()
    client.force_login(leader_of(case.commission))
    shown = page(client, "supervision")
    (row,) = shown.context["report"].rows
    assert (row.authority, row.decided, row.median) == (case.commission, 1, 0)
    assert case.commission.short_name in shown.text
    client.force_login(filer_of(InstitutionFactory()))
    assert page(client, "supervision").status_code == 404


def test_urging_is_seen_and_acknowledged_on_the_page(client, case):
    case.hospital.affiliation = "county"
    case.hospital.save(update_fields=["affiliation"])
    case.submitted()
    client.force_login(case.reviewer)
    assert "已督办" in post(client, "urge", case.filing.pk, text="请本周办结").text
    client.force_login(reviewer_of(case.county_bureau))
    text = page(client, "detail", case.filing.pk).text
    assert "请本周办结" in text and "签收" in text
    urge = case.filing.urges.get()
    assert "督办已签收" in post(client, "urge_seen", urge.pk, answer="明日办结").text


def test_the_rules_page_of_a_bureau(client, case):
    admin = UserFactory()
    access.grant(admin, "authority_admin", case.county_bureau)
    client.force_login(admin)
    assert page(client, "rules_list")["Location"] == reverse("filing:rules", args=[case.county_bureau.pk])
    answer = post(client, "rules", case.county_bureau.pk, handling_workdays=0, undo_workdays=5)
    assert answer.status_code == 422
    answer = post(client, "rules", case.county_bureau.pk, handling_workdays=7, undo_workdays=5)
    assert "审查规则已保存" in answer.text
    assert limits.settings_of(case.county_bureau).handling_workdays == 7
    assert page(client, "rules", case.commission.pk).status_code == 404


def test_delegating_by_the_page(client, case):
    colleague = leader_of(case.commission)
    client.force_login(case.reviewer)
    given = {"authority": case.commission.pk, "to": colleague.pk, "start": "2020-10-13", "end": "2020-10-16"}
    assert f"已委托{colleague}" in post(client, "delegations", **given).text
    answer = post(client, "delegations", **given)
    assert answer.status_code == 422 and "已经委托给别人" in answer.text
    row = case.reviewer.given_delegations.get()
    assert "委托已收回" in post(client, "delegation_cancel", row.pk).text
