"""A yearly evaluation from draft to published, on the scheme shipped for Chuzhou."""

import datetime as dt
from decimal import Decimal

import pytest
from django.conf import settings

from evaluation import campaigns, schemes, scorecards, values
from evaluation.models import Campaign, Grade, Indicator, IndicatorValue, Scheme, Score
from registry.access import Denied
from registry.errors import Refused
from registry.models import AuditEntry, Job
from tests.actors import evaluator_of, leader_of
from tests.factories import AuthorityFactory, CityFactory, ConsortiumFactory, CountyFactory, ProvinceFactory
from tests.factories.evaluation import (
    CampaignFactory,
    IndicatorFactory,
    IndicatorValueFactory,
    ParticipantFactory,
)

pytestmark = pytest.mark.django_db
CHUZHOU = settings.BASE_DIR / "fixtures" / "schemes" / "chuzhou-2020.toml"


@pytest.fixture
def chuzhou():
    anhui = ProvinceFactory(code="340000", name="安徽省")
    return AuthorityFactory(division=CityFactory(code="341100", name="滁州市", kind="", parent=anhui))


@pytest.fixture
def langya(chuzhou):
    return CountyFactory(code="341102", name="琅琊区", parent=chuzhou.division)


@pytest.fixture
def three(langya):
    return [ConsortiumFactory(name=f"紧密型城市医联体{mark}", division=langya) for mark in "①②③"]


@pytest.fixture
def evaluator(chuzhou):
    return evaluator_of(chuzhou)


@pytest.fixture
def campaign(chuzhou, three, evaluator):
    scheme = schemes.load(CHUZHOU)
    made = campaigns.create(authority=chuzhou, year=2020, scheme=scheme, consortia=three, by=evaluator)
    return campaigns.open_collection(made.pk, by=evaluator)


def entries_for(campaign, *participants, skip=()):
    """The same figures for each, but for what is skipped."""
    return [
        values.Entry(
            one.pk, indicator.pk, Decimal(50), Decimal(100) if indicator.needs_denominator else None, "", ""
        )
        for one in participants
        for indicator in campaign.scheme.indicators.all()
        if indicator.code not in skip
    ]


@pytest.mark.parametrize("code", ["chuzhou-2020", "wuhu-2019"])
def test_a_shipped_scheme_has_a_hundred_points_and_quotes_its_document(code):
    scheme = schemes.load(CHUZHOU.with_name(f"{code}.toml"))
    indicators = list(scheme.indicators.all())
    assert sum(one.points for one in indicators) == 100
    text = (settings.BASE_DIR / f"fixtures/policies/texts/{code}.txt").read_text()
    words = "".join(text.split())
    assert [one.code for one in indicators if "".join(one.quote.split()) not in words] == []


def test_loading_twice_changes_nothing_and_a_changed_text_is_a_new_version(tmp_path):
    first = schemes.load(CHUZHOU)
    assert schemes.load(CHUZHOU).pk == first.pk
    changed = tmp_path / "chuzhou-2020.toml"
    changed.write_text(CHUZHOU.read_text().replace('target = "0.65"', 'target = "0.70"'))
    second = schemes.load(changed)
    first.refresh_from_db()
    assert second.pk != first.pk
    assert first.retired_at
    assert first.indicators.get(code="I001").target == Decimal("0.65")
    assert Scheme.objects.in_force().get() == second


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('clause = "四(三)"', 'clause = ""', "指标 I001 缺少 clause"),
        ('formula = "ratio"', 'formula = "guess"', "指标 I002 的 formula"),
        ('target = "0.65"', 'target = "0.30"', "指标 I001 的目标值、零分值与方向不相配"),
        ('code = "I002"', 'code = "I001"', "指标编号重复"),
        ("at_least = 60", "at_least = 80", "等级须从高到低"),
        ('unit = "%"', 'unit = "%"\nweight = 3', "不认识的项 weight"),
    ],
)
def test_a_faulty_scheme_does_not_load_and_says_where(tmp_path, old, new, message):
    path = tmp_path / "bad.toml"
    path.write_text(CHUZHOU.read_text().replace(old, new, 1))
    with pytest.raises(schemes.BadScheme, match=message):
        schemes.load(path)


def test_missing_figures_leave_a_consortium_unranked_and_ungraded(campaign, evaluator, run_jobs):
    one, two, three = campaign.participants.order_by("pk")
    values.apply(campaign.pk, entries_for(campaign, one, two), by=evaluator)
    values.apply(campaign.pk, entries_for(campaign, three, skip=("I005",)), by=evaluator)
    campaigns.start_scoring(campaign.pk, by=evaluator)
    (job,) = run_jobs()
    assert job.state == Job.State.DONE
    assert job.result == {"participants": 3, "missing": 1}
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.SCORED
    complete, incomplete = scorecards.ranking(campaign)
    assert {row.pk for row in complete} == {one.pk, two.pk}
    assert [row.pk for row in incomplete] == [three.pk]
    assert {row.grade.rank for row in complete} == {1}
    assert (incomplete[0].grade.rank, incomplete[0].grade.name, incomplete[0].grade.missing) == (None, "", 1)
    lacking = Score.objects.get(participant=three, indicator__code="I005")
    assert (lacking.points, lacking.value) == (None, None)
    assert "不计分" in lacking.explanation


