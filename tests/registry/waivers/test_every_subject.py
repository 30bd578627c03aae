"""Waivers for grids, institutions, places and planned facilities; who may give them; whom they are told to."""

import datetime as dt
from urllib.parse import quote

import pytest
from django.urls import reverse

from evaluation import recheck
from evaluation.models import Finding
from evaluation.receipts import Rechecked
from evaluation.receipts import recheck as again
from grids.judging import judgements
from registry import waivers
from registry.access import Denied
from registry.errors import Refused
from registry.models import Notification, Rule, Waiver
from registry.policy.lifting import check_named, lifting_level
from tests.actors import evaluator_of, filer_of
from tests.factories import (
    AuthorityFactory,
    ConsortiumFactory,
    CountyFactory,
    GridFactory,
    InstitutionFactory,
    LeadFactory,
)
from tests.factories.filing import pdf
from tests.registry.waivers.granting import (
    GROUNDS,
    KINDS,
    facility,
    grant,
    grid_without_responsible,
    named_lead,
    official_over,
    verdicts,
)

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 2)


@pytest.mark.parametrize(("kind", "make"), KINDS)
def test_a_rule_is_lifted_for_every_kind_of_subject(commission, district, kind, make):
    subject = make(district)
    by = official_over(kind, commission)
    unmet = [name for name, verdict in verdicts(kind, subject).items() if verdict == "FAIL"]
    assert unmet, "the case must begin with a rule that is not met"
    waiver = grant(by, subject, unmet[0])
    assert (waiver.subject_type, waiver.subject_id, waiver.about) == (kind, subject.pk, subject.name)
    recheck.recheck()
    finding = Finding.objects.standing().get(subject_type=kind, subject_id=subject.pk, provision=unmet[0])
    assert finding.verdict == "WAIVED", "judged again by itself"
    assert "王主任于 2026-03-02 豁免（暂不具备条件）" in finding.explanation
    assert finding.evidence["豁免"]["批准文件"] == "渝卫函〔2026〕2号"
    result = Rechecked()
    assert list(again([finding], result)) == [] and result.total == 1, "the receipt gives it again"
    waivers.revoke(waiver.pk, by=by, reason="条件已具备")
    recheck.recheck()
    assert verdicts(kind, subject)[unmet[0]] == "FAIL"


def test_the_page_of_a_grid_says_it_as_well(official, district):
    grid = grid_without_responsible(district)
    before = {j.rule.id: str(j.verdict.outcome) for j in judgements(TODAY, grids=[grid.pk])}
    assert before["CQ-07"] == "FAIL"
    grant(official, grid, "CQ-07")
    assert "CQ-07" not in {j.rule.id for j in judgements(TODAY, grids=[grid.pk])}, (
        "what is lifted needs nobody"
    )


def test_the_page_of_a_planned_facility_says_it_and_leads_to_its_verdicts(client, commission, district):
    subject = facility(district)
    by = official_over("planned_facility", commission)
    waiver = grant(by, subject, "CZ-12")
    client.force_login(by)
    shown = client.get(reverse("registry:facility", args=[subject.pk])).content.decode()
    assert "CZ-12 豁免" in shown and reverse("registry:waiver", args=[waiver.pk]) in shown
    about = client.get(reverse("registry:waiver", args=[waiver.pk])).content.decode()
    assert f"q={quote(subject.name)}&amp;rule=CZ-12" in about
    waivers.revoke(waiver.pk, by=by, reason="条件已具备")
    assert "CZ-12 豁免" not in client.get(reverse("registry:facility", args=[subject.pk])).content.decode()


def test_the_rule_says_what_is_looked_for(client, official, district):
    grid = grid_without_responsible(district)
    GridFactory(name="东网格", division=CountyFactory(name="乙区"))
    client.force_login(official)

    def page(**query):
        return client.get(reverse("registry:waiver_new"), query).content.decode()

    assert "没有名称含这几个字的现行网格" in page(rule="CQ-07", subject="医院")
    several = page(rule="CQ-07", subject="东网格")
    assert "有几个名称相近的网格" in several and f"id={grid.pk}" in several and "乙区" in several
    yearly = Rule.objects.in_force().filter(subject="evaluation").exclude(check_name="").order_by("pk")[0]
    assert "判定的是考核，不能豁免" in page(rule=yearly.provision, subject="东")
    for odd in ({"id": "0"}, {"id": "x"}, {"id": "9" * 30}, {"rule": "🏥" * 20}):
        asked = {"rule": "CQ-07", "subject": "东网格"} | odd
        assert client.get(reverse("registry:waiver_new"), asked).status_code == 200
    address = f"{reverse('registry:waiver_new')}?rule=CQ-07&subject=东网格&id={grid.pk}"
    done = client.post(address, GROUNDS | {"upload": pdf("批复.pdf")})
    waiver = Waiver.objects.get()
    assert done.url == reverse("registry:waiver", args=[waiver.pk])
    for shown in (done.url, reverse("registry:waivers")):
        assert "东网格" in client.get(shown).content.decode()
    listed = client.get(reverse("registry:waivers"), {"q": "东网"}).content.decode()
    assert "暂不具备条件" in listed


