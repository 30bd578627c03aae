"""Keeping findings (记录检查结果) compactly: what has not changed is not written again."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from evaluation.areas import Area
from evaluation.models import ComplianceRun, Finding
from evaluation.subjects import BY_SUBJECT, Source, Subject, judged
from registry.imports.staging import as_json, copy_into
from registry.policy.book import PLAN_ENDED, BoundRule, RuleBook
from registry.policy.engine import Judgement
from registry.policy.library import stored_rules
from registry.policy.receipts import code_version, spelled_facts
from registry.policy.verdict import Outcome

LOCK_CLASS = 5_152  # namespace of the locks on subjects that are being judged
# A verdict that differs in one of these is given for another reason, under another version, or of a renamed subject.
SAYS = (
    "explanation", "cure", "evidence", "missing", "plan_ended", "rule_id", "bound", "subject_name", "division_id",
    "kind",
)  # fmt: skip
REFRESHED = (
    *SAYS, "facts_id", "calendar_version", "code_version", "reference_date", "subject_code", "modality",
)  # fmt: skip
WRITTEN = (
    *REFRESHED, "subject_type", "subject_id", "consortium_id", "provision", "verdict", "first_seen", "snapshot_id",
)  # fmt: skip


@dataclass
class Recorded:
    """What a batch brought: verdicts by outcome, findings that are new or changed, findings that hold no more.

    `changed` gives, for each subject of which a verdict is another, the verdicts that stood before by provision.
    """

    tally: Counter = field(default_factory=Counter)
    opened: int = 0
    resolved: int = 0
    changed: dict[int, dict[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Fresh:
    """A verdict just given, on its way to becoming a finding; a light row, for a nation brings a hundred thousand."""

    subject: Subject
    judgement: Judgement
    bound: dict[str, Any]
    rule_id: int = 0

    @property
    def provision(self) -> str:
        return self.judgement.rule.id

    @property
    def key(self) -> tuple[int, str]:
        return self.subject.id, self.judgement.rule.id

    def says(self) -> tuple:
        """The values of SAYS."""
        subject, verdict = self.subject, self.judgement.verdict
        return (
            verdict.explanation, verdict.cure, dict(verdict.evidence), list(verdict.missing),
            PLAN_ENDED in self.judgement.rule.remarks, self.rule_id, self.bound, subject.name, subject.division_id,
            subject.kind,
        )  # fmt: skip

    def written(self, run, source: Source, facts: str, first_seen: date) -> tuple:
        """The values of WRITTEN; `facts` is the digest of the facts that the verdict rests on."""
        subject, judgement = self.subject, self.judgement
        return (
            *self.says(), facts, getattr(judgement.facts, "calendar_version", ""), code_version(), run.as_of,
            subject.code, judgement.rule.spec.modality,
            source.subject, subject.id, subject.consortium_id, judgement.rule.id, str(judgement.verdict.outcome),
            first_seen, run.pk if run.is_snapshot else None,
        )  # fmt: skip


@transaction.atomic
def record(run: ComplianceRun, source: Source, ids: Sequence[int], book: RuleBook) -> Recorded:
    """Judge a batch of subjects and bring their findings up to date, as one act.

    The subjects are locked first and judged then, so that of two runs over the same subject the later one has the
    last word on fresh facts. Subjects that are there no more lose what stands of them.
    """
    _lock(source, ids)
    result = Recorded()
    fresh: list[Fresh] = []
    for subject, judgements in judged(source, ids, book, run.as_of):
        for judgement in judgements:
            result.tally[str(judgement.verdict.outcome)] += 1
            if judgement.verdict.outcome is not Outcome.NA:
                fresh.append(Fresh(subject, judgement, _bound(judgement.rule)))
    _exempting(fresh, book, run.as_of)
    _set_rules(fresh, book)
    if run.is_snapshot:
        _replace_snapshot(run, source, ids, fresh)
        result.opened = len(fresh)
    else:
        _merge(run, source, ids, fresh, result)
    return result


def resolve_departed(run: ComplianceRun, area: Area) -> int:
    """Close the standing findings in the area of subjects that exist no more or have left it. How many."""
    rows = Finding.objects.standing().filter(area.condition("division"))
    gone = list(rows.exclude(subject_type__in=BY_SUBJECT).values_list("pk", flat=True))
    for kind, source in BY_SUBJECT.items():
        there = source.inside(area, run.as_of).order_by().filter(pk=OuterRef("subject_id"))
        gone += rows.filter(~Exists(there), subject_type=kind).values_list("pk", flat=True)
    gone.sort()
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


def _bound(rule: BoundRule) -> dict:
    """How the rule stood to other documents on the day, as far as its verdict depends on that."""
    bound = {"parent": rule.missing_parent} if rule.missing_parent else {}
    return bound | {"undated": True} if rule.pack.is_undated else bound


def _exempting(fresh: Sequence[Fresh], book: RuleBook, day: date) -> None:
    """Note with each verdict the rules that might have exempted its subject, and did not."""
    known: dict[str, Mapping[str, list[str]]] = {}
    for one in fresh:
        path = one.subject.path
        if path not in known:
            known[path] = _exempting_in(book.rules_for(one.judgement.facts.ancestry, day))
        if exempting := known[path].get(one.provision):
            one.bound["exempting"] = exempting


def _exempting_in(rules: Sequence[BoundRule]) -> Mapping[str, list[str]]:
    """By exempted provision, those of the rules of a place that exempt from it."""
    found = defaultdict(list)
    for rule in rules:
        for exempted in rule.spec.exempts:
            found[exempted].append(rule.id)
    return found


def _set_rules(fresh: Sequence[Fresh], book: RuleBook) -> None:
    """The stored version of each rule that was applied, and of those that might have exempted from it."""
    stored = stored_rules(book)
    for one in fresh:
        one.rule_id = stored[one.provision]
        if exempting := one.bound.get("exempting"):
            one.bound["exempting"] = [stored[name] for name in exempting]


def _write(run, source: Source, fresh: Sequence[Fresh]) -> None:
    """Write findings that are new."""
    facts = _stored_facts(fresh)
    rows = (one.written(run, source, facts[id(one.judgement.facts)], run.as_of) for one in fresh)
    copy_into(
        Finding,
        WRITTEN,
        ([_spelled(value) if isinstance(value, dict | list) else value for value in row] for row in rows),
    )


def _spelled(value: dict | list) -> str:
    return as_json(value) if value else "{}" if isinstance(value, dict) else "[]"


def _refresh(run, source: Source, fresh: Mapping[int, tuple[Fresh, date]]) -> None:
    """Write findings again, by their key and with the day on which they were first seen."""
    facts = _stored_facts([one for one, _ in fresh.values()])
    rows = {
        pk: one.written(run, source, facts[id(one.judgement.facts)], seen)
        for pk, (one, seen) in fresh.items()
    }
    findings = [Finding(pk=pk, **dict(zip(WRITTEN, row, strict=True))) for pk, row in rows.items()]
    Finding.objects.bulk_update(findings, [name.removesuffix("_id") for name in REFRESHED])


def _stored_facts(fresh: Sequence[Fresh]) -> dict[int, str]:
    """Store the facts that the verdicts rest on, once per subject; their digests by the identity of the facts."""
    distinct = {id(one.judgement.facts): one.judgement.facts for one in fresh}
    spelled = {key: spelled_facts(facts) for key, facts in distinct.items()}
    if spelled:
        digests, bodies = zip(*sorted(set(spelled.values())), strict=True)
        kind = next(iter(distinct.values())).subject
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO registry_factsheet (digest, subject, body, recorded_at) SELECT digest, %s, body::jsonb, "
                "now() FROM unnest(%s::text[], %s::text[]) AS sheet (digest, body) ON CONFLICT DO NOTHING",
                [kind, list(digests), list(bodies)],
            )
    return {key: digest for key, (digest, _) in spelled.items()}


def _replace_snapshot(run, source: Source, ids: Sequence[int], fresh: Sequence[Fresh]) -> None:
    Finding.objects.of_run(run).filter(subject_type=source.subject, subject_id__in=ids).delete()
    _write(run, source, fresh)


def _merge(run, source: Source, ids: Sequence[int], fresh: Sequence[Fresh], result: Recorded) -> None:
    rows = Finding.objects.standing().filter(subject_type=source.subject, subject_id__in=ids).order_by("pk")
    columns = rows.values_list("subject_id", "provision", "pk", "verdict", "first_seen", *SAYS)
    standing = {(subject, provision): rest for subject, provision, *rest in columns}
    before_all: dict[int, dict[str, str]] = {}
    for (subject, provision), (_, verdict, *_rest) in standing.items():
        before_all.setdefault(subject, {})[provision] = verdict
    created: list[Fresh] = []
    refreshed: dict[int, tuple[Fresh, date]] = {}
    closed: list[int] = []
    for one in fresh:
        pk, verdict, first_seen, *said = standing.pop(one.key, (None, "", None))
        if verdict == str(one.judgement.verdict.outcome):
            if tuple(said) != one.says():
                refreshed[pk] = one, first_seen
            continue
        if pk is not None:
            closed.append(pk)
        created.append(one)
    other = {one.subject.id for one in created} | {subject for subject, _ in standing}
    result.changed = {pk: before_all.get(pk, {}) for pk in sorted(other)}
    closed += [pk for pk, *_rest in standing.values()]
    _close(run, closed)
    _write(run, source, created)
    _refresh(run, source, refreshed)
    result.opened, result.resolved = len(created), len(closed)


def _close(run, ids: Sequence[int]) -> None:
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE evaluation_finding SET resolved_on = %s, last_seen = greatest(first_seen, %s) "
            "WHERE id = ANY(%s) AND resolved_on IS NULL",
            [run.as_of, run.confirmed_until, list(ids)],
        )
