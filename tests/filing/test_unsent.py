"""What a hospital writes after a return is its own until it submits again: no page, paper or message shows it before."""

import datetime as dt
import io
import zipfile
from urllib.parse import unquote

import pytest
import time_machine
from django.urls import reverse

from filing import clock, desk, presentation, reviewing, transitions
from filing.models import Filing, NumberSeries
from registry import access
from registry.models import Notification
from tests.actors import reviewer_of
from tests.factories import InstitutionFactory
from tests.factories.changes import answer
from tests.factories.filing import Case
from tests.permissions.table import MATRIX
from tests.permissions.world import STAFF

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]
NAME, FOUNDED, REPLY, AGREEMENT = "未报送的新名称", dt.date(2020, 6, 9), "尚未报送的答复", "未报送的规划条目"


@pytest.fixture(autouse=True)
def clock_on():
    with time_machine.travel("2020-10-13T10:00:00+08:00"):
        yield


@pytest.fixture
def now(django_capture_on_commit_callbacks):
    """Acts inside are announced as after a commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def rewritten(now) -> Case:
    """Returned, and rewritten by the hospital in everything that it may write."""
    with now():
        case = Case().submitted()
        remark = reviewing.add_remark(
            case.filing.pk, section="A", field="name", text="请核对", by=case.reviewer
        )
        transitions.send_back(case.filing.pk, by=case.reviewer)
        answer(
            case.filing, "A", case.filer,
            name=NAME, founded_on=FOUNDED, consortium_kind="county_community", plan_line=AGREEMENT,
        )  # fmt: skip
        reviewing.answer_remark(remark.pk, text=REPLY, by=case.filer)
    return case.fresh()


def addresses(case: Case) -> list[str]:
    """Every page that can be looked at, of the register and of this case."""
    filing = case.filing
    of_case = {
        "filing:notice": [filing.pk, filing.events.get(action="send_back").pk],
        "filing:material": [filing.materials.order_by("pk").first().pk],
        "filing:section": [filing.pk, "A"],
        "filing:aside": [filing.pk, "A"],
        "filing:member": [filing.members.order_by("pk").first().pk],
        "registry:institution_detail": [case.hospital.pk],
        "registry:person": [case.filer.pk],
    }
    of_case["filing:notice_word"] = of_case["filing:notice"]
    found = []
    for (url, method), row in MATRIX.items():
        if method != "get":
            continue
        if row.arguments is None:
            found.append(reverse(url))
        elif url in of_case:
            found.append(reverse(url, args=of_case[url]))
        elif row.arguments.__name__ == "filing_arguments" and "receipt" not in url:
            found.append(reverse(url, args=[filing.pk]))
    detail = reverse("filing:detail", args=[filing.pk])
    found += [
        f"{detail}?show={show}&beside={beside}"
        for show in ("changes", "history")
        for beside in ("checklist", "material")
    ]
    return found + [f"{reverse('filing:queue')}?view={view}" for view in ("returned", "finished", "all")]


def said_by(response) -> str:
    """Everything that an answer says: its headers, its text, or the parts of an Office file."""
    body = b"".join(response) if response.streaming else response.content
    head = unquote(" ".join(response.headers.values()))
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            return head + "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    return head + body.decode("utf-8", "replace")


def secrets(case: Case) -> list[str]:
    due = clock.read(Filing.objects.get(pk=case.filing.pk).as_written()).due
    days = [FOUNDED, due.due] if due else [FOUNDED]
    return [
        NAME,
        REPLY,
        AGREEMENT,
        *(f"{day:%Y-%m-%d}" for day in days),
        *(f"{d.year}年{d.month}月{d.day}日" for d in days),
    ]


@pytest.mark.parametrize("end", ["returned", "withdrawn"])
def test_no_page_of_the_bureau_shows_what_was_not_submitted(client, now, end):
    case = rewritten(now)
    hidden = secrets(case)
    if end == "withdrawn":
        with now():
            transitions.withdraw(case.filing.pk, note="改为另行申报", by=case.filer)
    official = reviewer_of(case.commission)
    for role in STAFF:
        access.grant(official, role, case.commission)
    client.force_login(official)
    told = {address: text for address in addresses(case) if (text := said_by(client.get(address)))}
    assert [(address, word) for address, text in told.items() for word in hidden if word in text] == []
    shown = [text for text in told.values() if case.filing.name in text]
    assert len(shown) > 8  # the submitted name stands on its pages and in its papers
    messages = "".join(
        n.title + n.text for n in Notification.objects.filter(recipient__in=[official, case.reviewer])
    )
    assert case.filing.name in messages and not any(word in messages for word in hidden)
    queue = client.get(reverse("filing:queue"), {"view": "all", "q": NAME}).text
    assert case.filing.case_number not in queue


def test_the_hospital_reads_what_it_has_written(client, now):
    case = rewritten(now)
    client.force_login(case.filer)
    for url in ("filing:list", "filing:detail", "filing:form_print", "filing:deadline"):
        args = [] if url == "filing:list" else [case.filing.pk]
        assert NAME in client.get(reverse(url, args=args)).text, url
    section = client.get(reverse("filing:section", args=[case.filing.pk, "A"])).text
    assert NAME in section and f"{FOUNDED:%Y-%m-%d}" in section
    due = clock.read(Filing.objects.get(pk=case.filing.pk).as_written()).due
    page = client.get(reverse("filing:deadline", args=[case.filing.pk])).text
    assert due.due != case.filing.due_on and f"{due.due:%Y-%m-%d}" in page


def test_submitting_again_hands_over_what_was_written(now):
    case = rewritten(now)
    assert case.filing.name != NAME and case.filing.unsent["name"] == NAME
    answer(case.filing, "A", case.filer, consortium_kind="city_group", founded_on=None)
    answer(case.filing, "A", case.filer, founded_on=FOUNDED)
    transitions.submit(case.filing.pk, by=case.filer)
    filing = case.fresh().filing
    assert (filing.name, filing.founded_on, filing.unsent) == (NAME, FOUNDED, {})
    assert filing.due_on == clock.read(filing).due.due
    assert filing.versions.get(number=2).content["name"] == NAME


def test_a_blank_name_after_a_return_is_missing_and_no_fault(now):
    case = rewritten(now)
    answer(case.filing, "A", case.filer, name="")
    assert case.fresh().filing.name == f"{case.hospital.name}医疗集团"
    with pytest.raises(transitions.Refused, match="未填医联体名称"):
        transitions.submit(case.filing.pk, by=case.filer)


def test_what_is_withdrawn_ends_as_it_was_submitted_last(now):
    case = rewritten(now)
    transitions.withdraw(case.filing.pk, note="改为另行申报", by=case.filer)
    filing = case.fresh().filing
    assert (filing.unsent, filing.name) == ({}, f"{case.hospital.name}医疗集团")


def test_another_lead_takes_the_case_to_another_bureau_only_when_it_is_submitted(now):
    """There it has a number of that bureau's own series, lies on nobody's desk, and the first bureau is told."""
    case = Case().submitted()
    there = InstitutionFactory(division=case.county, affiliation="county", level="2", grade="a")
    access.grant(case.filer, "filer", there)
    district = reviewer_of(case.county_bureau)
    local = Case("第二医院").submitted().filing
    Filing.objects.filter(pk=local.pk).update(authority=case.county_bureau, case_number="备2020-0001")
    NumberSeries.objects.create(authority=case.county_bureau, year=2020, series="case", last=1)
    desk.take(case.filing.pk, by=case.reviewer)
    transitions.send_back(case.filing.pk, note="牵头医院请核对。", by=case.reviewer)
    answer(case.filing, "B", case.filer, lead=there)
    assert Filing.objects.visible_to(case.reviewer).filter(pk=case.filing.pk).exists()
    assert not Filing.objects.visible_to(district).filter(pk=case.filing.pk).exists()
    with now():
        transitions.submit(case.filing.pk, by=case.filer)
    assert Filing.objects.visible_to(district).filter(pk=case.filing.pk).exists()
    filing = case.fresh().filing
    assert (filing.authority, filing.case_number, filing.held_by) == (case.county_bureau, "备2020-0002", None)
    assert "原申报编号 备2020-0001" in presentation.events(filing, own=False)[0]["text"]
    told = case.reviewer.notifications.get(title__contains="改报")
    assert told.title == f"备2020-0001：因牵头医院变更，已改报{case.county_bureau}" and not told.url


@pytest.mark.parametrize("lead", ["none", "of no bureau"])
def test_a_lead_that_leads_nowhere_breaks_no_page_and_changes_no_paper(client, now, lead):
    """The hospital takes its lead away, or names one whose bureau is not known; the papers stay as they were issued."""
    case = rewritten(now)
    named = None if lead == "none" else InstitutionFactory(affiliation="", division=case.county)
    answer(case.filing, "B", case.filer, lead=named)
    assert case.fresh().filing.authority == case.commission
    client.force_login(case.filer)
    notice = [case.filing.pk, case.filing.events.get(action="send_back").pk]
    pages = {
        url: said_by(client.get(reverse(f"filing:{url}", args=args)))
        for url, args in (
            ("list", []), ("mine", []), ("detail", notice[:1]), ("form_print", notice[:1]), ("form_word", notice[:1]),
            ("deadline", notice[:1]), ("section", [case.filing.pk, "A"]), ("section", [case.filing.pk, "B"]),
            ("aside", [case.filing.pk, "C"]), ("notice", notice), ("notice_word", notice),
        )
    }  # fmt: skip
    assert NAME in pages["detail"]
    for paper in ("notice", "notice_word"):
        assert case.commission.name in pages[paper] and NAME not in pages[paper]
    with pytest.raises(transitions.Refused):
        transitions.submit(case.filing.pk, by=case.filer)


def test_the_list_shows_the_deadline_of_what_is_written(client, now):
    case = rewritten(now)
    due = clock.read(Filing.objects.get(pk=case.filing.pk).as_written()).due.due
    client.force_login(case.filer)
    row = client.get(reverse("filing:list")).text.split("<tbody>")[1]
    assert f"{due:%Y-%m-%d}" in row and f"{case.filing.due_on:%Y-%m-%d}" not in row
