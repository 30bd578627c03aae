"""Working an impact preview out (影响预览): both rule books over the same facts; only the preview's own rows are written."""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import OperationalError, transaction
from django.urls import reverse
from django.utils import timezone

from evaluation.areas import area_of
from evaluation.models import ImpactFlip, ImpactPreview
from evaluation.subjects import SOURCES, Source, batches, given
from registry import access, jobs
from registry.errors import Refused
from registry.facts import NotRead
from registry.models import Job, PolicyDraft
from registry.policy.book import BoundRule, RuleBook
from registry.policy.drafts import PERMISSION, is_outdated, pack_of_draft
from registry.policy.engine import judge_one
from registry.policy.library import book_version, current_book
from registry.policy.pack import PackSpec
from registry.policy.verdict import Outcome

logger = logging.getLogger(__name__)
KIND = "impact"
STEPS = 40  # a preview moves its bar at least this often
Verdicts = dict[str, tuple[str, str]]  # by provision: outcome and sentence


@transaction.atomic
def start(*, draft: PolicyDraft, by, as_of: dt.date | None = None) -> ImpactPreview:
    """预览 whom a draft would hit. Refused while an earlier preview of it is being worked out."""
    access.require(by, PERMISSION, draft.division)
    if draft.state not in PolicyDraft.OPEN:
        raise Refused(f"这份草稿{draft.get_state_display()}，不再预览。")
    preview = ImpactPreview.objects.create(
        draft=draft, draft_digest=draft.digest, book_version=book_version(),
        as_of=as_of or day_for(draft), started_by=by,
    )  # fmt: skip
    preview.job = jobs.start_job(
        KIND,
        f"《{draft.title}》影响预览",
        task="evaluation.tasks.preview_impact",
        by=by,
        scope=str(draft.pk),
        result_url=reverse("evaluation:impact", args=[preview.pk]),
        preview_id=preview.pk,
    )
    preview.save(update_fields=["job"])
    return preview


def day_for(draft: PolicyDraft) -> dt.date:
    """The day on which a draft is best compared: today, or the first on which it would be in force."""
    begins = pack_of_draft(draft).effective_from
    return max(filter(None, (timezone.localdate(), begins, draft.effective_on)))


def why_stale(preview: ImpactPreview) -> str:
    """Why a preview no longer tells what publishing would do now; blank while it does."""
    if preview.draft.digest != preview.draft_digest:
        return "预览以后草稿又改过。"
    if preview.draft.state in PolicyDraft.OPEN and preview.book_version != book_version():
        return "预览以后又发布了别的政策版本。"
    return ""


