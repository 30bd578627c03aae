"""kill -9 of a real worker inside a compliance run and an impact preview: carried on by the next one, nothing double."""

import pytest
from django.urls import reverse

from evaluation import impact, runs
from evaluation.models import Finding
from registry.policy import drafts
from tests.actors import evaluator_of
from tests.config.test_worker import environment  # noqa: F401  the same broker and database
from tests.killing import ended, workers  # noqa: F401

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.machine,
    pytest.mark.parametrize("environment", ["folders"], indirect=True),
]


@pytest.fixture
def evaluator(commission):
    return evaluator_of(commission)


@pytest.mark.parametrize(
    ("stop", "found"),
    [
        ("evaluation.runs.plan", 0),
        ("evaluation.runs.record", 0),  # the batch is written and not committed
        ("evaluation.runs.check_next", 4),
        ("evaluation.runs.finish", 4),  # committed, but nobody was told
    ],
)
def test_a_run(client, workers, law, good, bad, chongqing, evaluator, stop, found):  # noqa: F811
    run = runs.start(division=chongqing, by=evaluator)
    workers.killed_at(stop, workers.post_jobs)
    assert not ended(run.job) and Finding.objects.count() == found
    client.force_login(evaluator)
    address = reverse("evaluation:run", args=[run.pk])
    assert "停止检查" in client.get(address).text
    workers.finish(run.job)
    run.refresh_from_db()
    assert (run.job.state, run.job.attempts, run.opened, run.tally["FAIL"]) == ("done", 2, 4, 1), (
        run.job.error
    )
    assert Finding.objects.standing().count() == Finding.objects.count() == 4
    assert "新增或改变 <b>4</b> 项" in client.get(address).text


def test_a_preview(workers, law, good, bad, evaluator):  # noqa: F811
    draft = drafts.revise("small-law", by=evaluator, note="收紧")
    changed = {"params": {"of": ["社区卫生服务机构", "护理院"], "at_least": 2}}
    draft = drafts.edit_rule(draft.pk, by=evaluator, provision="T-01", changes=changed, seen=draft.digest)
    preview = impact.start(draft=draft, by=evaluator)
    workers.killed_at("evaluation.impact._compare", workers.post_jobs)
    assert not ended(preview.job)
    assert [flip.subject_name for flip in preview.flips.all()] == ["甲医疗集团"]
    workers.finish(preview.job)
    preview.refresh_from_db()
    assert (preview.job.state, preview.counts) == ("done", [["T-01", "PASS", "FAIL", 1]]), preview.job.error
    assert preview.flips.count() == 1
