"""A rule that is lifted for a subject stays lifted in the preview of a draft that changes the rule."""

import pytest

from evaluation import impact
from evaluation.models import ImpactFlip
from registry.models import PolicyDraft
from registry.policy import drafts
from tests.registry.waivers.granting import KINDS, grant, official_over, rule, verdicts

pytestmark = pytest.mark.django_db


def previewed(draft: PolicyDraft, provision: str, subject, by, run_jobs) -> list[tuple[str, str]]:
    """The verdict of the subject before and after; empty where it does not change."""
    preview = impact.start(draft=draft, by=by)
    (job,) = run_jobs()
    assert job.state == "done", job.error
    flips = ImpactFlip.objects.filter(preview=preview, subject_id=subject.pk, provision=provision)
    return list(flips.order_by("pk").values_list("before", "after"))


@pytest.mark.parametrize(("kind", "make"), KINDS)
def test_a_lifted_rule_does_not_flip(commission, district, run_jobs, kind, make):
    subject = make(district)
    by = official_over(kind, commission)
    provision = next(name for name, verdict in verdicts(kind, subject).items() if verdict == "FAIL")
    draft = drafts.revise(rule(provision).document.code, by=by, note="试改")
    draft = drafts.edit_rule(
        draft.pk, by=by, provision=provision, changes={"modality": "原则上"}, seen=draft.digest
    )
    assert previewed(draft, provision, subject, by, run_jobs) == [("FAIL", "DEVIATION")]
    grant(by, subject, provision)
    assert previewed(draft, provision, subject, by, run_jobs) == []
