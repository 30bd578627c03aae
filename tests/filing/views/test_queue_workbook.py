"""The list of cases as a workbook: what is filtered, as text, in words; and who may take it out."""

import io

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from filing.models import Filing
from registry.models import AccessLog
from tests.actors import filer_of, reviewer_of
from tests.factories import AuthorityFactory, CountyFactory
from tests.factories.filing import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2020-10-13T10:00:00+08:00"):
        yield


@pytest.fixture
def case():
    case = Case()
    case.submitted()
    return case


def exported(client, person, **query) -> list[dict[str, str | None]]:
    client.force_login(person)
    answer = client.get(reverse("filing:queue"), {**query, "export": 1})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["备案台账"]
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n"}
    assert all(cell.value is None for row in sheet for cell in row if cell.data_type == "n")
    heads, *rows = sheet.values
    return [dict(zip(heads, row, strict=True)) for row in rows]


def test_a_case_goes_out_in_words_and_it_is_logged(client, case):
    Filing.objects.filter(pk=case.filing.pk).update(name="=1+1医疗集团")
    (row,) = exported(client, case.reviewer)
    filing = case.fresh().filing
    assert row["申报编号"] == filing.case_number
    assert (row["医联体"], row["类型"], row["事项"], row["状态"]) == (
        "=1+1医疗集团", "城市医疗集团", "设立", "已提交",
    )  # fmt: skip
    assert (row["牵头医院"], row["牵头医院统一社会信用代码"]) == (case.hospital.name, case.hospital.uscc)
    assert (row["成立日期"], row["首次提交"]) == ("2020-09-18", "2020-10-13")
    assert int(row["不符合（项）"]) == filing.sheet.tally.get("FAIL", 0)
    assert AccessLog.objects.filter(user=case.reviewer, kind="export", subject="filing.filing").exists()


@pytest.mark.parametrize(
    ("query", "number"),
    [({"view": "finished"}, 0), ({"view": "all"}, 1), ({"q": "没有这家"}, 0), ({"kind": "close"}, 0)],
)
def test_what_is_filtered_is_what_goes_out(client, case, query, number):
    assert len(exported(client, case.reviewer, **query)) == number


def test_nobody_takes_out_what_he_does_not_see(client, case):
    stranger = reviewer_of(AuthorityFactory(division=CountyFactory()))
    assert exported(client, stranger, view="all") == []
    client.force_login(filer_of(case.hospital))
    assert client.get(reverse("filing:queue"), {"export": 1}).status_code == 404


def test_rows_cost_no_queries_of_their_own(client, case):
    client.force_login(case.reviewer)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(reverse("filing:queue"), {"export": 1})
        rows = openpyxl.load_workbook(io.BytesIO(answer.content))["备案台账"].max_row - 1
        return len(seen) if rows == Filing.objects.count() else -1

    client.get(reverse("filing:queue"), {"export": 1})
    alone = queries()
    other = Case(name="重庆测试二院")
    other.submitted()
    Filing.objects.update(authority=case.commission)
    assert queries() == alone <= 16
