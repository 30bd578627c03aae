"""The reviewer's workbench (审查台) as one value: everything about one filing, in a fixed number of queries."""

from functools import cached_property
from typing import Any

from django.urls import reverse

from filing import (
    assessment,
    changes,
    checklist,
    clock,
    conflicts,
    decisions,
    delegation,
    lifting,
    limits,
    presentation,
    second,
    signing,
    transitions,
    urging,
)
from filing.form import form_of
from filing.models import Filing, Remark
from registry import access

SHOWN = ("form", "changes", "history")
BESIDE = ("sheet", "checklist", "material")


class Workbench:
    """What a person sees of a filing. ``show`` is the left part, ``beside`` the right one, ``file`` a material's id."""

    def __init__(self, filing: Filing, user, *, show: str = "", beside: str = "", file: int | None = None):
        self.filing, self.user = filing, user
        self.own = presentation.is_own(filing, user)
        self.show = show if show in SHOWN else SHOWN[0]
        self.beside = beside if beside in BESIDE else BESIDE[0]
        self.file = file

    @cached_property
    def content(self) -> dict[str, Any]:
        return presentation.content_of(self.filing, self.own)

    @cached_property
    def sheet(self) -> assessment.Sheet:
        """As it would read today; what is decided, or back in the hospital's hands, is read as it was frozen."""
        filing = self.filing
        frozen = filing.status in Filing.FINISHED or (filing.editable and not self.own)
        if filing.sheet and frozen:
            return assessment.read(filing, filing.sheet, marks=self.marks)
        return assessment.live(filing, timed=self.timed, marks=self.marks)

    @cached_property
    def timed(self) -> clock.Clock:
        return clock.read(self.filing)

    @cached_property
    def marks(self) -> dict:
        """What the reviewers have marked; the hospital learns of it with the decision, not before."""
        decided = self.filing.status in (Filing.Status.REGISTERED, Filing.Status.REVOKED)
        return assessment.marks_of(self.filing) if decided or not self.own else {}

    @cached_property
    def items(self) -> list[checklist.Item]:
        return checklist.items(self.filing, self.content, self.marks)

    @cached_property
    def remarks(self) -> list[Remark]:
        """The hospital sees what was sent to it, the bureau everything."""
        rows = self.filing.remarks.select_related(
            "by", "on_behalf_of", "answered_by", "resolved_by"
        ).order_by("pk")
        if self.own:
            return list(rows.filter(sent_at__isnull=False))
        return [self._as_submitted(remark) for remark in rows]

    def _as_submitted(self, remark: Remark) -> Remark:
        """Without the answer that the hospital has written and not submitted yet."""
        if remark.answered_at and remark.answered_at > self.filing.submitted_at:
            remark.answer, remark.answered_by, remark.answered_at = "", None, None
        return remark

    @cached_property
    def reasons(self) -> dict[str, str]:
        """For each move why this person cannot make it now; empty for those that he can."""
        own = transitions.own_case(self.user, self.filing)
        found = {
            action: transitions.why_not(self.filing, action, self.user, own) for action in transitions.MOVES
        }
        found["propose"] = self._why_not_propose(own, found)
        return found

    def _why_not_propose(self, own: str, found: dict[str, str]) -> str:
        if not self.rules.second_reviewer or self.filing.status != Filing.Status.RECEIVED:
            return "不须复核"
        if found["refuse"]:
            return found["refuse"]
        return "已有初审意见，等待复核。" if self.proposal else ""

    @cached_property
    def rules(self):
        """How the bureau organises its reviewing; without queries where nothing depends on it."""
        return limits.settings_of(self.filing.authority)

    @cached_property
    def proposal(self):
        return second.standing(self.filing) if self.rules.second_reviewer else None

    @cached_property
    def can(self) -> set[str]:
        return {action for action, reason in self.reasons.items() if not reason}

    @cached_property
    def may_act(self) -> bool:
        return bool(self.can & {"receive", "send_back", "refuse"})

    @cached_property
    def principal(self):
        """For whom the person acts here."""
        return delegation.principal(self.user, self.filing) if self.may_act or "revoke" in self.can else None

    # -- Context ------------------------------------------------------------------------------------------
    def context(self, verdict: str = "") -> dict[str, Any]:
        """Everything that templates/filing/detail.html shows."""
        filing, content, sheet = self.filing, self.content, self.sheet
        previous = filing.versions.filter(number=filing.submissions - 1).first()
        since = presentation.changes_since(previous, content)
        hot = {row.rule for row in sheet.open_rows}
        unsent = [presentation.remark_card(remark) for remark in self.remarks if not remark.sent_at]
        unresolved = [remark for remark in self.remarks if remark.sent_at and not remark.resolved_at]
        open_items = [item for item in self.items if item.mark is None and not item.regional]
        differences = presentation.register_differences(filing, content, self.own)
        read = self.timed
        acts = "filing/_mark.html" if self.may_act else ""
        barred = lifting.barred(filing, sheet.loud, self.user) if acts else {}
        files = presentation.files(content["materials"], self._beside_url)
        return {
            "filing": filing,
            "content": content,
            "own": self.own,
            "bench": self,
            "sheet": sheet,
            "sheet_url": self._url(beside="sheet"),
            "sheet_note": f"{sheet.as_of} 检查",
            "checks": presentation.checks(sheet, form_of(filing), verdict, acts, barred),
            "clock": read,
            "ordinal": presentation.ordinal_of_submission(read),
            "handle_left": presentation.handle_left(filing),
            "files": files,
            "viewed": next((file for file in files if file["id"] == self.file), None),
            "events": presentation.events(filing, self.own),
            "sections": presentation.sections(content, since, self.remarks, hot),
            "added": {member["id"] for member in since["members_added"]},
            "removed": since["members_removed"],
            "changes": presentation.change_rows(since, content) if previous else None,
            "differences": differences,
            "overlaps": changes.overlaps(filing, drafts=self.own),
            "words": {action: transitions.label(filing, action) for action in transitions.MOVES},
            "conflict": any(difference.conflict for difference in differences),
            "own_form": False,
            "by_two": self.own and signing.by_two(filing),
            "stale_items": False,
            "title": form_of(filing).title,
            "left_tabs": self._left_tabs(since, previous),
            "right_tabs": self._right_tabs(open_items, sheet),
            "items": self.items,
            "stale_marks": [item for item in self.items if item.stale],
            "unsent": unsent,
            "unresolved": unresolved,
            "why_not": self.reasons,
            "can": self.can,
            "may_act": self.may_act,
            "register_reason": self._register_reason(sheet),
            "item_blocks": [item for item in self.items if item.blocks],
            "proposal": self.proposal,
            "principal": self.principal,
            "ties": conflicts.ties([self.user], content) if not self.own else [],
            "urges": [] if self.own else list(filing.urges.select_related("by", "seen_by")),
            "may_urge": filing.status in Filing.WITH_AUTHORITY and urging.may_urge(self.user, filing),
            "may_hold": self._may_hold(),
            "may_see_undo": not self.own and access.may(self.user, "review_filings"),
            "panels": decisions.panels(self._case(unsent, unresolved, open_items), self.can, self.own and not self.may_act),
            "swapped": False,
        }  # fmt: skip

    def _case(self, unsent, unresolved, open_items) -> decisions.Case:
        filing, workdays = self.filing, self.rules.undo_workdays
        return decisions.Case(
            filing=filing,
            content=self.content,
            unsent=unsent,
            unresolved=len(unresolved),
            unmarked=len(open_items),
            marks=self.marks,
            undo_workdays=workdays,
            undo_until=limits.undo_until(filing, workdays)
            if filing.status == Filing.Status.REGISTERED
            else None,
        )

    def _register_reason(self, sheet: assessment.Sheet) -> str:
        count = len(sheet.open_rows) + sum(item.blocks for item in self.items)
        return f"还有 {count} 项须处理" if count else self.reasons["register"]

    def _may_hold(self) -> bool:
        filing = self.filing
        held = filing.status not in Filing.FINISHED and filing.status != Filing.Status.DRAFT
        return held and not self.own and access.covers(self.user, "review_filings", filing.authority)

    def _url(self, **chosen) -> str:
        values = {"show": self.show, "beside": self.beside} | chosen
        query = "&".join(f"{name}={value}" for name, value in values.items() if value)
        return f"{reverse('filing:detail', args=[self.filing.pk])}?{query}"

    def _beside_url(self, material_id: int) -> str:
        return self._url(beside="material", file=material_id)

    def _left_tabs(self, since: dict, previous) -> list[dict]:
        count = sum(len(since.get(key, ())) for key in ("answers", "members_added", "members_removed",
                                                          "materials_added", "materials_removed"))  # fmt: skip
        words = [("form", "备案表", None)]
        if previous:
            words.append(("changes", f"与第 {previous.number} 版差异", count))
        words.append(("history", "历史", None))
        return [
            {"word": word, "count": count, "current": name == self.show, "url": self._url(show=name)}
            for name, word, count in words
        ]

    def _right_tabs(self, open_items: list, sheet: assessment.Sheet) -> list[dict]:
        own_items = [item for item in self.items if not item.regional]
        words = [("sheet", "检查单", len(sheet.open_rows) or None)]
        if self.items and not self.own:
            done = f"{len(own_items) - len(open_items)}/{len(own_items)}"
            words.append(("checklist", "核对清单", done if own_items else None))
        words.append(("material", "材料", len(self.content["materials"])))
        return [
            {"word": word, "count": count, "current": name == self.beside, "url": self._url(beside=name)}
            for name, word, count in words
        ]