def test_a_finding_of_a_grid_leads_to_its_waiver(client, official, district):
    grid = grid_without_responsible(district)
    verdicts("grid", grid)
    finding = Finding.objects.standing().get(subject_id=grid.pk, provision="CQ-07")
    client.force_login(official)
    address = reverse("evaluation:finding", args=[finding.pk])
    assert f"id={grid.pk}" in client.get(address).content.decode()
    waiver = grant(official, grid, "CQ-07")
    assert reverse("registry:waiver", args=[waiver.pk]) in client.get(address).content.decode()


# -- Who may -------------------------------------------------------------------------------------------------
def test_a_district_lifts_no_rule_of_the_city_and_is_told_who_may(client, district):
    grid = grid_without_responsible(district)
    below = evaluator_of(AuthorityFactory(division=district))
    with pytest.raises(Refused, match="由重庆市卫生健康委员会或其上级豁免"):
        grant(below, grid, "CQ-07")
    client.force_login(below)
    asked = {"rule": "CQ-07", "subject": "东网格"}
    told = client.get(reverse("registry:waiver_new"), asked).content.decode()
    assert "由重庆市卫生健康委员会或其上级豁免" in told
    with pytest.raises(Denied):
        grant(evaluator_of(AuthorityFactory(division=CountyFactory())), grid, "CQ-07")
    assert not Waiver.objects.exists()


def level(path: str, jurisdiction: str = "500000", named=None) -> tuple[str, str]:
    found = lifting_level("X-1", jurisdiction, "某市卫生健康委", named or {}, path)
    return found.path, found.words


def test_the_level_that_lifts():
    place = "/340000/340200/340202/"
    assert level(place, "340000") == ("/340000/", "某市卫生健康委或其上级")
    assert level(place, "340200") == ("/340000/340200/", "某市卫生健康委或其上级")
    assert level(place, "000000") == ("/340000/", "省级卫生健康行政部门"), (
        "nobody stands above a province here"
    )
    named = {"waived_by": [{"level": "区县级", "rules": ["X-1"]}, {"level": "地市级", "rules": ["X-2"]}]}
    assert level(place, "340000", named) == (place, "区县级卫生健康行政部门或其上级")
    assert level("/340000/340200/", "340000", named)[0] == "/340000/340200/", "no lower than the place itself"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"level": "村级", "rules": ["X-1"]}, "须写 level"),
        ({"level": "区县级"}, "须写 rules"),
        ({"level": "区县级", "rules": ["X-9"]}, "没有条款 X-9"),
        ("区县级", "须写 level"),
    ],
)
def test_a_list_of_lower_levels_is_read_strictly(entry, said):
    found = []
    check_named([entry], ["X-1"], found.append)
    assert len(found) == 1 and said in found[0]


# -- Who hears of it -----------------------------------------------------------------------------------------
def inbox(person) -> list[str]:
    return list(Notification.objects.filter(recipient=person).order_by("pk").values_list("title", flat=True))


def test_the_lead_and_the_bureau_hear_of_it(official, district, django_capture_on_commit_callbacks):
    group = ConsortiumFactory(name="甲医疗集团", division=district, kind="city_group")
    hospital = LeadFactory(
        consortium=group, institution=InstitutionFactory(municipal_hospital=True, division=district)
    ).institution
    filer, here = filer_of(hospital), evaluator_of(AuthorityFactory(division=district))
    with django_capture_on_commit_callbacks(execute=True):
        waiver = grant(official, group, "CQ-19")
    assert inbox(filer) == inbox(here) == ["甲医疗集团：CQ-19 豁免"]
    assert inbox(official) == [], "who recorded it knows"
    told = Notification.objects.get(recipient=filer)
    assert "渝卫函〔2026〕2号" in told.text and told.url == reverse("registry:waiver", args=[waiver.pk])
    with django_capture_on_commit_callbacks(execute=True):
        waivers.revoke(waiver.pk, by=official, reason="条件已具备")
    assert inbox(filer)[-1] == inbox(here)[-1] == "甲医疗集团：CQ-19 的豁免已撤销"


def test_a_hospital_hears_of_its_own_and_sees_it(
    client, official, district, django_capture_on_commit_callbacks
):
    hospital = named_lead(district)
    filer = filer_of(hospital)
    with django_capture_on_commit_callbacks(execute=True):
        waiver = grant(official, hospital, "CQ-20")
    assert inbox(filer) == [f"{hospital.name}：CQ-20 豁免"]
    client.force_login(filer)
    assert client.get(reverse("registry:waiver", args=[waiver.pk])).status_code == 200
    client.force_login(filer_of(InstitutionFactory(division=district)))
    assert client.get(reverse("registry:waiver", args=[waiver.pk])).status_code == 404
