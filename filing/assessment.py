"""The check sheet (检查单): what the rules that bind a filing say to it, and what each verdict still asks of a person.

Live while a draft is filled in, frozen at each submission, run again at registration. What blocks registration is
an unmet 应当 or 不得 whose subject is this consortium or filing and which the hospital can still put right; whether
it was filed in time never blocks. 需人工判断 asks for the reviewer's judgement, 资料不足 for his note, 偏离 for
reason and approver; the 资料不足 of a document that nobody has loaded, and that of a fact which the yearly return
asks for again, ask for nothing.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.utils import timezone

from filing import drafts
from filing.clock import Clock
from filing.form import form_of
from filing.models import CheckSheet, Filing, FilingVersion, ReviewMark
from filing.routing import APPROVAL_CHECK
from registry.checks.declared import ASKED_AGAIN
from registry.models import FactSheet
from registry.policy.book import PLAN_ENDED, BoundRule
from registry.policy.engine import Judgement, judge_one
from registry.policy.library import current_book
from registry.policy.pack import HANDLINGS, canonical
from registry.policy.receipts import code_version, record_facts
from registry.policy.verdict import Outcome

D = ReviewMark.Decision
ORDER = [
    Outcome.FAIL,
    Outcome.DEVIATION,
    Outcome.INSUFFICIENT,
    Outcome.REVIEW,
    Outcome.PASS,
    Outcome.INFO,
    Outcome.WAIVED,
    Outcome.NA,
]
QUIET = (Outcome.PASS, Outcome.INFO, Outcome.WAIVED, Outcome.NA)
BINDING = ("应当", "不得")
ACCEPTED = {D.MET: True, D.NOT_MET: False}
# What a verdict asks of the reviewer before registration, and the acts that answer it.
ANSWERS = {
    Outcome.FAIL: (D.WAIVED,),
    Outcome.DEVIATION: (D.APPROVED, D.WAIVED),
    Outcome.REVIEW: (D.MET, D.NOT_MET),
    Outcome.INSUFFICIENT: (D.NOTED,),
}


@dataclass(frozen=True)
class Row:
    """One line of the sheet, from a fresh judgement or from a frozen one; ``mark`` is the reviewer's valid act."""

    receipt: Mapping[str, Any]
    mark: ReviewMark | None = None

    def __getattr__(self, name: str) -> Any:
        try:
            return self.receipt[name]
        except KeyError:
            raise AttributeError(name) from None

    @cached_property
    def verdict(self) -> Outcome:
        return Outcome(self.receipt["outcome"])

    @property
    def is_quiet(self) -> bool:
        return self.verdict in QUIET

    @property
    def evidence_pairs(self) -> list[tuple[str, str]]:
        return [
            (name, _words(value))
            for name, value in self.receipt["evidence"].items()
            if value not in ("", [], None)
        ]

    @property
    def answers(self) -> list[tuple[str, str]]:
        """The acts open to the reviewer on this line."""
        return [(decision.value, decision.label) for decision in ANSWERS.get(self.verdict, ())]

    @property
    def unrelated(self) -> bool:
        """Whether this filing can do nothing about the line: a change of other parts, or the approval itself."""
        return self.receipt.get("unrelated", False)

    @property
    def settleable(self) -> bool:
        """Whether an act of the reviewer is wanted here at all."""
        return not self.unrelated and not self.receipt["lateness"] and not self.receipt["missing_parent"]

    @property
    def needs_approver(self) -> bool:
        return self.verdict in (Outcome.FAIL, Outcome.DEVIATION)

    @property
    def note_optional(self) -> bool:
        return self.verdict is Outcome.REVIEW

    @property
    def open(self) -> str:
        """What stands in the way of registration; nothing when this line is settled."""
        verdict = self.verdict
        if self.receipt["lateness"] or self.unrelated:
            return ""
        if verdict is Outcome.FAIL and self.receipt["modality"] in BINDING:
            return "不符合"
        if verdict is Outcome.REVIEW:
            if self.mark is None:
                return "待判断"
            refused = self.mark.decision == D.NOT_MET and self.receipt["modality"] in BINDING
            return "审核人判断为不符合" if refused else ""
        if verdict is Outcome.DEVIATION and not self.mark:
            return "待批准偏离"
        asked_again = self.receipt["check"] in ASKED_AGAIN or self.receipt["missing_parent"]
        if verdict is Outcome.INSUFFICIENT and not asked_again and not self.mark:
            return "待说明"
        return ""


def _words(value: Any) -> str:
    """A piece of evidence as a person reads it."""
    if isinstance(value, Mapping):
        return "；".join(
            f"{name}：{_words(item)}" for name, item in value.items() if item not in ("", [], {}, None)
        )
    if isinstance(value, list | tuple):
        return "、".join(_words(item) for item in value)
    return {True: "是", False: "否"}.get(value, str(value)) if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Sheet:
    """All lines on one day."""

    rows: list[Row]
    as_of: date
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tally(self) -> dict[str, int]:
        return dict(Counter(str(row.verdict) for row in self.rows))

    @cached_property
    def loud(self) -> list[Row]:
        return [row for row in self.rows if not row.is_quiet]

    @cached_property
    def quiet(self) -> list[Row]:
        return [row for row in self.rows if row.is_quiet]

    @cached_property
    def open_rows(self) -> list[Row]:
        return [row for row in self.rows if row.open]

    @property
    def open_tally(self) -> dict[str, int]:
        return dict(Counter(str(row.verdict) for row in self.open_rows))

    @property
    def blocks(self) -> list[str]:
        return [f"{row.rule} {row.open}（{row.explanation}）" for row in self.open_rows]

    def row(self, provision: str) -> Row | None:
        return next((row for row in self.rows if row.rule == provision), None)


