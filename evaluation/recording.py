"""Keeping findings (记录检查结果) compactly: what has not changed is not written again."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from evaluation.areas import Area
from evaluation.models import ComplianceRun, Finding
from evaluation.subjects import BY_SUBJECT, Source, Subject, judged
from registry.imports.staging import Copy, as_json, copy_into, copying, line_of
from registry.models import FactSheet
from registry.policy.book import PLAN_ENDED, BoundRule, RuleBook
from registry.policy.library import stored_rules
from registry.policy.receipts import code_version, exempting_rules, spelled_facts
from registry.policy.verdict import Outcome, Verdict

MANY = 20  # sheets of facts from which a COPY is worth its savepoint
PART = 1000  # findings that are written at once
Sheet = tuple[str, str, str]  # of facts: digest, kind of subject, body
LOCK_CLASS = 5_152  # namespace of the locks on subjects that are being judged
# A verdict that differs in one of these is given for another reason, under another version, or of a renamed subject.
SAYS = (
    "explanation", "cure", "evidence", "missing", "plan_ended", "rule_id", "bound", "subject_name", "division_id",
    "kind",
)  # fmt: skip
# A finding in the order in which it is written: what the verdict says, how the rule was applied, of whom it is said.
SAID = ("verdict", "explanation", "cure", "evidence", "missing")
APPLIED = ("provision", "modality", "rule_id", "plan_ended", "bound")
OF_WHOM = (
    "subject_type", "subject_id", "subject_name", "subject_code", "division_id", "consortium_id", "kind", "facts_id",
    "calendar_version", "code_version", "reference_date", "snapshot_id", "first_seen",
)  # fmt: skip
WRITTEN = (*SAID, *APPLIED, *OF_WHOM)
REFRESHED = (
    *SAYS, "modality", "subject_code", "facts_id", "calendar_version", "code_version", "reference_date",
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


@dataclass(frozen=True, slots=True)
class Applied:
    """How a rule was applied in a place: its stored version, and how it stood to other documents on the day."""

    provision: str
    modality: str
    rule_id: int
    plan_ended: bool
    bound: dict[str, Any]
    line: str  # the same as it is written


@dataclass(slots=True)
class Fresh:
    """A verdict just given, on its way to becoming a finding; a light row, for a nation brings a hundred thousand."""

    subject: Subject
    facts: Any
    verdict: Verdict
    applied: Applied

    @property
    def key(self) -> tuple[int, str]:
        return self.subject.id, self.applied.provision

    def says(self) -> tuple:
        """The values of SAYS."""
        subject, verdict, applied = self.subject, self.verdict, self.applied
        return (
            verdict.explanation, verdict.cure, dict(verdict.evidence), list(verdict.missing), applied.plan_ended,
            applied.rule_id, applied.bound, subject.name, subject.division_id, subject.kind,
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
    rules = _Rules(book, run.as_of)
    for subject, judgements in judged(source, ids, book, run.as_of):
        for judgement in judgements:
            outcome = judgement.verdict.outcome
            result.tally[outcome.value] += 1
            if outcome is not Outcome.NA:
                applied = rules.applied(judgement.rule, subject.path, judgement.facts.ancestry)
                fresh.append(Fresh(subject, judgement.facts, judgement.verdict, applied))
    if run.is_snapshot:
        _replace_snapshot(run, source, ids, fresh)
        result.opened = len(fresh)
    else:
        _merge(run, source, ids, fresh, result)
    return result


def resolve_departed(run: ComplianceRun, area: Area) -> int:
    """Close the standing findings in the area of subjects that exist no more or have left it. How many."""
    gone: list[int] = []
    for kind, found in _unlisted(run).items():
        rows = Finding.objects.standing().filter(pk__in=found)
        if source := BY_SUBJECT.get(kind):
            there = source.inside(area, run.as_of).order_by().filter(pk=OuterRef("subject_id"))
            rows = rows.filter(~Exists(there))
        gone += rows.values_list("pk", flat=True)
    gone.sort()
    for start in range(0, len(gone), 1000):
        _close(run, gone[start : start + 1000])
    return len(gone)


def _unlisted(run: ComplianceRun) -> dict[str, list[int]]:
    """Standing findings in the area of a run, by kind, whose subjects its work list does not name; hardly ever any."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT found.subject_type, array_agg(found.id)
            FROM evaluation_finding found JOIN registry_division place ON place.id = found.division_id
            WHERE place.path LIKE %s AND found.resolved_on IS NULL AND found.snapshot_id IS NULL
              AND NOT EXISTS (
                SELECT FROM (
                    SELECT subject_type, unnest(subjects) AS subject_id FROM evaluation_runitem WHERE run_id = %s
                ) listed WHERE listed.subject_type = found.subject_type AND listed.subject_id = found.subject_id
              )
            GROUP BY found.subject_type
            """,
            [f"{run.division.path}%", run.pk],
        )
        return dict(cursor.fetchall())


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
        return Applied(*values, line=line_of([*values[:-1], _spelled(bound)]))


def _write(run, source: Source, fresh: Sequence[Fresh]) -> None:
    """Write findings that are new, part by part: the server takes one in while the next is put together."""
    facts: dict[int, str] = {}
    taken_in: list[Copy] = []
    for start in range(0, len(fresh), PART):
        part = fresh[start : start + PART]
        with copying(*taken_in):
            sheets = _sheets(part, facts)
            lines = _lines(run, source, part, facts)
        _store(sheets)
        taken_in = [Copy.of(Finding, WRITTEN, lines)]
    with copying(*taken_in):
        pass


def _lines(run, source: Source, fresh: Sequence[Fresh], facts: Mapping[int, str]) -> list[str]:
    of_whom: dict[int, str] = {}
    lines = []
    for one in fresh:
        key, verdict = id(one.facts), one.verdict
        if key not in of_whom:
            of_whom[key] = line_of((*_of_whom(run, source, one, facts[key]), run.as_of))
        missing = as_json(verdict.missing) if verdict.missing else "[]"
        said = verdict.outcome.value, verdict.explanation, verdict.cure, _spelled(verdict.evidence), missing
        lines.append(f"{line_of(said)}\t{one.applied.line}\t{of_whom[key]}")
    return lines


def _of_whom(run, source: Source, one: Fresh, facts: str) -> tuple:
    """The values of OF_WHOM but the day on which it was first seen; `facts` is the digest of the facts."""
    subject = one.subject
    return (
        source.subject, subject.id, subject.name, subject.code, subject.division_id, subject.consortium_id, subject.kind,
        facts, getattr(one.facts, "calendar_version", ""), code_version(), run.as_of.isoformat(),
        run.pk if run.is_snapshot else None,
    )  # fmt: skip


def _spelled(value: Mapping) -> str:
    return as_json(dict(value)) if value else "{}"


def _refresh(run, source: Source, fresh: Mapping[int, Fresh]) -> None:
    """Write findings again, by their key; the day on which they were first seen stays."""
    if not fresh:
        return
    facts: dict[int, str] = {}
    _store(_sheets(fresh.values(), facts))
    rows = []
    for pk, one in fresh.items():
        of_whom = dict(zip(OF_WHOM, _of_whom(run, source, one, facts[id(one.facts)]), strict=False))
        says = dict(zip(SAYS, one.says(), strict=True))
        rows.append(of_whom | says | {"id": pk, "modality": one.applied.modality})
    columns = ", ".join(f"{name} = fresh.{name}" for name in REFRESHED)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE evaluation_finding SET {columns} "  # noqa: S608 (columns of this module)
            "FROM jsonb_populate_recordset(NULL::evaluation_finding, %s) AS fresh "
            "WHERE evaluation_finding.id = fresh.id",
            [as_json(rows)],
        )


def _sheets(fresh: Iterable[Fresh], known: dict[int, str]) -> list[Sheet]:
    """The facts that the verdicts rest on, once per subject; their digests by the identity of the facts go to `known`."""
    sheets: dict[str, Sheet] = {}
    for one in fresh:
        if id(one.facts) not in known:
            digest, body = spelled_facts(one.facts)
            known[id(one.facts)] = digest
            sheets[digest] = digest, one.facts.subject, body
    return sorted(sheets.values())


def _store(sheets: Sequence[Sheet]) -> None:
    """Sheets of facts that are not there yet. Many go in by COPY, as long as all of them are new."""
    if len(sheets) >= MANY:
        now = timezone.now()
        try:
            with transaction.atomic():
                copy_into(
                    FactSheet,
                    ("digest", "subject", "body", "recorded_at"),
                    ((*sheet, now) for sheet in sheets),
                )
        except IntegrityError:
            pass
        else:
            return
    if not sheets:
        return
    columns = [list(column) for column in zip(*sheets, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_factsheet (digest, subject, body, recorded_at) SELECT digest, subject, body::jsonb, "
            "now() FROM unnest(%s::text[], %s::text[], %s::text[]) AS sheet (digest, subject, body) "
            "ON CONFLICT DO NOTHING",
            columns,
        )


def _replace_snapshot(run, source: Source, ids: Sequence[int], fresh: Sequence[Fresh]) -> None:
    Finding.objects.of_run(run).filter(subject_type=source.subject, subject_id__in=ids).delete()
    _write(run, source, fresh)


def _merge(run, source: Source, ids: Sequence[int], fresh: Sequence[Fresh], result: Recorded) -> None:
    rows = Finding.objects.standing().filter(subject_type=source.subject, subject_id__in=ids).order_by("pk")
    columns = rows.values_list("subject_id", "provision", "pk", "verdict", *SAYS)
    standing = {(subject, provision): rest for subject, provision, *rest in columns}
    before_all: dict[int, dict[str, str]] = {}
    for (subject, provision), (_, verdict, *_rest) in standing.items():
        before_all.setdefault(subject, {})[provision] = verdict
    created: list[Fresh] = []
    refreshed: dict[int, Fresh] = {}
    closed: list[int] = []
    for one in fresh:
        pk, verdict, *said = standing.pop(one.key, (None, ""))
        if verdict == one.verdict.outcome.value:
            if tuple(said) != one.says():
                refreshed[pk] = one
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
