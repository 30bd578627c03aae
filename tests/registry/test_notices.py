"""Loading a holiday notice: checked as a whole, shown before, recounted after."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import Workbook

from registry import access, notices
from registry.errors import Refused
from registry.models import AuditEntry, CalendarYear
from registry.reference.calendar import load_calendar
from registry.workdays import current_calendar, due_date
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

# An invented notice for a provisional year: the statutory days are in it, the moved ones are ours.
NOTICE = """日期,止,安排,说明
2027-01-01,2027-01-03,放假,元旦放假
2027-02-05,2027-02-11,放假,春节放假
2027-02-14,,上班,春节调休上班
2027-04-03,2027-04-05,放假,清明节放假
2027-05-01,2027-05-05,放假,劳动节放假
2027-06-09,,放假,端午节放假
2027-09-15,,放假,中秋节放假
2027-10-01,2027-10-07,放假,国庆节放假
"""


@pytest.fixture(autouse=True)
def shipped(db):
    load_calendar()


@pytest.fixture
def administrator():
    person = UserFactory()
    access.grant(person, "system_admin")
    return person


def test_a_published_year_is_no_longer_provisional_and_counts_its_days(administrator):
    founded = dt.date(2027, 2, 1)
    assert due_date(founded).is_provisional
    assert notices.publish(
        notices.days_of(NOTICE, 2027), 2027, number="国办发明电〔2026〕1号", by=administrator
    )
    assert current_calendar().is_workday(dt.date(2027, 2, 14))
    assert not current_calendar().is_workday(dt.date(2027, 2, 9))
    due = due_date(founded)
    assert (due.state, due.due) == ("final", dt.date(2027, 2, 26))
    year = CalendarYear.objects.get(year=2027)
    assert (year.state, year.source, year.notice_number) == (
        "loaded",
        "administrator",
        "国办发明电〔2026〕1号",
    )
    assert AuditEntry.objects.filter(context__reason__icontains="国办发明电〔2026〕1号").exists()
    again = notices.publish(
        notices.days_of(NOTICE, 2027), 2027, number="国办发明电〔2026〕1号", by=administrator
    )
    assert again is False and load_calendar() == 0, "what an administrator loaded stays"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "没有一天"),
        ("2027-01-01,,放假,", "第 1 行：说明"),
        ("2027-01-01,,歇着,元旦", "第 1 行：安排“歇着”"),
        ("2026-11-30,,放假,元旦", "不属于 2027 年"),
        ("2027-02-10,2027-02-05,放假,春节", "起止日期不对"),
        ("2027-02-10,,上班,春节调休", "本来就是工作日"),
        ("2027-13-01,,放假,元旦", "第 1 行"),
        (NOTICE + "2027-10-01,,放假,国庆节", "2027-10-01 前面已经出现过"),
        (NOTICE.replace("2027-09-15,,放假,中秋节放假\n", ""), "缺少法定节假日 2027-09-15"),
    ],
)
def test_a_faulty_notice_is_refused_with_every_problem_at_its_line(text, words):
    with pytest.raises(Refused, match=words):
        notices.days_of(text, 2027)


def test_the_page_shows_the_days_first_and_loads_on_confirmation(client, administrator):
    client.force_login(administrator)
    address = reverse("registry:calendar_load")
    given = {"year": 2027, "number": "国办发明电〔2026〕1号", "urls": "", "lines": NOTICE}
    page = client.post(address, given)
    assert "将要改动的日子" in page.text and "2027-02-14" in page.text
    assert CalendarYear.objects.get(year=2027).state == "provisional"
    page = client.post(address, given | {"confirmed": "1"}, follow=True)
    assert "已载入" in page.text and CalendarYear.objects.get(year=2027).state == "loaded"


def test_the_page_takes_an_excel_file_and_refuses_what_is_none(client, administrator, tmp_path):
    client.force_login(administrator)
    book = Workbook()
    for line in NOTICE.splitlines():
        book.active.append(line.split(","))
    book.save(tmp_path / "notice.xlsx")
    given = {"year": 2027, "number": "1号"}
    address = reverse("registry:calendar_load")
    with (tmp_path / "notice.xlsx").open("rb") as file:
        assert "2027-02-14" in client.post(address, given | {"file": file}).text
    (tmp_path / "notice.pdf").write_bytes(b"%PDF-1.4")
    with (tmp_path / "notice.pdf").open("rb") as file:
        assert "这是 PDF 文件" in client.post(address, given | {"file": file}).text
    refused = client.post(address, given)
    assert "请选择文件" in refused.text and refused.status_code == 422


def test_the_calendar_of_a_year_can_be_read_in_few_queries(client, django_assert_max_num_queries):
    client.force_login(UserFactory())
    client.get(reverse("registry:calendar"))
    with django_assert_max_num_queries(8):
        page = client.get(reverse("registry:calendar"), {"year": "2020"})
    assert "2020 年" in page.text and "春节放假" in page.text
    assert client.get(reverse("registry:calendar"), {"year": "九"}).status_code == 200


def test_the_command_lists_and_loads(tmp_path):
    file = tmp_path / "2027.csv"
    file.write_text(NOTICE)
    arguments = (str(file), "--year", "2027", "--notice", "1号", "--format", "json")
    out = StringIO()
    call_command("load_calendar", *arguments, stdout=out)
    answer = json.loads(out.getvalue())
    assert not answer["applied"] and {"2027-02-14", "2027-02-09"} <= {c["date"] for c in answer["changes"]}
    call_command("load_calendar", *arguments, "--apply", stdout=StringIO())
    assert CalendarYear.objects.get(year=2027).state == "loaded"
    with pytest.raises(CommandError, match="找不到文件"):
        call_command("load_calendar", str(tmp_path / "none"), "--year", "2027", "--notice", "1号")