def test_scores_are_the_same_when_worked_out_again(campaign, evaluator, run_jobs):
    values.apply(campaign.pk, entries_for(campaign, *campaign.participants.all()), by=evaluator)
    seen = []
    for _ in range(2):
        campaigns.start_scoring(campaign.pk, by=evaluator)
        run_jobs()
        seen.append(
            list(
                Grade.objects.order_by("participant").values_list(
                    "participant", "points", "rank", "name", "inputs_digest"
                )
            )
        )
        campaigns.reopen(campaign.pk, by=evaluator, note="核对数据")
    assert seen[0] == seen[1]


def test_a_second_delivery_of_the_scoring_job_finds_it_done(campaign, evaluator, run_jobs):
    values.apply(campaign.pk, entries_for(campaign, *campaign.participants.all()), by=evaluator)
    campaigns.start_scoring(campaign.pk, by=evaluator)
    (job,) = run_jobs()
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING)  # the worker died before it could say so
    from evaluation.tasks import score_campaign

    score_campaign(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert campaign.events.filter(action="评分").count() == 1


def test_scoring_twice_at_once_is_refused(campaign, evaluator):
    values.apply(campaign.pk, entries_for(campaign, *campaign.participants.all()), by=evaluator)
    campaigns.start_scoring(campaign.pk, by=evaluator)
    with pytest.raises(Refused, match="还没有结束"):
        campaigns.start_scoring(campaign.pk, by=evaluator)


def test_scoring_without_any_figure_is_refused(campaign, evaluator):
    with pytest.raises(Refused, match="还没有任何指标值"):
        campaigns.start_scoring(campaign.pk, by=evaluator)


@pytest.mark.parametrize(
    ("state", "act"),
    [
        ("draft", "publish"),
        ("draft", "score"),
        ("collecting", "open"),
        ("collecting", "publish"),
        ("scored", "open"),
    ],
)
def test_a_move_from_the_wrong_state_is_refused(evaluator, chuzhou, state, act):
    campaign = CampaignFactory(
        authority=chuzhou,
        state=state,
        scored_at=dt.datetime(2021, 1, 1, tzinfo=dt.UTC) if state == "scored" else None,
    )
    acts = {
        "open": campaigns.open_collection,
        "publish": campaigns.publish,
        "score": campaigns.start_scoring,
    }
    with pytest.raises(Refused, match="考核当前为"):
        acts[act](campaign.pk, by=evaluator)
    campaign.refresh_from_db()
    assert campaign.state == state


def test_after_publishing_no_figure_is_taken(campaign, evaluator, run_jobs):
    entries = entries_for(campaign, *campaign.participants.all())
    values.apply(campaign.pk, entries, by=evaluator)
    campaigns.start_scoring(campaign.pk, by=evaluator)
    run_jobs()
    published = campaigns.publish(campaign.pk, by=evaluator)
    assert published.published_at
    with pytest.raises(Refused, match="已公布"):
        values.apply(campaign.pk, entries, by=evaluator)


def test_a_leader_may_look_but_not_act(campaign, chuzhou):
    leader = leader_of(chuzhou)
    assert campaign in Campaign.objects.visible_to(leader)
    with pytest.raises(Denied):
        campaigns.start_scoring(campaign.pk, by=leader)


def test_a_consortium_of_another_place_cannot_be_evaluated(chuzhou, evaluator):
    scheme = schemes.load(CHUZHOU)
    elsewhere = ConsortiumFactory(name="别市医联体")
    with pytest.raises(Refused, match="别市医联体不在本辖区"):
        campaigns.create(authority=chuzhou, year=2020, scheme=scheme, consortia=[elsewhere], by=evaluator)


def test_a_scheme_of_another_place_cannot_be_used(evaluator, three):
    authority = AuthorityFactory(division=three[0].division)
    with pytest.raises(Refused, match="不适用于该机关"):
        campaigns.create(
            authority=authority,
            year=2020,
            scheme=IndicatorFactory().scheme,
            consortia=three,
            by=evaluator_of(authority),
        )


def test_figures_brought_in_are_audited_each(campaign, evaluator):
    one = campaign.participants.first()
    before = AuditEntry.objects.filter(table_name="evaluation_indicatorvalue").count()
    applied = values.apply(campaign.pk, entries_for(campaign, one), by=evaluator)
    again = values.apply(campaign.pk, entries_for(campaign, one), by=evaluator)
    written = AuditEntry.objects.filter(table_name="evaluation_indicatorvalue").count() - before
    assert (applied.created, again.unchanged, written) == (10, 10, 10)


def test_stored_figures_cannot_be_negative_or_divide_by_nothing():
    from django.db import IntegrityError, transaction

    participant = ParticipantFactory()
    indicator: Indicator = IndicatorFactory(scheme=participant.campaign.scheme)
    for figures in ({"numerator": -1}, {"denominator": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            IndicatorValueFactory(participant=participant, indicator=indicator, **figures)
    assert not IndicatorValue.objects.exists()
