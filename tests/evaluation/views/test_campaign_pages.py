"""Pages of a yearly evaluation, from the form to the score sheet."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluation.models import Campaign, IndicatorValue
from registry.models import Job
from tests.actors import evaluator_of, leader_of, stranger
from tests.evaluation.pages import page
from tests.factories import (
    AuthorityFactory,
    ConsortiumFactory,
    CountyFactory,
)
from tests.factories.evaluation import (
    CampaignFactory,
    IndicatorFactory,
    IndicatorValueFactory,
    ParticipantFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(commission):
    campaign = CampaignFactory(authority=commission)
    IndicatorFactory(scheme=campaign.scheme, code="I001", position=1)
    for number in range(2):
        ParticipantFactory(campaign=campaign, consortium__name=f"医联体{number}")
    return campaign


def test_a_campaign_from_the_form_to_the_score_sheet(client, commission, yuzhong, run_jobs):
    evaluator = evaluator_of(commission)
    indicator = IndicatorFactory(scheme__jurisdiction="500000")
    one = ConsortiumFactory(name="甲医联体", division=yuzhong)
    client.force_login(evaluator)
    year = dt.date.today().year - 1
    answer = client.post(
        f"{reverse('evaluation:campaign_new')}?authority={commission.code}&year={year}",
        {"title": "年度考核", "scheme": indicator.scheme_id, "consortia": [one.pk]},
    )
    campaign = Campaign.objects.get()
    assert answer.url == reverse("evaluation:campaign", args=[campaign.pk])
    client.post(reverse("evaluation:campaign_open", args=[campaign.pk]))
    IndicatorValueFactory(participant=campaign.participants.get(), indicator=indicator)
    answer = client.post(reverse("evaluation:campaign_score", args=[campaign.pk]))
    assert answer.url == reverse("registry:job_detail", args=[Job.objects.get().pk])
    run_jobs()
    ranking = page(client, "ranking", campaign.pk)
    assert "甲医联体" in ranking
    sheet = page(client, "score_sheet", campaign.pk, campaign.participants.get().pk)
    for words in ("50.0%", "65.0%", "7.50", "基层诊疗量占比", "四(三)", "文件一(三)"):
        assert words in sheet, words
    client.post(reverse("evaluation:campaign_publish", args=[campaign.pk]))
    campaign.refresh_from_db()
    assert campaign.state == "published"


def test_a_missing_figure_shows_on_ranking_and_sheet(client, campaign, commission, run_jobs):
    first, second = campaign.participants.order_by("pk")
    IndicatorValueFactory(participant=first, indicator=campaign.scheme.indicators.get())
    client.force_login(evaluator_of(commission))
    client.post(reverse("evaluation:campaign_score", args=[campaign.pk]))
    run_jobs()
    ranking = page(client, "ranking", campaign.pk)
    assert ranking.index(first.name) < ranking.index("未完整") < ranking.rindex(second.name)
    sheet = page(client, "score_sheet", campaign.pk, second.pk)
    assert "资料不足" in sheet
    assert "未完整" in sheet


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("campaign", (404, 404, 200, 200)),
        ("campaign_workbook", (404, 404, 200, 200)),
        ("campaign_open", (404, 404, 403, 302)),
        ("campaign_score", (404, 404, 403, 302)),
        ("campaign_publish", (404, 404, 403, 302)),
        ("campaign_reopen", (404, 404, 403, 302)),
        ("campaign_values", (404, 404, 403, 422)),
    ],
)
def test_who_may_do_what_with_a_campaign(client, campaign, commission, name, codes):
    county = AuthorityFactory(division=CountyFactory(parent__parent=commission.division))
    people = (stranger(), evaluator_of(county), leader_of(commission), evaluator_of(commission))
    for person, code in zip(people, codes, strict=True):
        client.force_login(person)
        url = reverse(f"evaluation:{name}", args=[campaign.pk])
        answer = client.get(url) if name in ("campaign", "campaign_workbook") else client.post(url)
        assert answer.status_code == code, person
    assert not IndicatorValue.objects.exists()


def test_results_do_not_exist_before_scoring(client, campaign, commission):
    client.force_login(evaluator_of(commission))
    assert client.get(reverse("evaluation:ranking", args=[campaign.pk])).status_code == 404


@pytest.mark.parametrize("number", [1, 9])
def test_a_campaign_page_costs_the_same_whatever_the_number_of_participants(client, commission, number):
    campaign = CampaignFactory(authority=commission)
    indicator = IndicatorFactory(scheme=campaign.scheme)
    for one in range(number):
        participant = ParticipantFactory(campaign=campaign, consortium__name=f"医联体{one}")
        IndicatorValueFactory(participant=participant, indicator=indicator)
    client.force_login(evaluator_of(commission))
    with CaptureQueriesContext(connection) as queries:
        page(client, "campaign", campaign.pk)
    assert len(queries) <= 12
