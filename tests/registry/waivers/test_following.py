"""A waiver goes where its subject goes: with an institution into the record that it is merged with, and back."""

import datetime as dt

import pytest
from django.urls import reverse

from evaluation import recheck
from evaluation.models import Finding
from registry import waivers
from registry.duplicates.merge import merge, obstacles, preview, undo
from registry.errors import Refused
from registry.institutions import service
from registry.institutions.forms import initial_of
from registry.models import Waiver
from tests.actors import registry_admin_of
from tests.factories import CountyFactory, InstitutionFactory
from tests.registry.waivers.granting import grant, named_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(commission):
    return registry_admin_of(commission)


@pytest.fixture
def pair(district):
    """The hospital that the plan names, entered twice, in two districts."""
    gone = named_lead(district)
    return InstitutionFactory(name=f"{gone.name}本部", division=CountyFactory()), gone


def verdict(institution) -> str | None:
    recheck.recheck()
    found = Finding.objects.standing().filter(subject_type="institution", subject_id=institution.pk)
    return found.filter(provision="CQ-20").values_list("verdict", flat=True).order_by("pk").first()


def test_it_is_shown_before_the_merge_moves_with_it_and_comes_back(client, official, admin, pair):
    kept, gone = pair
    waiver = grant(official, gone, "CQ-20")
    client.force_login(admin)
    shown = client.get(reverse("registry:merge_new", args=[kept.pk, gone.pk])).text
    moved = shown[shown.index('id="moved"') :]
    assert f"{gone.name} CQ-20" in moved and "改为指向保留的记录" in moved
    made = merge(kept=kept.pk, gone=gone.pk, chosen={"name": "gone"}, by=admin)
    waiver.refresh_from_db()
    assert (waiver.subject_id, waiver.subject_name, waiver.division) == (kept.pk, gone.name, kept.division)
    assert verdict(kept) == "WAIVED" and verdict(gone) is None
    assert "豁免" in client.get(reverse("registry:merge_detail", args=[made.pk])).text
    undo(made.pk, by=admin)
    waiver.refresh_from_db()
    assert (waiver.subject_id, waiver.subject_name, waiver.division) == (gone.pk, gone.name, gone.division)
    assert verdict(gone) == "WAIVED"


def test_what_was_taken_back_since_stays_taken_back(official, admin, pair):
    kept, gone = pair
    waiver = grant(official, gone, "CQ-20")
    made = merge(kept=kept.pk, gone=gone.pk, by=admin)
    waivers.revoke(waiver.pk, by=official, reason="条件已具备")
    assert obstacles(made) == []
    undo(made.pk, by=admin)
    waiver.refresh_from_db()
    assert waiver.subject_id == gone.pk and waiver.revoke_reason == "条件已具备"


def test_two_of_one_rule_and_day_are_told_with_the_remedy(official, admin, pair):
    kept, gone = pair
    kept.name = gone.name  # the rule names the hospital: both records must bear its name to be lifted from it
    kept.save(update_fields=["name"])
    mine, theirs = grant(official, kept, "CQ-20"), grant(official, gone, "CQ-20")
    assert "请先在“豁免与偏离”中撤销" in preview(kept, gone).conflicts[0]
    with pytest.raises(Refused, match="两家机构的 CQ-20 都在 2026-03-02 批准过豁免"):
        merge(kept=kept.pk, gone=gone.pk, by=admin)
    waivers.revoke(theirs.pk, by=official, reason="与另一项重复")
    merge(kept=kept.pk, gone=gone.pk, by=admin)
    assert set(Waiver.objects.order_by("pk").values_list("pk", "subject_id")) == {
        (mine.pk, kept.pk),
        (theirs.pk, gone.pk),
    }


def test_those_of_other_days_stand_beside_each_other(official, admin, pair, time_machine):
    kept, gone = pair
    kept.name = gone.name
    kept.save(update_fields=["name"])
    grant(official, kept, "CQ-20", until=dt.date(2026, 3, 5))
    time_machine.move_to("2026-03-04T02:00:00Z")
    grant(official, gone, "CQ-20")
    merge(kept=kept.pk, gone=gone.pk, by=admin)
    assert set(Waiver.objects.order_by("pk").values_list("subject_id", flat=True)) == {kept.pk}
    time_machine.move_to("2026-03-06T02:00:00Z")
    assert verdict(kept) == "WAIVED"


def test_it_goes_to_the_county_into_which_an_edit_moves_its_institution(official, admin, commission):
    here, there = CountyFactory(), CountyFactory()
    hospital = named_lead(here)
    waiver = grant(official, hospital, "CQ-20")
    typed = {name: "" if value is None else str(value) for name, value in initial_of(hospital).items()}
    service.edit(
        hospital.pk, typed | {"division": there.code}, version=hospital.version, reason="迁址", by=admin
    )
    waiver.refresh_from_db()
    assert (waiver.division, waiver.subject_name) == (there, hospital.name)
