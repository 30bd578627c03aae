"""Impact previews: who would flip from what to what, and nothing of the register or the findings touched."""

import pytest
from django.urls import reverse

from evaluation import impact, recheck, runs
from evaluation.models import Finding, ImpactFlip
from registry.errors import Refused
from registry.models import PolicyDocument
from registry.policy import drafts
from tests.actors import evaluator_of, leader_of
from tests.factories import AuthorityFactory, CountyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(commission):
    return evaluator_of(commission)


@pytest.fixture
def draft(law, good, bad, officer):
    """The law as it stands, with two kinds of members asked for instead of one."""
    kept = drafts.revise("small-law", by=officer, note="成员单位类别过少")
    params = {"of": ["社区卫生服务机构", "护理院"], "at_least": 2}
    return drafts.edit_rule(
        kept.pk, by=officer, provision="T-01", changes={"params": params}, seen=kept.digest
    )


@pytest.fixture
def preview(draft, officer, run_jobs):
    started = impact.start(draft=draft, by=officer)
    run_jobs()
    started.refresh_from_db()
    return started


def test_a_preview_lists_who_would_flip_with_both_sentences(preview, good):
    flip = ImpactFlip.objects.get()
    assert (flip.subject_id, flip.provision, flip.before, flip.after) == (good.pk, "T-01", "PASS", "FAIL")
    assert "至少 1 类" in flip.said_before
    assert "至少 2 类" in flip.said_after
    assert preview.counts == [["T-01", "PASS", "FAIL", 1]]
    assert preview.subjects == 2


def test_a_preview_changes_no_finding_and_no_rule(draft, officer, chongqing, run_jobs):
    runs.start(division=chongqing, by=officer)
    run_jobs()
    before = list(Finding.objects.order_by("pk").values())
    version = PolicyDocument.objects.get().version
    impact.start(draft=draft, by=officer)
    run_jobs()
    assert list(Finding.objects.order_by("pk").values()) == before
    assert PolicyDocument.objects.get().version == version
    assert recheck.recheck() == 0 or list(Finding.objects.order_by("pk").values("verdict")) == [
        {"verdict": row["verdict"]} for row in before
    ]


def test_a_rule_taken_out_flips_to_none_and_a_new_document_from_none(law, good, officer, run_jobs):
    document = PolicyDocument.objects.get()
    source = document.source[: document.source.index('[[rule]]\nid = "T-02"')]
    draft = drafts.start(by=officer, source=source, text=document.text, note="删去两条")
    impact.start(draft=draft, by=officer)
    run_jobs()
    assert set(ImpactFlip.objects.values_list("provision", "before", "after")) == {("T-02", "INFO", "")}


def test_a_preview_is_stale_once_its_draft_or_the_law_has_changed(preview, draft, officer, publish):
    assert impact.why_stale(preview) == ""
    publish(2)
    assert "别的政策版本" in impact.why_stale(preview)
    draft = drafts.edit_rule(
        draft.pk, by=officer, provision="T-03", changes={"modality": "鼓励"}, seen=draft.digest
    )
    preview.refresh_from_db()
    preview.draft = draft
    assert "草稿又改过" in impact.why_stale(preview)


def test_a_preview_that_the_law_has_overtaken_before_it_ran_says_so(draft, officer, publish, run_jobs):
    impact.start(draft=draft, by=officer)
    publish(2)
    (job,) = run_jobs()
    assert job.state == "failed"
    assert "又发布了别的政策版本" in job.error


def test_one_preview_at_a_time(draft, officer):
    impact.start(draft=draft, by=officer)
    with pytest.raises(Refused, match="还没有结束"):
        impact.start(draft=draft, by=officer)


def test_the_page_shows_counts_and_subjects_within_a_budget(
    client, preview, draft, officer, django_assert_max_num_queries
):
    client.force_login(officer)
    with django_assert_max_num_queries(14):
        text = client.get(reverse("evaluation:impact", args=[preview.pk])).content.decode()
    assert "before=PASS&amp;after=FAIL#flips" in text
    assert "甲医疗集团" in text
    assert "乙医疗集团" not in text
    filtered = client.get(reverse("evaluation:impact", args=[preview.pk]), {"rule": "T-02"}).content.decode()
    assert "没有这样的对象" in filtered
    part = client.get(reverse("evaluation:impact_of_draft", args=[draft.pk])).content.decode()
    assert "1</b> 项判定会改变" in part


def test_only_those_who_may_draft_for_the_place_see_it(client, preview, commission):
    elsewhere = evaluator_of(AuthorityFactory(division=CountyFactory()))
    for person in (leader_of(commission), elsewhere):
        client.force_login(person)
        assert client.get(reverse("evaluation:impact", args=[preview.pk])).status_code == 404


def test_a_finished_preview_takes_its_stop_button_away_and_keeps_the_library_marked(client, preview, officer):
    client.force_login(officer)
    url = reverse("evaluation:impact", args=[preview.pk])
    polled = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert '<div id="impact-cancel" hx-swap-oob="true"></div>' in polled
    page = client.get(url)
    assert "停止预览" not in page.content.decode()
    assert [one["label"] for one in page.context["frame"].navigation if one["current"]] == ["政策库"]
