"""The list of rectifications: what of it is shown, in which order, and what goes into the workbook."""

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evaluation import rectifications
from evaluation.models import Finding, Rectification
from registry.models import AccessLog, Lead
from tests.actors import evaluator_of, filer_of, leader_of
from tests.factories import AuthorityFactory, ConsortiumFactory, CountyFactory, LeadFactory

pytestmark = pytest.mark.django_db
ADDRESS = "evaluation:rectifications"


@pytest.fixture
def evaluator(commission):
    return evaluator_of(commission)


@pytest.fixture
def jiangbei(chongqing):
    return CountyFactory(code="500105", name="江北区", parent__parent=chongqing)


@pytest.fixture
def theirs(jiangbei):
    """A group of another county without members: T-01 does not hold."""
    consortium = ConsortiumFactory(name="丙医疗集团", division=jiangbei)
    LeadFactory(consortium=consortium, institution__division=jiangbei)
    return consortium


@pytest.fixture
def ask(theirs, checked, yuzhong, commission, evaluator):
    """Have the failing group of a name put right within a number of days."""
    AuthorityFactory(division=yuzhong, name="渝中区卫生健康委员会", parent=commission)

    def ask(name: str, days: int = 30, unit: str = "hospital") -> Rectification:
        finding = Finding.objects.get(provision="T-01", verdict="FAIL", subject_name=name)
        day = timezone.localdate() + dt.timedelta(days=days)
        row = rectifications.ask(
            finding=finding, by=evaluator, due_on=max(day, timezone.localdate()), text="=请补机构", unit=unit
        )
        Rectification.objects.filter(pk=row.pk).update(due_on=day)
        return row

    return ask


@pytest.fixture
def shown(client, evaluator):
    """Names on the page under a query, in their order."""
    client.force_login(evaluator)

    def shown(**query) -> list[str]:
        return [row.finding.subject_name for row in client.get(reverse(ADDRESS), query).context["page"]]

    return shown


@pytest.fixture
def two(ask):
    """One of a hospital that is due later, and one of a bureau that is late."""
    return ask("丙医疗集团"), ask("乙医疗集团", -3, "bureau")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["乙医疗集团", "丙医疗集团"]),
        ({"sort": "-due"}, ["丙医疗集团", "乙医疗集团"]),
        ({"view": "overdue"}, ["乙医疗集团"]),
        ({"area": "500105"}, ["丙医疗集团"]),
        ({"area": "500103", "view": "overdue"}, ["乙医疗集团"]),
        ({"area": "500105", "view": "overdue"}, []),
        ({"unit": "bureau"}, ["乙医疗集团"]),
        ({"unit": "hospital"}, ["丙医疗集团"]),
        ({"q": "丙医疗"}, ["丙医疗集团"]),
        ({"q": "渝中区卫生"}, ["乙医疗集团"]),
        ({"q": "t-01"}, ["乙医疗集团", "丙医疗集团"]),
        ({"q": "没有这样的"}, []),
        ({"view": "reported"}, []),
        ({"area": "110000", "unit": "ministry", "view": "nothing", "sort": "nothing"}, ["乙医疗集团", "丙医疗集团"]),
    ],
)  # fmt: skip
def test_each_condition_narrows_the_list(two, shown, query, names):
    assert shown(**query) == names


def test_what_is_done_stands_in_a_view_of_its_own_the_latest_first(ask, shown, evaluator):
    first, last = ask("丙医疗集团"), ask("乙医疗集团")
    rectifications.withdraw(first.pk, by=evaluator, text="误交办")
    rectifications.withdraw(last.pk, by=evaluator, text="误交办")
    assert shown() == []
    assert shown(view="withdrawn") == ["乙医疗集团", "丙医疗集团"]
    assert shown(view="closed") == []
    assert len(shown(view="all")) == 2


def test_those_whose_verdict_is_gone_can_be_looked_for(two, shown):
    today = timezone.localdate()
    Finding.objects.filter(pk=two[0].finding_id).update(resolved_on=today, last_seen=today)
    assert shown(stands="no") == ["丙医疗集团"]
    assert shown(stands="yes") == ["乙医疗集团"]


def test_the_tabs_say_how_much_is_to_be_done_under_the_filter(two, client, evaluator):
    client.force_login(evaluator)
    tabs = client.get(reverse(ADDRESS), {"area": "500103"}).context["tabs"]
    assert {name: count for name, _word, count in tabs} == {
        "open": 1, "overdue": 1, "asked": 1, "reported": 0, "closed": None, "withdrawn": None, "all": None,
    }  # fmt: skip


def test_pages_follow_each_other_under_a_filter(two, shown, client, monkeypatch):
    monkeypatch.setattr("registry.paging.SIZES", (1,))
    first = client.get(reverse(ADDRESS), {"size": 1, "q": "医疗集团"}).context["page"]
    assert [row.finding.subject_name for row in first] == ["乙医疗集团"]
    assert shown(size=1, q="医疗集团", after=first.after) == ["丙医疗集团"]


def test_a_hospital_has_no_area_to_choose_and_its_own_rows_alone(two, client, theirs):
    client.force_login(filer_of(Lead.objects.get(consortium=theirs).institution))
    answer = client.get(reverse(ADDRESS))
    assert [row.pk for row in answer.context["page"]] == [two[0].pk]
    findings = client.get(reverse("evaluation:findings")).content.decode()
    for name in ('name="area"', 'name="unit"', "规定 × 地区"):
        assert name not in answer.content.decode() and name not in findings


def test_whoever_asks_and_whoever_is_asked_are_told_different_things_of_an_empty_list(
    client, commission, evaluator, theirs
):
    empty = {}
    for person in (evaluator, filer_of(Lead.objects.get(consortium=theirs).institution)):
        client.force_login(person)
        empty[person] = client.get(reverse(ADDRESS)).content.decode()
    asks, asked = empty.values()
    assert "可以交办整改" in asks and "可以交办整改" not in asked
    assert "主管部门交办的整改会列在这里" in asked


def test_the_workbook_holds_what_is_filtered_as_text_in_words_and_is_logged(two, client, commission):
    leader = leader_of(commission)
    client.force_login(leader)
    answer = client.get(reverse(ADDRESS), {"view": "overdue", "export": 1})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["整改事项"]
    _head, *rows = [
        dict(zip([c.value for c in sheet[1]], [c.value for c in row], strict=True)) for row in sheet
    ]
    assert [(row["对象"], row["状态"], row["已逾期"], row["责任单位"]) for row in rows] == [
        ("乙医疗集团", "待整改", "是", "渝中区卫生健康委员会")
    ]
    assert rows[0]["整改期限"] == (timezone.localdate() - dt.timedelta(days=3)).isoformat()
    assert rows[0]["整改要求"] == "=请补机构"
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n"}  # no formula; "n" is an empty cell
    assert AccessLog.objects.filter(user=leader, kind="export", subject="evaluation.rectification").exists()


def test_neither_rows_nor_filters_add_queries(two, client, evaluator):
    client.force_login(evaluator)

    def queries(**query) -> int:
        client.get(reverse(ADDRESS), query)
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse(ADDRESS), query)
        return len(seen)

    assert queries(q="丙医疗集团") == queries() == queries(area="500103", unit="bureau", sort="-due") <= 11
    assert queries(view="all") <= 12  # and one that counts it, up to the cap
