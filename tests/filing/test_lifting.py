"""Who may lift a rule inside a filing: a reviewer of the level that made it, or above; nobody below."""

import datetime as dt

import pytest
from django.urls import reverse

from filing import reviewing, transitions
from registry.errors import Refused
from registry.models import Notification
from tests.actors import reviewer_of
from tests.factories.filing import Case, settle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]
GROUNDS = {"decision": "waived", "note": "紧缺", "approver": "王主任", "document": "渝卫〔2020〕1号"}


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2020, 10, 13, 2, tzinfo=dt.UTC))


@pytest.fixture
def case() -> Case:
    """A hospital of the district files with the district's bureau, with members of one kind: CQ-19 asks for two."""
    case = Case()
    case.hospital.affiliation = "county"
    case.hospital.save(update_fields=["affiliation"])
    case.members = case.members[:1]
    case.draft()
    transitions.submit(case.filing.pk, by=case.filer)
    case.local = reviewer_of(case.county_bureau)
    transitions.receive(case.filing.pk, by=case.local)
    return case.fresh()


def line(client, case: Case) -> str:
    page = client.get(reverse("filing:detail", args=[case.filing.pk])).content.decode()
    return page[page.index('id="check-CQ-19"') :].partition('<li id="check-')[0]


def test_the_bureau_below_does_not_free_its_own_hospital_and_is_told_who_may(client, case):
    assert case.filing.authority == case.county_bureau
    with pytest.raises(Refused, match="由重庆市卫生健康委员会或其上级豁免"):
        reviewing.set_mark(case.filing.pk, "CQ-19", **GROUNDS, by=case.local)
    assert not case.filing.marks.exists()
    client.force_login(case.local)
    shown = line(client, case)
    assert 'value="waived"' not in shown and "不能免去上级的要求" in shown
    client.post(reverse("filing:mark", args=[case.filing.pk, "CQ-19"]), GROUNDS)
    assert not case.filing.marks.exists(), "the button is not what keeps him from it"


def test_a_reviewer_of_the_level_above_lifts_it_in_the_very_case(
    client, case, django_capture_on_commit_callbacks
):
    client.force_login(case.reviewer)
    assert 'value="waived"' in line(client, case)
    reviewing.set_mark(case.filing.pk, "CQ-19", **GROUNDS, by=case.reviewer)
    settle(case.filing, case.local)
    with django_capture_on_commit_callbacks(execute=True):
        transitions.register(case.filing.pk, by=case.local)
    waiver = case.fresh().filing.consortium.waivers.get()
    assert (waiver.provision, waiver.granted_by, waiver.official) == ("CQ-19", case.reviewer, "王主任")
    told = Notification.objects.filter(recipient=case.filer, kind="waiver")
    assert [one.title for one in told.order_by("pk")] == [f"{case.filing.name}：CQ-19 豁免"]


def test_the_bureau_that_made_the_rule_lifts_it():
    case = Case()
    case.members = case.members[:1]
    case.received()
    mark = reviewing.set_mark(case.filing.pk, "CQ-19", **GROUNDS, by=case.reviewer)
    assert mark.decision == "waived"


def test_noting_and_judging_stay_open_to_the_bureau_below(case):
    settle(case.filing, case.local)
    assert case.filing.marks.exclude(decision="waived").exists()
