"""The checklist (核对清单): the provisions that no machine decides, for the reviewer to look at and mark.

Those about the consortium come first, those about the region after them. None must be marked before registration;
an 应当 or 不得 about the consortium that the reviewer marks as not met stands in its way like a verdict would. A mark
counts while what it was about is unchanged: the members, the files and the answers of the form.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from filing import assessment, drafts, snapshots
from filing.models import Filing, ReviewMark
from registry.policy.book import PLAN_ENDED, BoundRule
from registry.policy.library import current_book
from registry.policy.pack import HANDLINGS, canonical

D = ReviewMark.Decision
ANSWERS = (D.MET, D.NOT_MET, D.UNCONCERNED)
REGIONAL = ("division", "authority")
# What a reader looks at for a provision; who to telephone is not part of it.
APART = ("contact", "contact_phone", "contact_email", "handler")


@dataclass(frozen=True)
class Item:
    """One provision, with the reviewer's mark if it still stands, or the one that has lost its ground."""

    rule: BoundRule
    basis: str
    mark: ReviewMark | None = None
    stale: ReviewMark | None = None

    @property
    def id(self) -> str:
        return self.rule.id

    @property
    def regional(self) -> bool:
        """About the region and its bureaus, not about this consortium."""
        return self.rule.spec.subject in REGIONAL

    @property
    def plan_ended(self) -> bool:
        return PLAN_ENDED in self.rule.remarks

    @property
    def handling(self) -> str:
        return HANDLINGS[self.rule.spec.handling]

    @property
    def answers(self) -> list[tuple[str, str]]:
        return [(decision.value, decision.label) for decision in ANSWERS]

    @property
    def blocks(self) -> bool:
        """A reviewer's 不符合 on what binds this consortium."""
        refused = self.mark is not None and self.mark.decision == D.NOT_MET
        return refused and not self.regional and self.rule.spec.modality in assessment.BINDING


def rules_of(filing: Filing, on: date) -> list[BoundRule]:
    """The provisions of the packs that bind this filing and are left to a person."""
    codes = drafts.ancestry(filing)
    rules = current_book().rules_for(codes, on) if codes else ()
    return [rule for rule in rules if rule.spec.handling == "checklist" and _concerns(rule, filing)]


def _concerns(rule: BoundRule, filing: Filing) -> bool:
    kinds = rule.spec.kinds
    return not kinds or not filing.consortium_kind or filing.consortium_kind in kinds


def items(filing: Filing, content: Mapping[str, Any], marks: Mapping[str, ReviewMark]) -> list[Item]:
    """All items, those about the consortium first; no query of its own."""
    day = timezone.localdate(filing.decided_at) if filing.decided_at else timezone.localdate()
    about = digest(content)
    found = [_item(rule, filing, about, marks.get(rule.id)) for rule in rules_of(filing, day)]
    return sorted(found, key=lambda item: item.regional)


def _item(rule: BoundRule, filing: Filing, about: str, mark: ReviewMark | None) -> Item:
    regional = rule.spec.subject in REGIONAL
    basis = assessment.basis_of(rule.id, [rule.spec.version, filing.authority_id if regional else about])
    stands = mark is not None and mark.basis == basis
    return Item(rule, basis, mark if stands else None, None if stands else mark)


def digest(content: Mapping[str, Any]) -> str:
    """Fingerprint of what a filing says: answers, members and files."""
    answers = [
        [section["key"], answer["key"], answer["text"]]
        for section in content["sections"]
        for answer in section["fields"]
        if answer["key"] not in APART
    ]
    members = sorted([member["id"], member["role"]] for member in content["members"])
    files = sorted(material["sha256"] for material in content["materials"])
    return hashlib.sha256(canonical([answers, members, files]).encode()).hexdigest()


def content_under_review(filing: Filing) -> dict[str, Any]:
    """What the reviewer judges: the last submission; an imported case says what it says."""
    frozen = filing.versions.filter(number=filing.submissions).first()
    return frozen.content if frozen else snapshots.describe(filing)


def find(filing: Filing, provision: str) -> Item | None:
    """The item of one provision, if it is on the checklist."""
    if provision not in {rule.id for rule in rules_of(filing, timezone.localdate())}:
        return None
    marks = assessment.marks_of(filing)
    return next(item for item in items(filing, content_under_review(filing), marks) if item.id == provision)


def blocks(filing: Filing, content: Mapping[str, Any]) -> list[str]:
    """What a reviewer has found not to be met, in words."""
    return [
        f"{item.id} 核对为不符合（{item.mark.note}）"
        for item in items(filing, content, assessment.marks_of(filing))
        if item.blocks
    ]
