"""Planned facilities: what of them is listed, what is recorded of one and what is refused."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluation.fact_words import lines_of
from registry.models import PlannedFacility, PolicyDocument
from tests.actors import evaluator_of, leader_of
from tests.factories import AuthorityFactory, CityFactory, ProvinceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def chuzhou():
    return CityFactory(code="341100", name="滁州市", parent=ProvinceFactory(code="340000", name="安徽省"))


@pytest.fixture
def bureau(chuzhou):
    return AuthorityFactory(division=chuzhou)


@pytest.fixture
def plan(chuzhou):
    document = PolicyDocument.objects.create(
        code="plan", title="规划", short_title="规划", body={"named": {}}, jurisdiction=chuzhou.code
    )

    def facility(name, **facts) -> PlannedFacility:
        return PlannedFacility.objects.create(document=document, division=chuzhou, name=name, **facts)

    return facility


@pytest.fixture
def three(plan):
    plan("甲中心", operator="市一院", mode="public", state="built")
    plan("乙中心", builder="区政府", mode="private", state="built", completed_on=dt.date(2024, 5, 1))
    return plan("丙中心", mode="public")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, {"甲中心", "乙中心", "丙中心"}),
        ({"state": "built"}, {"甲中心", "乙中心"}),
        ({"mode": "public", "state": "built"}, {"甲中心"}),
        ({"q": "区政府"}, {"乙中心"}),
        ({"q": "没有"}, set()),
    ],
)
def test_the_list_is_narrowed_while_its_progress_stays_that_of_the_area(client, bureau, three, query, names):
    client.force_login(leader_of(bureau))
    answer = client.get(reverse("registry:facility_list"), query)
    assert {one.name for one in answer.context["page"]} == names
    # One that is recorded as built counts, though nobody knows since when.
    assert [answer.context[name] for name in ("planned", "built", "hospitals")] == [3, 2, 0]
    assert "其中 1 家没有登记建成日期，判定时不计入" in answer.content.decode()
    assert ("没有符合条件的记录" in answer.content.decode()) == (not names)


def test_the_list_costs_a_fixed_number_of_queries(client, bureau, three, django_assert_max_num_queries):
    client.force_login(leader_of(bureau))
    with django_assert_max_num_queries(9):
        client.get(reverse("registry:facility_list"), {"state": "built", "q": "中心"})


def test_whoever_may_only_look_reads_words_and_no_codes(client, bureau, plan):
    one = plan("甲中心", mode="public_private", state="built", completed_on=dt.date(2024, 5, 1))
    client.force_login(leader_of(bureau))
    shown = client.get(reverse("registry:facility", args=[one.pk])).content.decode()
    assert "公建民营" in shown and "2024-05-01" in shown
    assert "public_private" not in shown and ">built<" not in shown


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"state": "built", "completed_on": "2999-01-01"}, "日期不能晚于 2100-12-31"),
        ({"state": "built", "completed_on": "0024-01-01"}, "日期不能早于"),
        ({"awarded_on": "TOMORROW"}, "中标日期不能晚于今天"),
        ({"state": "built", "completed_on": "2024-05-02", "community_hospital_on": "2024-05-01"}, "不能早于建成日期"),
    ],
)  # fmt: skip
def test_days_that_cannot_be_are_refused(client, bureau, plan, typed, said):
    one = plan("甲中心")
    client.force_login(evaluator_of(bureau))
    tomorrow = (timezone.localdate() + dt.timedelta(days=1)).isoformat()
    data = {"state": "planned"} | {k: v.replace("TOMORROW", tomorrow) for k, v in typed.items()}
    answer = client.post(reverse("registry:facility", args=[one.pk]), data)
    assert answer.status_code == 422 and said in answer.content.decode()
    one.refresh_from_db()
    assert (one.state, one.awarded_on, one.completed_on) == ("planned", None, None)


def test_what_is_not_known_is_called_so_among_the_choices(client, bureau, plan):
    client.force_login(evaluator_of(bureau))
    text = client.get(reverse("registry:facility", args=[plan("甲中心").pk])).content.decode()
    assert '<option value="" selected>未填</option>' in text and "-----" not in text


def test_the_facts_of_a_facility_are_shown_in_words():
    lines = lines_of({"name": "甲中心", "operator": "市一院", "mode": "public", "state": "building"})
    assert [(line.label, line.text) for line in lines] == [
        ("名称", "甲中心"), ("运营单位", "市一院"), ("建设运营方式", "公建公营"), ("状态", "在建"),
    ]  # fmt: skip
