"""The overview of an area, and the verdict counts beside the words of a document."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluation import runs
from tests.actors import evaluator_of, leader_of, stranger
from tests.evaluation.pages import page
from tests.factories import (
    ConsortiumFactory,
    CountyFactory,
)

pytestmark = pytest.mark.django_db


def test_the_overview_counts_what_fails_by_rule_and_district(client, checked, commission):
    client.force_login(leader_of(commission))
    text = page(client, "overview")
    assert "重庆市医联体总览" in text
    assert "T-01" in text
    assert "渝中" in text
    assert "rule=T-01&amp;verdict=FAIL&amp;area=500103" in text


def test_the_overview_costs_the_same_whatever_the_area_holds(
    client, checked, commission, chongqing, yuzhong, run_jobs
):
    client.force_login(leader_of(commission))
    page(client, "overview")
    with CaptureQueriesContext(connection) as few:
        page(client, "overview")
    for number in range(6):
        ConsortiumFactory(name=f"医疗集团{number}", division=CountyFactory(parent__parent=chongqing))
    runs.start(division=chongqing, by=evaluator_of(commission))
    run_jobs()
    with CaptureQueriesContext(connection) as many:
        page(client, "overview")
    assert len(few) == len(many) <= 32


def test_verdict_counts_come_beside_each_provision(client, checked, commission):
    client.force_login(leader_of(commission))
    text = page(client, "tallies", "small-law")
    assert 'id="tally-T-01"' in text
    assert "hx-swap-oob" in text
    assert 'id="tally-T-01"' in page(client, "tallies", "small-law", handling="check")
    assert "tally-" not in page(client, "tallies", "small-law", handling="context")
    client.force_login(stranger())
    assert "tally-" not in page(client, "tallies", "small-law")


def test_a_document_narrowed_to_one_handling_asks_for_its_counts_alone(client, law):
    client.force_login(stranger())
    answer = client.get(reverse("registry:policy_document", args=["small-law"]), {"handling": "check"})
    address = reverse("evaluation:tallies", args=["small-law"])
    assert f'hx-get="{address}?handling=check"' in answer.content.decode()


def test_a_document_is_read_with_each_provision_in_its_place(client, law):
    client.force_login(stranger())
    answer = client.get(reverse("registry:policy_document", args=["small-law"]), {"open": "T-01"})
    text = answer.content.decode()
    assert '<mark class="is-on">成员单位应当包含社区卫生服务机构、护理院中至少1类医疗机构</mark>' in text
    assert "成员单位至少分属若干类" in text
    assert reverse("evaluation:tallies", args=["small-law"]) in text
    library = client.get(reverse("registry:policy_library"), {"q": "跨网格"}).content.decode()
    assert "T-02" in library
    assert "规划期已满" in library
