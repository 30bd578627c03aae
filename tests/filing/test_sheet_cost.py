"""What the live check sheet costs: a handful of queries on top of the page that it stands on, whatever is filed."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from filing import assessment, editing
from filing.models import Filing
from tests.factories.changes import change
from tests.factories.filing import Case
from tests.factories.registry import InstitutionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]
ADDED = 5  # at most, on top of the page without the sheet


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2020, 10, 13, 10, tzinfo=dt.UTC))


def draft(case: Case, kind: str) -> Filing:
    if kind == "change":
        return change(case.registered(), "members", "governance")
    case.draft()
    if kind != "city_group":
        section = case.filing.sections.get(key="A")
        content = section.content | {
            "consortium_kind": kind,
            "specialty": None,
            "founded_on": case.founded_on,
        }
        editing.save_section(case.filing.pk, "A", content, version=section.version, by=case.filer)
    return case.fresh().filing


def cost(client, view: str, filing: Filing) -> int:
    """Queries of a page once the count of the inbox and the laws are remembered."""
    args = [filing.pk] if view == "detail" else [filing.pk, "A"]
    address = reverse(f"filing:{view}", args=args)
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


def added(client, monkeypatch, view: str, filing: Filing) -> int:
    full = cost(client, view, filing)
    with monkeypatch.context() as patched:
        patched.setattr(assessment, "live", lambda filing, **read: assessment.Sheet([], timezone.localdate()))
        return full - cost(client, view, filing)


@pytest.mark.parametrize(
    "kind", ["city_group", "county_community", "specialty_alliance", "urban_rural_link", "change"]
)
def test_on_the_form(client, monkeypatch, kind):
    case = Case()
    filing = draft(case, kind)
    assert assessment.live(filing).rows
    client.force_login(case.filer)
    for view in ("section", "aside"):
        assert 0 < added(client, monkeypatch, view, filing) <= ADDED


def test_on_the_workbench(client, monkeypatch):
    case = Case().submitted()
    client.force_login(case.reviewer)
    assert 0 < added(client, monkeypatch, "detail", case.filing) <= ADDED


def test_the_same_for_many_members(client, monkeypatch):
    case = Case().draft()
    client.force_login(case.filer)
    few = added(client, monkeypatch, "aside", case.filing)
    many = InstitutionFactory.create_batch(20, community_centre=True, division=case.county)
    editing.add_members(case.filing.pk, [one.pk for one in many], by=case.filer)
    assert added(client, monkeypatch, "aside", case.filing) == few


def test_the_sheet_reads_the_members_of_the_day():
    """The dossier says of each member what the form says: when it joined, when it left, what it is."""
    case = Case().draft()
    gone, coming = case.filing.members.order_by("pk")
    gone.left_on = dt.date(2020, 10, 12)
    coming.joined_on = dt.date(2020, 10, 14)
    for member in (gone, coming):
        member.save(update_fields=["joined_on", "left_on"])
    facts = assessment.live(case.fresh().filing).facts["consortium"]
    assert facts.members == ()
    gone.left_on = dt.date(2020, 10, 13)
    gone.save(update_fields=["left_on"])
    facts = assessment.live(case.fresh().filing).facts["consortium"]
    assert [member.institution.name for member in facts.members] == [gone.institution.name]
