"""Keeping findings (记录检查结果) compactly: what has not changed is not written again."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection, transaction

from evaluation.models import ComplianceRun, Finding
from evaluation.subjects import Source, Subject, judged
from registry.models import FactSheet, Rule
from registry.policy.book import PLAN_ENDED, BoundRule, RuleBook
from registry.policy.engine import Judgement
from registry.policy.pack import RuleSpec
from registry.policy.receipts import code_version, record_facts
from registry.policy.verdict import Outcome

LOCK_CLASS = 5_152  # namespace of the locks on subjects that are being judged
REFRESHED = (
    "explanation", "cure", "evidence", "missing", "plan_ended", "rule", "facts", "calendar_version",
    "code_version", "bound", "reference_date", "subject_name", "subject_code", "division", "kind", "modality",
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


@transaction.atomic
def record(run: ComplianceRun, source: Source, ids: Sequence[int], book: RuleBook) -> Recorded:
    """Judge a batch of subjects and bring their findings up to date, as one act.

    The subjects are locked first and judged then, so that of two runs over the same subject the later one has the
    last word on fresh facts.
    """
    _lock(source, ids)
    result = Recorded()
    fresh: list[Finding] = []
    for subject, judgements in judged(source, ids, book, run.as_of):
        for judgement in judgements:
            result.tally[str(judgement.verdict.outcome)] += 1
            if judgement.verdict.outcome is not Outcome.NA:
                fresh.append(_finding(run, source, subject, judgement))
    _exempting(fresh, book, run.as_of)
    _set_rules(fresh)
    if run.is_snapshot:
        _replace_snapshot(run, source, ids, fresh)
        result.opened = len(fresh)
    else:
        _merge(run, source, ids, fresh, result)
    return result


def resolve_departed(run: ComplianceRun, area, judged_ids: dict[str, set[int]]) -> int:
    """Close the standing findings of subjects in the area that exist no more or have left it; how many."""
    gone = [
        pk
        for pk, subject, subject_id in Finding.objects.standing()
        .filter(area.condition("division"), subject_type__in=judged_ids)
        .values_list("pk", "subject_type", "subject_id")
        .iterator(chunk_size=5000)
        if subject_id not in judged_ids[subject]
    ]
    for start in range(0, len(gone), 1000):
        _close(run, gone[start : start + 1000])
    return len(gone)


def close_of_subjects(run, source: Source, ids: Sequence[int]) -> None:
    """Close whatever stands of subjects that exist no more."""
    if ids:
        rows = Finding.objects.standing().filter(subject_type=source.subject, subject_id__in=ids)
        _close(run, list(rows.order_by("pk").values_list("pk", flat=True)))


def _lock(source: Source, ids: Sequence[int]) -> None:
    kind = sum(ord(letter) for letter in source.subject) % 1000
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, one) FROM "
            "(SELECT (pk %% 2147483647)::int AS one FROM unnest(%s::bigint[]) pk ORDER BY 1) subjects",
            [LOCK_CLASS * 1000 + kind, list(ids)],
        )


def _finding(run, source: Source, subject: Subject, judgement: Judgement) -> Finding:
    verdict = judgement.verdict
    finding = Finding(
        subject_type=source.subject,
        subject_id=subject.id,
        subject_name=subject.name,
        subject_code=subject.code,
        division_id=subject.division_id,
        consortium_id=subject.consortium_id,
        kind=subject.kind,
        provision=judgement.rule.id,
        modality=judgement.rule.spec.modality,
        verdict=str(verdict.outcome),
        explanation=verdict.explanation,
        cure=verdict.cure,
        evidence=dict(verdict.evidence),
        missing=list(verdict.missing),
        plan_ended=PLAN_ENDED in judgement.rule.remarks,
        calendar_version=getattr(judgement.facts, "calendar_version", ""),
        code_version=code_version(),
        bound=_bound(judgement.rule),
        reference_date=run.as_of,
        first_seen=run.as_of,
        snapshot=run if run.is_snapshot else None,
    )
    finding.judgement, finding.exempting = judgement, []
    return finding


def _bound(rule: BoundRule) -> dict:
    """How the rule stood to other documents on the day, as far as its verdict depends on that."""
    bound = {"parent": rule.missing_parent} if rule.missing_parent else {}
    return bound | {"undated": True} if rule.pack.is_undated else bound


def _exempting(findings: Sequence[Finding], book: RuleBook, day: date) -> None:
    """Note with each finding the rules that might have exempted its subject, and did not."""
    known: dict[int, dict[str, list[RuleSpec]]] = {}
    for finding in findings:
        rules = book.rules_for(finding.judgement.facts.ancestry, day)
        by_rule = known.get(id(rules))
        if by_rule is None:
            by_rule = known[id(rules)] = defaultdict(list)
            for rule in rules:
                for exempted in rule.spec.exempts:
                    by_rule[exempted].append(rule.spec)
        if exempting := by_rule.get(finding.provision):
            finding.exempting = exempting


def _set_rules(findings: Sequence[Finding]) -> None:
    """The stored version of each rule that was applied, and of those that might have exempted from it."""
    specs = {id(spec): spec for one in findings for spec in (one.judgement.rule.spec, *one.exempting)}
    applied = _stored(specs.values())
    for finding in findings:
        finding.rule_id = applied[id(finding.judgement.rule.spec)]
        if finding.exempting:
            finding.bound["exempting"] = [applied[id(spec)] for spec in finding.exempting]


def _stored(specs: Iterable[RuleSpec]) -> dict[int, int]:
    """Ids of stored rules by the identity of their value: a digest costs more than a verdict, so once a batch.

    Where the program has learnt to read more of a rule since it was stored, its digest differs although its words do
    not: then it is the newest version of the same words.
    """
    by_name: dict[str, list[RuleSpec]] = defaultdict(list)
    for spec in specs:
        by_name[spec.id].append(spec)
    rows = Rule.objects.filter(provision__in=by_name).order_by("pk")
    exact: dict[tuple[str, str], int] = {}
    newest: dict[str, int] = {}
    for pk, provision, version in rows.values_list("pk", "provision", "version"):
        exact[provision, version] = newest[provision] = pk
    found: dict[int, int] = {}
    for name, named in by_name.items():
        for spec in named:
            found[id(spec)] = exact.get((name, spec.version)) or _same_words(spec) or newest[name]
    return found


def _same_words(spec: RuleSpec) -> int | None:
    """A stored rule that reads the same today, whatever its digest was when it was stored."""
    rows = Rule.objects.filter(provision=spec.id).order_by("-pk").values_list("pk", "body")
    return next((pk for pk, body in rows.iterator() if RuleSpec.from_body(body) == spec), None)


def _with_facts(findings: Sequence[Finding]) -> None:
    """Store the facts that the findings rest on, once per subject, and refer to them."""
    records: dict[int, str] = {}
    sheets = []
    for finding in findings:
        facts = finding.judgement.facts
        if id(facts) not in records:
            kept = record_facts(facts)
            records[id(facts)] = kept.digest
            sheets.append(FactSheet(digest=kept.digest, subject=kept.subject, body=kept.body))
        finding.facts_id = records[id(facts)]
    FactSheet.objects.bulk_create(sheets, ignore_conflicts=True)


def _replace_snapshot(run, source, ids, fresh) -> None:
    Finding.objects.of_run(run).filter(subject_type=source.subject, subject_id__in=ids).delete()
    _with_facts(fresh)
    Finding.objects.bulk_create(fresh)


def _merge(run, source, ids, fresh, result: Recorded) -> None:
    rows = Finding.objects.standing().filter(subject_type=source.subject, subject_id__in=ids).order_by("pk")
    standing = {(row.subject_id, row.provision): row for row in rows}
    before_all: dict[int, dict[str, str]] = {}
    for row in standing.values():
        before_all.setdefault(row.subject_id, {})[row.provision] = row.verdict
    created, refreshed, closed = [], [], []
    for finding in fresh:
        before = standing.pop((finding.subject_id, finding.provision), None)
        if before is None:
            created.append(finding)
        elif before.verdict != finding.verdict:
            closed.append(before.pk)
            created.append(finding)
        elif _says_otherwise(before, finding):
            finding.pk, finding.first_seen = before.pk, before.first_seen
            refreshed.append(finding)
    other = {finding.subject_id for finding in created} | {row.subject_id for row in standing.values()}
    result.changed = {pk: before_all.get(pk, {}) for pk in sorted(other)}
    closed += [row.pk for row in standing.values()]
    _with_facts([*created, *refreshed])
    _close(run, closed)
    Finding.objects.bulk_create(created)
    Finding.objects.bulk_update(refreshed, REFRESHED)
    result.opened, result.resolved = len(created), len(closed)


def _says_otherwise(before: Finding, now: Finding) -> bool:
    """Same verdict, but for another reason, under another version of the rule, or of a subject since renamed."""
    names = (
        "explanation",
        "cure",
        "evidence",
        "missing",
        "plan_ended",
        "rule_id",
        "bound",
        "subject_name",
        "division_id",
        "kind",
    )
    return any(getattr(before, name) != getattr(now, name) for name in names)


def _close(run, ids: Sequence[int]) -> None:
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE evaluation_finding SET resolved_on = %s, last_seen = greatest(first_seen, %s) "
            "WHERE id = ANY(%s) AND resolved_on IS NULL",
            [run.as_of, run.confirmed_until, list(ids)],
        )
