"""The demonstration province, loaded as `make run` does it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from evaluation import demo, runs
from evaluation.areas import area_of
from evaluation.models import Campaign, ComplianceRun, Finding, Grade
from evaluation.subjects import SOURCES, judged
from filing.models import Filing
from grids.models import GridAssignment
from registry.models import Consortium, Division, Institution, Membership, TreatmentSubject, User
from registry.policy.library import current_book
from registry.policy.verdict import Outcome
from tools.demo import chuzhou


def load() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


@pytest.mark.long
@pytest.mark.django_db
def test_the_demonstration_province_comes_in_clean_and_only_once(settings):
    call_command("load_reference", verbosity=0)
    load()
    counts = {
        model: model.objects.count()
        for model in (Institution, Consortium, Membership, GridAssignment, Filing, Campaign, User)
    }
    assert counts[Institution] == 355
    assert counts[Consortium] == 35
    again = load()
    assert again.count("没有变化") == 3
    assert {model: model.objects.count() for model in counts} == counts
    facts_of_named_hospitals()
    people_can_sign_in(settings.DEMO_PASSWORD)
    filings_wait_at_each_station()
    evaluation_shows_what_was_not_reported()
    what_stands_is_what_whole_facts_say()


def facts_of_named_hospitals():
    first = Institution.objects.get(name="重庆医科大学附属第一医院")
    assert (first.affiliation, first.ownership, first.level, first.grade) == ("province", "public", "3", "A")
    assert (first.is_military, first.is_demo, first.uscc) == (False, False, "")
    assert Institution.objects.get(name="陆军特色医学中心").is_military
    assert Institution.objects.get(name="芜湖市中医医院").affiliation == "city"
    alliance = Consortium.objects.get(name="重庆市儿科专科联盟")
    assert alliance.specialty == TreatmentSubject.objects.get(code="07")
    assert not Consortium.objects.get(name__startswith="万桥").leads.exists(), "the winner is not yet known"
    assert not Consortium.objects.filter(is_demo=False).exists()


def people_can_sign_in(password: str):
    listed = demo.people()
    assert User.objects.filter(is_demo=True).count() == len(listed)
    for person in listed[:2]:
        user = User.objects.get(username=person.username)
        assert user.check_password(password)
        assert user.assignments.active().get().role == person.role


def filings_wait_at_each_station():
    online = {filing.name: filing for filing in Filing.objects.filter(origin=Filing.Origin.ONLINE)}
    waiting = online["重庆医科大学附属第二医院医疗集团"]
    late = online["重庆医科大学附属永川医院医疗集团"]
    returned = online["重庆市渝北区人民医院远程医疗协作网"]
    assert (waiting.status, waiting.late_workdays) == (Filing.Status.SUBMITTED, 0)
    assert (late.status, late.late_workdays) == (Filing.Status.RECEIVED, 3)
    assert (returned.status, returned.authority.code) == (Filing.Status.RETURNED, "500112")
    assert waiting.authority.code == late.authority.code == "500000"


def evaluation_shows_what_was_not_reported():
    campaign = Campaign.objects.get(is_demo=True)
    grades = {grade.participant.name: grade for grade in Grade.objects.filter(participant__campaign=campaign)}
    assert campaign.state == Campaign.State.PUBLISHED
    assert [grades[name].missing for name in chuzhou.NAMES] == [0, 1, 1]
    assert [grades[name].rank for name in chuzhou.NAMES] == [1, None, None], "nothing missing scores silently"


def what_stands_is_what_whole_facts_say():
    """Runs over the three cities spare themselves most institutions, and find the same."""
    for place in demo.CHECKED:
        division = Division.objects.current().get(code=place)
        run = ComplianceRun.objects.create(division=division, as_of=timezone.localdate(), origin="nightly")
        runs.plan(run)
        assert run.items.filter(done_at__isnull=False).exists()
        while runs.check_next(run) is not None:
            pass
        stored = Finding.objects.standing().filter(division__path__startswith=division.path)
        assert stored.exists()
        assert {
            (row.subject_type, row.subject_id, row.provision): (row.verdict, row.explanation)
            for row in stored
        } == {
            (source.subject, subject.id, one.rule.id): (str(one.verdict.outcome), one.verdict.explanation)
            for source in SOURCES
            for subject, judgements in judged(
                source,
                source.ids(area_of(division), timezone.localdate()),
                current_book(),
                timezone.localdate(),
            )
            for one in judgements
            if one.verdict.outcome is not Outcome.NA
        }


@pytest.mark.django_db
def test_production_refuses_the_demonstration(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="生产环境"):
        load()
    assert not User.objects.exists()