# -- Working ------------------------------------------------------------------------------------------------
def work(job: Job, preview: ImpactPreview) -> dict:
    """Compare every subject in the place of the draft; begun again from the start when a worker was killed."""
    if preview.finished_at is None:
        _refuse_moved(preview)
        preview.flips.all().delete()
        before, after, affected = _books(preview.draft)
        area = area_of(preview.draft.division)
        sources = _sources(before, after, affected)
        listed = [(source, source.ids(area, preview.as_of)) for source in sources]
        total, done = sum(len(ids) for _, ids in listed), 0
        jobs.advance(job, 0, total, phase="已比较")
        counts: Counter[tuple[str, str, str]] = Counter()
        size = max(1, min(200, -(-total // STEPS)))
        for source, ids in listed:
            for batch in batches(ids, size):
                counts.update(_compare(preview, source, batch, (before, after), affected))
                done += len(batch)
                jobs.advance(job, done)
        _finish(preview, total, counts)
    return {"subjects": preview.subjects, "changed": sum(line[3] for line in preview.counts)}


def _refuse_moved(preview: ImpactPreview) -> None:
    if reason := why_stale(preview):
        raise Refused(f"{reason}请重新预览。")
    if is_outdated(preview.draft):
        raise Refused("起草以后，这份文件已经发布了另一个版本。请按现行版本重新起草。")


def _books(draft: PolicyDraft) -> tuple[RuleBook, RuleBook, frozenset[str]]:
    """The rules as published, as they would be, and the provisions whose verdicts can differ between them."""
    published, pack = current_book(), pack_of_draft(draft)
    drafted = RuleBook([*(one for one in published.packs.values() if one.id != pack.id), pack])
    return published, drafted, affected_by(published, pack)


def affected_by(book: RuleBook, pack: PackSpec) -> frozenset[str]:
    """Provisions that a changed pack touches: its own changed ones, those it relates to, those that rest on it."""
    old = book.packs.get(pack.id)
    was = {rule.id: rule.version for rule in old.rules} if old else {}
    now = {rule.id: rule.version for rule in pack.rules}
    reframed = old is None or _frame(old) != _frame(pack)
    changed = {name for name in was.keys() | now.keys() if reframed or was.get(name) != now.get(name)}
    rules = [*(old.rules if old else ()), *pack.rules]
    related = {name for rule in rules if rule.id in changed for name in (*rule.replaces, *rule.exempts)}
    resting = {rule.id for one in book.packs.values() for rule in one.rules if rule.refers_to == pack.id}
    return frozenset(changed | related | (resting if reframed else set()))


def _frame(pack: PackSpec) -> tuple:
    return (
        pack.jurisdiction, pack.status, pack.effective_from, pack.effective_to, pack.plan_from, pack.plan_to,
        pack.short_title,
    )  # fmt: skip


def _sources(before: RuleBook, after: RuleBook, affected: frozenset[str]) -> list[Source]:
    """Kinds of subject that the affected provisions are about."""
    kinds = {
        rule.subject
        for book in (before, after)
        for pack in book.packs.values()
        for rule in pack.rules
        if rule.id in affected and rule.decided
    }
    return [source for source in SOURCES if source.subject in kinds]


@transaction.atomic
def _compare(
    preview: ImpactPreview,
    source: Source,
    ids: Sequence[int],
    books: tuple[RuleBook, RuleBook],
    affected: frozenset[str],
) -> Counter[tuple[str, str, str]]:
    known = source.describe(ids, preview.as_of)
    flips: list[ImpactFlip] = []

    there = [pk for pk in ids if pk in known]
    ancestries = {known[pk].ancestry for pk in there}
    rules = [
        rule
        for book in books
        for one in ancestries
        for rule in _relevant(book.rules_for(one, preview.as_of), affected)
    ]

    def by_both(facts: Any) -> list[Verdicts]:
        return [_verdicts(book, facts, preview.as_of, affected) for book in books]

    for pk, (before, after) in given(source, there, preview.as_of, rules, by_both):
        for provision in sorted(before.keys() | after.keys()):
            was, said_before = before.get(provision, ("", ""))
            now, said_after = after.get(provision, ("", ""))
            if was != now and {was, now} != {"", str(Outcome.NA)}:
                flips.append(
                    ImpactFlip(
                        preview=preview, subject_type=source.subject, subject_id=pk,
                        subject_name=known[pk].name, division_id=known[pk].division_id, provision=provision,
                        before=was, after=now, said_before=said_before, said_after=said_after,
                    )
                )  # fmt: skip
    ImpactFlip.objects.bulk_create(flips, batch_size=1000)
    return Counter((flip.provision, flip.before, flip.after) for flip in flips)


def _verdicts(book: RuleBook, facts: Any, day: dt.date, affected: frozenset[str]) -> Verdicts:
    rules = _relevant(book.rules_for(facts.ancestry, day), affected)
    try:
        return {
            judgement.rule.id: (str(judgement.verdict.outcome), judgement.sentence)
            for judgement in judge_one(facts, rules, day)
            if judgement.rule.id in affected
        }
    except (OperationalError, NotRead):
        raise
    except Exception as error:
        logger.exception("preview of %s failed", facts)
        raise Refused(
            f"按草稿判定时出错（{type(error).__name__}: {error}）。请核对改过的条款的参数和 [named] 名单。"
        ) from error


def _relevant(rules: Iterable[BoundRule], affected: frozenset[str]) -> list[BoundRule]:
    """The affected rules, and those that exempt from them."""
    return [rule for rule in rules if rule.id in affected or affected.intersection(rule.spec.exempts)]


def _finish(preview: ImpactPreview, subjects: int, counts: Counter[tuple[str, str, str]]) -> None:
    preview.subjects = subjects
    preview.counts = [[*key, number] for key, number in sorted(counts.items())]
    preview.finished_at = timezone.now()
    preview.save(update_fields=["subjects", "counts", "finished_at"])
