"""What a change changes (变更的内容): the filing against the register, item by item.

An item is one fact that a change may touch: the name, the lead, one member, one grid, one answer. A change holds the
items as the register had them when it was started (``base``), and only what it says otherwise is written. Where the
register has moved in the meantime, an item that both have changed is a conflict: shown with both sides, and settled by
the hospital before it can be registered; every other item simply follows the register.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from filing import answers
from filing.form import form_of
from filing.models import Filing, FilingMember
from grids.models import Grid, GridAssignment, Standing
from registry.models import Consortium, Institution, Membership

P = Filing.Part
NAME, LEAD = "A.name", "B.lead"
MEMBER, GRID = "member:", "grid:"
# Answers that the register itself keeps, by the column of the consortium.
COLUMNS = {
    "A.specialty_focus": "specialty_focus",
    "A.closeness": "closeness",
    "D.council_chair": "council_chair",
}
NO_ITEM = {"effective_on", "change_reason", "old_lead_stays", "name", "lead", "grid_ids"}
Items = dict[str, Any]


# -- Both sides as items ------------------------------------------------------------------------------------
def _asked(filing: Filing):
    """The answers of this change that are items of their own."""
    for section in form_of(filing).sections:
        for field in section.fields:
            if field.part and field.key not in NO_ITEM:
                yield f"{section.key}.{field.key}", field


def register_items(filing: Filing, consortium: Consortium) -> Items:
    """The register of today, as far as this change touches it."""
    today, items = timezone.localdate(), {}
    if P.NAME in filing.parts:
        items[NAME] = consortium.name
    if P.LEAD in filing.parts:
        lead = consortium.leads.filter(during__contains=today).first()
        items[LEAD] = lead.institution_id if lead else None
    if P.MEMBERS in filing.parts:
        items |= {f"{MEMBER}{row.institution_id}": _membership(row) for row in members_on(consortium, today)}
    if P.GRIDS in filing.parts:
        items |= {f"{GRID}{pk}": True for pk in grids_on(consortium, today)}
    said, declared = asked_answers(consortium), dict(consortium.declarations.values_list("key", "value"))
    for key, field in _asked(filing):
        if key in COLUMNS:
            value = getattr(consortium, COLUMNS[key])
        else:
            value = declared.get(field.declares) if field.declares else said.get(key)
        if not answers.is_blank(value):
            items[key] = value
    return items


def members_on(consortium: Consortium, day: dt.date) -> Iterable[Membership]:
    """Memberships of a day and those that begin later."""
    rows = consortium.memberships.filter(Q(during__contains=day) | Q(during__startswith__gt=day))
    return rows.order_by("institution", "during")


def grids_on(consortium: Consortium, day: dt.date) -> list[int]:
    rows = GridAssignment.objects.filter(consortium=consortium).exclude(status=Standing.DISMISSED)
    open_ = rows.filter(Q(during__contains=day) | Q(during__startswith__gt=day))
    return sorted(set(open_.values_list("grid_id", flat=True)))


def _membership(row: Membership) -> list:
    last = row.during.upper - dt.timedelta(days=1) if row.during.upper else None
    return [row.role, *map(_iso, (row.during.lower, last, row.remote_enabled_on))]


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def asked_answers(consortium: Consortium) -> dict[str, Any]:
    """What the registered filings said, the later before the earlier."""
    said: dict[str, Any] = {}
    filings = consortium.filings.filter(status=Filing.Status.REGISTERED, origin=Filing.Origin.ONLINE)
    for filing in filings.order_by("decided_at", "pk").prefetch_related("sections"):
        for section in filing.sections.all():
            said |= {f"{section.key}.{key}": value for key, value in section.content.items()}
    return said


def proposed_items(filing: Filing) -> Items:
    """What the filing says."""
    contents = {section.key: section.content for section in filing.sections.all()}
    items: Items = {}
    if P.NAME in filing.parts:
        items[NAME] = filing.name
    if P.LEAD in filing.parts:
        items[LEAD] = filing.lead_id
    if P.MEMBERS in filing.parts:
        items |= {f"{MEMBER}{m.institution_id}": _member(m) for m in filing.members.order_by("pk")}
    if P.GRIDS in filing.parts:
        items |= {f"{GRID}{pk}": True for pk in contents.get("A", {}).get("grid_ids") or ()}
    for key, _ in _asked(filing):
        section, _, name = key.partition(".")
        if not answers.is_blank(value := contents.get(section, {}).get(name)):
            items[key] = value
    return items


def _member(member: FilingMember) -> list:
    return [member.role, *map(_iso, (member.joined_on, member.left_on, member.remote_enabled_on))]


# -- What differs -------------------------------------------------------------------------------------------
def changed(base: Mapping[str, Any], mine: Mapping[str, Any]) -> dict[str, Any]:
    """Items that the filing says otherwise than its base, with what it says; None where it takes one away."""
    return {key: mine.get(key) for key in dict.fromkeys([*base, *mine]) if base.get(key) != mine.get(key)}


@dataclass(frozen=True)
class Difference:
    """One item that a change touches: the register when it was started, the register now, and after the change."""

    key: str
    label: str
    base: str
    now: str
    after: str
    conflict: bool = False

    @property
    def is_new(self) -> bool:
        return self.now == "" and self.after != ""

    @property
    def is_gone(self) -> bool:
        return self.now != "" and self.after == ""


def differences(filing: Filing) -> list[Difference]:
    """What the change would do to the register of today, conflicts first."""
    if filing.kind != Filing.Kind.CHANGE or filing.consortium_id is None:
        return []
    now, mine = register_items(filing, filing.consortium), proposed_items(filing)
    delta = changed(filing.base, mine)
    words = _Words(filing, [filing.base, now, mine], delta)
    found = [
        Difference(
            key,
            words.label(key),
            words.value(key, filing.base.get(key)),
            words.value(key, now.get(key)),
            words.value(key, after),
            filing.base.get(key) != now.get(key) and now.get(key) != after,
        )
        for key, after in delta.items()
    ]
    return sorted(found, key=lambda d: not d.conflict)


def in_words(line: Mapping[str, str]) -> str:
    """One line of the changes that a submission froze."""
    return f"{line['label']}：{line['before'] or '无'} → {line['after'] or '移除'}"


def has_moved_on(filing: Filing) -> bool:
    """Whether the register says anything otherwise, of what this change touches, than when the change was started."""
    return filing.kind == Filing.Kind.CHANGE and register_items(filing, filing.consortium) != filing.base


def conflicts(filing: Filing) -> list[Difference]:
    return [difference for difference in differences(filing) if difference.conflict]


class _Words:
    """Names of institutions and grids, read once for all items."""

    def __init__(self, filing: Filing, sides: list[Mapping[str, Any]], delta: Mapping[str, Any]):
        self.fields = dict(_asked(filing))
        ids = {int(key[len(MEMBER) :]) for key in delta if key.startswith(MEMBER)}
        ids |= {value for side in sides if (value := side.get(LEAD))}
        self.institutions = dict(Institution.objects.filter(pk__in=ids).values_list("pk", "name"))
        grids = {int(key[len(GRID) :]) for key in delta if key.startswith(GRID)}
        self.grids = {grid.pk: str(grid) for grid in Grid.objects.filter(pk__in=grids).order_by("pk")}

    def label(self, key: str) -> str:
        if key.startswith(MEMBER):
            return f"成员单位：{self.institutions.get(int(key[len(MEMBER) :]), '')}"
        if key.startswith(GRID):
            return f"服务网格：{self.grids.get(int(key[len(GRID) :]), '')}"
        fixed = {NAME: "医联体名称", LEAD: "牵头医院"}
        return fixed.get(key) or self.fields[key].label

    def value(self, key: str, value: Any) -> str:
        if answers.is_blank(value):
            return ""
        if key.startswith(MEMBER):
            role, joined, last, remote = value
            parts = [Membership.Role(role).label, f"{joined} 加入" if joined else ""]
            parts += [f"{last} 为最后一天" if last else "", f"{remote} 开通远程" if remote else ""]
            return "，".join(part for part in parts if part)
        if key.startswith(GRID):
            return "负责"
        if key == LEAD:
            return self.institutions.get(value, str(value))
        return str(value) if key == NAME else answers.in_words(self.fields[key], value)


# -- Changes side by side -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Overlap:
    """Another open filing about the same consortium, and what it says of the same items."""

    filing: Filing
    differences: list[Difference]

    @property
    def ends_all(self) -> bool:
        return self.filing.kind == Filing.Kind.CLOSE


def open_filings(consortium: Consortium):
    """Changes and ends on their way, oldest first."""
    kinds = (Filing.Kind.CHANGE, Filing.Kind.CLOSE)
    return consortium.filings.filter(kind__in=kinds, status__in=Filing.OPEN).order_by("pk")


def in_the_way_of_the_end(filing: Filing) -> str:
    """What is still under way at the bureau for the consortium that is to end, or nothing."""
    others = open_filings(filing.consortium).exclude(pk=filing.pk).exclude(Filing.hidden_from_authority())
    numbers = "、".join(other.case_number for other in others)
    return f"这家医联体还有未办结的备案（{numbers}），请先办结或由申报单位撤回，再办理终止" if numbers else ""


def overlaps(filing: Filing, *, drafts: bool) -> list[Overlap]:
    """Other open filings that touch the same items; ``drafts`` only where the reader may see the hospital's own."""
    if filing.consortium_id is None or filing.status not in Filing.OPEN:
        return []
    others = open_filings(filing.consortium).exclude(pk=filing.pk).select_related("consortium", "authority")
    if not drafts:
        others = others.exclude(Filing.hidden_from_authority())
    mine = set(changed(filing.base, proposed_items(filing))) if filing.kind == Filing.Kind.CHANGE else set()
    found = []
    for row in others.prefetch_related("sections")[:20]:
        other = row.as_written() if drafts else row
        # What the hospital rewrites is its own until it submits.
        rewriting = not drafts and (filing.editable or other.editable)
        shared = [] if rewriting else [d for d in differences(other) if d.key in mine]
        touched = rewriting and set(other.parts) & set(filing.parts)
        if shared or touched or Filing.Kind.CLOSE in (other.kind, filing.kind):
            found.append(Overlap(other, shared))
    return found
