"""Counts of verdicts are kept by the database, whatever writes the findings."""

from collections import Counter

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluation import recheck, tallies
from evaluation.models import Finding, Tally
from tests.actors import leader_of
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def counted():
    return Counter(Finding.objects.standing().values_list("division", "provision", "verdict").order_by())


def kept():
    return {row[:3]: row[3] for row in Tally.objects.totals("division", "provision", "verdict")}


@pytest.fixture
def judged(law, good, bad):
    recheck.resolve_changes()
    while recheck.recheck_next():
        pass


def test_counts_follow_every_way_of_writing(judged, bad, yuzhong, chongqing):
    assert kept() == counted() != {}
    MembershipFactory(consortium=bad, institution__division=yuzhong)
    recheck.resolve_changes()
    while recheck.recheck_next():
        pass
    assert kept() == counted()
    Finding.objects.filter(provision="T-02").update(division=chongqing)
    assert kept() == counted()
    Finding.objects.filter(verdict="PASS").update(
        resolved_on=timezone.localdate(), last_seen=timezone.localdate()
    )
    assert kept() == counted()
    Finding.objects.filter(provision="T-02").delete()
    assert kept() == counted()


def test_adding_up_leaves_one_row_and_the_same_sums(judged, bad, yuzhong, chongqing):
    MembershipFactory(consortium=bad, institution__division=yuzhong)
    recheck.resolve_changes()
    while recheck.recheck_next():
        pass
    before = kept()
    tallies.compact(chongqing)
    assert kept() == before
    assert Tally.objects.count() == len(before)


def test_a_document_shows_the_kept_counts(judged, client, commission):
    client.force_login(leader_of(commission))
    text = client.get(reverse("evaluation:tallies", args=["small-law"])).content.decode()
    assert "tally-T-01" in text
    Finding.objects.none()
    Tally.objects.filter(provision="T-01").delete()
    assert "tally-T-01" not in client.get(reverse("evaluation:tallies", args=["small-law"])).content.decode()
