"""Findings on their way into the database (检查结果写入): new ones by COPY beside the judging, the others by one UPDATE."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from evaluation.models import Finding
from evaluation.sheets import Digests, Storing, sheets_of, store
from evaluation.subjects import Source, Subject
from registry.facts.codec import spell
from registry.imports.staging import Copy, as_json, line_of, lines_of
from registry.policy.receipts import code_version
from registry.policy.verdict import Verdict

PART = 2000  # findings that are written at once
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


class Writing:
    """Writes findings that are new, part by part, with the facts that they rest on.

    `send` takes masses of rows: the server takes a part in while the next is judged and put together.
    """

    def __init__(self, run, source: Source, send: Callable[..., None]) -> None:
        self._run, self._source, self._send = run, source, send
        self._part: list[Fresh] = []
        self._facts: Digests = {}
        self.number = 0
        self.subjects: set[int] = set()

    def add(self, one: Fresh) -> None:
        """Write it with the next part."""
        self._part.append(one)
        if len(self._part) >= PART:
            self.flush()

    def flush(self) -> None:
        """Send what is left."""
        if not self._part:
            return
        sheets = sheets_of((one.facts for one in self._part), self._facts)
        lines = _lines(self._run, self._source, self._part, self._facts)
        self._send(Storing(sheets), Copy.of(Finding, WRITTEN, lines))
        self.number += len(self._part)
        self.subjects.update([one.subject.id for one in self._part])
        self._part = []


def _lines(run, source: Source, fresh: Sequence[Fresh], facts: Digests) -> list[str]:
    said = lines_of([_said(one.verdict) for one in fresh])
    of_whom: dict[int, str] = {}
    for one in fresh:
        key = id(one.facts)
        if key not in of_whom:
            of_whom[key] = line_of((*_of_whom(run, source, one, facts[key][1]), run.as_of))
    return [
        f"{words}\t{one.applied.line}\t{of_whom[id(one.facts)]}"
        for words, one in zip(said, fresh, strict=True)
    ]


def _said(verdict: Verdict) -> tuple[str, ...]:
    """The values of SAID as texts."""
    missing = spell(verdict.missing) if verdict.missing else "[]"
    return verdict.outcome, verdict.explanation, verdict.cure, spelled(verdict.evidence), missing


def _of_whom(run, source: Source, one: Fresh, facts: str) -> tuple:
    """The values of OF_WHOM but the day on which it was first seen; `facts` is the digest of the facts."""
    subject = one.subject
    return (
        source.subject, subject.id, subject.name, subject.code, subject.division_id, subject.consortium_id, subject.kind,
        facts, getattr(one.facts, "calendar_version", ""), code_version(), run.as_of.isoformat(),
        run.pk if run.is_snapshot else None,
    )  # fmt: skip


def spelled(value: Mapping) -> str:
    """A mapping as JSON text."""
    return spell(value) if value else "{}"


def refresh(run, source: Source, fresh: Mapping[int, Fresh]) -> None:
    """Write findings again, by their key; the day on which they were first seen stays."""
    if not fresh:
        return
    facts: Digests = {}
    store(sheets_of((one.facts for one in fresh.values()), facts))
    rows = []
    for pk, one in fresh.items():
        of_whom = dict(zip(OF_WHOM, _of_whom(run, source, one, facts[id(one.facts)][1]), strict=False))
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
