"""Keeping findings (记录检查结果) compactly: what has not changed is not written again."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction

from evaluation.areas import area_of
from evaluation.models import ComplianceRun, Finding
from evaluation.standing import standing_of
from evaluation.subjects import BY_SUBJECT, Source, judged
from evaluation.writing import SAYS, Applied, Fresh, Writing, refresh, spelled
from registry.imports.staging import copying, line_of
from registry.policy.book import PLAN_ENDED, BoundRule, RuleBook
from registry.policy.library import stored_rules
from registry.policy.receipts import exempting_rules
from registry.policy.verdict import Outcome

LOCK_CLASS = 5_152  # namespace of the locks on subjects that are being judged


@dataclass
class Recorded:
    """What a batch brought: verdicts by outcome, findings that are new or changed, findings that hold no more.

    `changed` gives, for each subject of which a verdict is another, the verdicts that stood before by provision.
    """

    tally: Counter = field(default_factory=Counter)
    opened: int = 0
    resolved: int = 0
    changed: dict[int, dict[str, str]] = field(default_factory=dict)


@transaction.atomic
def record(run: ComplianceRun, source: Source, ids: Sequence[int], book: RuleBook) -> Recorded:
    """Judge a batch of subjects and bring their findings up to date, as one act.

    The subjects are locked first and judged then, so that of two runs over the same subject the later one has the
    last word on fresh facts. Subjects that are there no more lose what stands of them.
    """
    _lock(source, ids)
    standing = _cleared(run, source, ids) if run.is_snapshot else _standing(source, ids)
    before_all: dict[int, dict[str, str]] = {}
    for (subject, provision), (_, verdict, *_rest) in standing.items():
        before_all.setdefault(subject, {})[provision] = verdict
    result = Recorded()
    replacing: list[Fresh] = []
    refreshed: dict[int, Fresh] = {}
    closed: list[int] = []
    with copying() as send:
        writing = Writing(run, source, send)
        for one in _fresh(run, source, ids, book, result.tally):
            pk, verdict, *said = standing.pop(one.key, (None, ""))
            if pk is None:
                writing.add(one)
            elif verdict != one.verdict.outcome.value:
                closed.append(pk)
                replacing.append(one)
            elif tuple(said) != one.says():
                refreshed[pk] = one
        closed += [pk for pk, *_rest in standing.values()]
        _close(run, closed)  # before what takes its place
        for one in replacing:
            writing.add(one)
        writing.flush()
    refresh(run, source, refreshed)
    result.opened, result.resolved = writing.number, len(closed)
    other = writing.subjects | {subject for subject, _ in standing}
    result.changed = {pk: before_all.get(pk, {}) for pk in sorted(other)}
    return result


def _fresh(
    run: ComplianceRun, source: Source, ids: Sequence[int], book: RuleBook, tally: Counter
) -> Iterator[Fresh]:
    """The verdicts of a batch but NA, which is counted only."""
    rules = _Rules(book, run.as_of)
    for subject, judgements in judged(source, ids, book, run.as_of):
        for judgement in judgements:
            verdict = judgement.verdict
            tally[verdict.outcome.value] += 1
            if verdict.outcome is not Outcome.NA:
                applied = rules.applied(judgement.rule, subject.path, judgement.facts.ancestry)
                yield Fresh(subject, judgement.facts, verdict, applied)


def _standing(source: Source, ids: Sequence[int]) -> dict[tuple[int, str], list]:
    """What stands of these subjects, by subject and provision: key, verdict and what it says."""
    rows = standing_of(source.subject, ids, "subject_id", "provision", "id", "verdict", *SAYS)
    return {(subject, provision): rest for subject, provision, *rest in rows}


def _cleared(run: ComplianceRun, source: Source, ids: Sequence[int]) -> dict[tuple[int, str], list]:
    """Nothing: what an earlier worker has left of a picture of another day is taken away."""
    Finding.objects.of_run(run).filter(subject_type=source.subject, subject_id__among=ids).delete()
    return {}


def resolve_departed(run: ComplianceRun, unlisted: Mapping[str, set[int]]) -> int:
    """Close the standing findings in the area of subjects that exist no more or have left it. How many.

    `unlisted` names by kind the subjects that the run will not judge.
    """
    area = area_of(run.division)
    gone: list[int] = []
    for kind, ids in sorted(unlisted.items()):
        source = BY_SUBJECT.get(kind)
        kept = source.inside(area, run.as_of).order_by().filter(pk__among=sorted(ids)) if source else None
        left = ids.difference(kept.values_list("pk", flat=True)) if kept is not None else ids
        rows = Finding.objects.standing().filter(area.condition("division"))
        rows = rows.filter(subject_type=kind, subject_id__among=sorted(left))
        gone += rows.order_by("pk").values_list("pk", flat=True)
    for start in range(0, len(gone), 1000):
        _close(run, gone[start : start + 1000])
    return len(gone)


def _lock(source: Source, ids: Sequence[int]) -> None:
    kind = sum(ord(letter) for letter in source.subject) % 1000
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, one) FROM "
            "(SELECT (pk %% 2147483647)::int AS one FROM unnest(%s::bigint[]) pk ORDER BY 1) subjects",
            [LOCK_CLASS * 1000 + kind, list(ids)],
        )


class _Rules:
    """How the rules of a day are applied, worked out once for all places where the same rules are in force."""

    def __init__(self, book: RuleBook, day: date) -> None:
        self._book, self._day, self._stored = book, day, stored_rules(book)
        self._places: dict[str, dict[str, Applied]] = {}
        self._in_force: dict[int, dict[str, Applied]] = {}

    def applied(self, rule: BoundRule, path: str, ancestry: Sequence[str]) -> Applied:
        if path not in self._places:
            together = self._book.rules_for(ancestry, self._day)  # kept by the book, so its id stays its own
            self._places[path] = self._in_force.setdefault(id(together), {})
        known = self._places[path]
        if rule.id not in known:
            known[rule.id] = self._apply(rule, self._book.rules_for(ancestry, self._day))
        return known[rule.id]

    def _apply(self, rule: BoundRule, together: Sequence[BoundRule]) -> Applied:
        """Noting with the rule the rules that might have exempted from it, as far as its verdict depends on that."""
        bound: dict[str, Any] = {"parent": rule.missing_parent} if rule.missing_parent else {}
        if rule.pack.is_undated:
            bound["undated"] = True
        if exempting := [self._stored[other.id] for other in exempting_rules(rule, together)]:
            bound["exempting"] = exempting
        values = (rule.id, rule.spec.modality, self._stored[rule.id], PLAN_ENDED in rule.remarks, bound)
        return Applied(*values, line=line_of([*values[:-1], spelled(bound)]))


def _close(run, ids: Sequence[int]) -> None:
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE evaluation_finding SET resolved_on = %s, last_seen = greatest(first_seen, %s) "
            "WHERE id = ANY(%s) AND resolved_on IS NULL",
            [run.as_of, run.confirmed_until, list(ids)],
        )