def live(
    filing: Filing, *, timed: Clock | None = None, marks: Mapping[str, ReviewMark] | None = None
) -> Sheet:
    """The sheet of what the filing says now; a page that has read the clock or the marks already hands them on."""
    as_of, contents = timezone.localdate(), drafts.contents_of(filing)
    marks = marks_of(filing) if marks is None else marks
    codes = drafts.ancestry(filing)
    rules = current_book().rules_for(codes, as_of) if codes else ()
    declared = _declared_by_rule(filing, rules, contents)
    accepted = {
        rule.spec.params["declaration"]: ACCEPTED[mark.decision]
        for rule in rules
        if (mark := marks.get(rule.id)) and rule.id in declared
        if mark.decision in ACCEPTED and mark.basis == basis_of(rule.id, declared[rule.id])
    }
    subjects = drafts.subjects(filing, as_of, marks, accepted, contents, timed)
    position = {rule.id: place for place, rule in enumerate(rules)}
    unrelated = _unrelated(filing)
    receipts = [
        _receipt(judgement, declared.get(judgement.rule.id)) | {"unrelated": unrelated(judgement.rule)}
        for facts in subjects
        for judgement in judge_one(facts, rules, as_of)
    ]
    receipts.sort(key=lambda receipt: (ORDER.index(receipt["outcome"]), position[receipt["rule"]]))
    return Sheet([_row(receipt, marks) for receipt in receipts], as_of, {f.subject: f for f in subjects})


def _unrelated(filing: Filing) -> Callable[[BoundRule], bool]:
    """Tells rules that this filing can do nothing about: they are shown, and stand in nobody's way."""
    if filing.kind == Filing.Kind.CHANGE:
        form = form_of(filing)
        return lambda rule: form.place_of(rule.id) is None
    if filing.kind == Filing.Kind.APPROVAL:
        return lambda rule: rule.spec.check == APPROVAL_CHECK
    return lambda rule: False


def _declared_by_rule(filing: Filing, rules, contents: Mapping[str, dict]) -> dict[str, list]:
    """For each rule that judges a declaration that was made: what is declared, and by which lead."""
    values = drafts.declared(filing, contents)
    return {
        rule.id: [values[key], filing.lead_id]
        for rule in rules
        if (key := rule.spec.params.get("declaration")) in values
    }


def freeze(filing: Filing, version: FilingVersion, occasion: str) -> CheckSheet:
    """Keep the sheet of this moment, with the facts that each verdict used."""
    # What was submitted speaks for itself: the reviewers' marks belong to the decision.
    submitted = occasion == CheckSheet.Occasion.SUBMISSION
    sheet = live(filing, marks={} if submitted else None)
    records = {subject: record_facts(facts) for subject, facts in sheet.facts.items()}
    FactSheet.objects.bulk_create(
        [FactSheet(digest=r.digest, subject=r.subject, body=r.body) for r in records.values()],
        ignore_conflicts=True,
    )
    receipts = [{**row.receipt, "facts": records[row.receipt["subject"]].digest} for row in sheet.rows]
    return CheckSheet.objects.create(
        filing=filing,
        version=version,
        occasion=occasion,
        as_of=sheet.as_of,
        receipts=receipts,
        tally=sheet.tally,
    )


def read(filing: Filing, frozen: CheckSheet, marks: Mapping[str, ReviewMark] | None = None) -> Sheet:
    """A frozen sheet with the marks that stand against it now."""
    marks = marks_of(filing) if marks is None else marks
    return Sheet([_row(receipt, marks) for receipt in frozen.receipts], frozen.as_of)


def marks_of(filing: Filing) -> dict[str, ReviewMark]:
    return {mark.provision: mark for mark in filing.marks.select_related("by", "on_behalf_of")}


def _row(receipt: Mapping[str, Any], marks: Mapping[str, ReviewMark]) -> Row:
    mark = marks.get(receipt["rule"])
    return Row(receipt, mark if mark and mark.basis == basis_of_line(receipt, mark.decision) else None)


def basis_of_line(receipt: Mapping[str, Any], decision: str) -> str:
    """Fingerprint of what a mark is about: a declaration with its lead where there is one, else the verdict itself.

    Accepting a declaration or waiving a rule changes the verdict, so the verdict cannot be what these stand on.
    """
    if decision == D.WAIVED:
        return basis_of(receipt["rule"], decision)
    return basis_of(
        receipt["rule"],
        receipt["declared"] or [receipt["outcome"], receipt["explanation"], receipt["evidence"]],
    )


def basis_of(rule: str, about: Any) -> str:
    return hashlib.sha256(canonical([rule, about]).encode()).hexdigest()


def _receipt(judgement: Judgement, declared: list | None) -> dict[str, Any]:
    rule, spec = judgement.rule, judgement.rule.spec
    return {
        "rule": rule.id,
        "rule_version": spec.version,
        "pack": rule.pack.id,
        "citation": rule.citation,
        "clause": spec.clause,
        "quote": spec.quote,
        "modality": spec.modality,
        "handling": HANDLINGS[spec.handling],
        "subject": spec.subject,
        "check": spec.check,
        "lateness": spec.decides_lateness,
        "missing_parent": rule.missing_parent,
        "plan_ended": PLAN_ENDED in rule.remarks,
        "remarks": list(rule.remarks),
        "declared": declared,
        "calendar_version": getattr(judgement.facts, "calendar_version", ""),
        "code_version": code_version(),
        **judgement.verdict.as_dict(),
    }
