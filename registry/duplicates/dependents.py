"""What points at a record that is to be merged (指向它的记录), in every app's models, and what becomes of each row.

Foreign keys are found in the models themselves, so that no app above need be named here. A row moves to the kept
record unless its like stands there already; an app that knows better declares a judge with `register`. What names an
institution by kind and number (豁免) is read beside them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from registry.divisions.effects import references
from registry.models import Institution, InstitutionName, Lead, Membership, Waiver

MOVE, JOIN, DROP, STAY, CONFLICT = "move", "join", "drop", "stay", "conflict"
WORDS = {
    MOVE: "改为指向保留的记录",
    JOIN: "与保留记录的同一项合为一段",
    DROP: "保留的记录已有同样一项，不再重复",
    STAY: "保持不动",
    CONFLICT: "有冲突，须先处理",
}
MOST_ROWS = 5_000


@dataclass
class Outcome:
    """What becomes of one row. A joined row is taken up by `other`, whose period becomes `during`."""

    row: models.Model
    act: str
    note: str = ""
    other: models.Model | None = None
    during: DateRange | None = None

    @property
    def word(self) -> str:
        return WORDS[self.act]


@dataclass
class Dependents:
    """The rows of one kind that point at the record."""

    label: str
    field: models.Field
    outcomes: list[Outcome]

    def moved_to(self, kept: Institution) -> dict[str, object]:
        """The values of a row that now points at the kept record."""
        return {self.field.name: kept}

    @property
    def conflicts(self) -> list[Outcome]:
        return [one for one in self.outcomes if one.act == CONFLICT]


class WaiversByNumber(Dependents):
    """Rules lifted for the record: a waiver repeats the name and the place of its subject, which it is seen by."""

    def moved_to(self, kept: Institution) -> dict[str, object]:
        return {"subject_id": kept.pk, "subject_name": kept.name[:300], "division": kept.division}


Judge = Callable[[Institution, Institution, list], Iterable[Outcome]]
_judges: dict[tuple[str, str], Judge] = {}
# What belongs to merging itself, and staging that names records by value.
_OWN = {
    ("registry.Institution", "merged_into"),
    ("registry.Merge", "kept"),
    ("registry.Merge", "gone"),
    ("registry.DuplicatePair", "first"),
    ("registry.DuplicatePair", "second"),
}


def register(model: str, field: str, judge: Judge) -> None:
    """Let an app decide on rows of its own: `judge(kept, gone, rows)` answers one Outcome for each."""
    _judges[model, field] = judge


def dependents(kept: Institution, gone: Institution) -> list[Dependents]:
    """Everything that points at `gone`, with what a merge into `kept` makes of it; a few queries a kind."""
    found = []
    for field in references(Institution):
        key = (field.model._meta.label, field.name)
        if key in _OWN:
            continue
        # What a row calls itself mostly names what it points at.
        beside = [one.name for one in field.model._meta.local_fields if one.many_to_one]
        pointing = field.model._base_manager.filter(**{field.name: gone}).select_related(*beside)
        rows = list(pointing.order_by("pk")[:MOST_ROWS])
        if rows:
            judge = _judges.get(key) or _like(field)
            outcomes = list(judge(kept, gone, rows))
            found.append(Dependents(str(field.model._meta.verbose_name), field, outcomes))
    return [*found, *_waivers(kept, gone)]


# -- Rows that must be unique ---------------------------------------------------------------------------------
def _like(field: models.Field) -> Judge:
    """The common judge: a row whose unique columns stand on the kept record already is dropped if equal."""
    keys = [
        [name for name in constraint.fields if name != field.name]
        for constraint in field.model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint) and field.name in constraint.fields
    ]

    def judge(kept, gone, rows):
        present = list(field.model._base_manager.filter(**{field.name: kept}).order_by("pk")) if keys else []
        for row in rows:
            other = next((o for o in present for key in keys if same(row, o, key)), None)
            if other is None:
                yield Outcome(row, MOVE)
            elif same(row, other, _facts(row, field)) and not _is_pointed_at(row):
                yield Outcome(row, DROP, other=other)
            else:
                yield Outcome(
                    row,
                    CONFLICT,
                    f"两家机构都有“{row}”，内容不同。请先改成一致，或删去其中一条。",
                    other=other,
                )

    return judge


def same(row: models.Model, other: models.Model, names: Iterable[str]) -> bool:
    """Equal in these fields."""
    fields = [row._meta.get_field(name) for name in names]
    return all(field.value_from_object(row) == field.value_from_object(other) for field in fields)


def _facts(row: models.Model, field: models.Field) -> list[str]:
    """The names of its fields other than key, the reference itself, and times of writing."""
    return [
        one.name
        for one in row._meta.local_concrete_fields
        if not one.primary_key and one is not field and not getattr(one, "auto_now_add", False)
    ]


def _is_pointed_at(row: models.Model) -> bool:
    return any(
        reference.model._base_manager.filter(**{reference.name: row}).exists()
        for reference in references(type(row))
    )


# -- The register's own -------------------------------------------------------------------------------------
def _names(kept, gone, rows):
    """Another name that the kept record has in any form need not come twice."""
    present = {one.name: one for one in kept.other_names.order_by("pk")}
    for row in rows:
        other = present.get(row.name)
        if other or row.name == kept.name:
            yield Outcome(row, DROP, other=other)
        else:
            yield Outcome(row, MOVE)


def _overlap(one: DateRange, other: DateRange) -> bool:
    starts = [day for day in (one.lower, other.lower) if day]
    ends = [day for day in (one.upper, other.upper) if day]
    return not starts or not ends or max(starts) < min(ends)


def _union(one: DateRange, other: DateRange) -> DateRange:
    lower = None if None in (one.lower, other.lower) else min(one.lower, other.lower)
    upper = None if None in (one.upper, other.upper) else max(one.upper, other.upper)
    return DateRange(lower, upper)


def _memberships(kept, gone, rows):
    """Both members of one consortium at once become one membership over both periods, if in one role."""
    present = list(kept.memberships.order_by("during", "pk"))
    leads = list(kept.leads.order_by("pk"))
    for row in rows:
        beside = [one for one in present if one.consortium_id == row.consortium_id]
        meeting = [one for one in beside if _overlap(one.during, row.during)]
        leading = [
            one
            for one in leads
            if one.consortium_id == row.consortium_id and _overlap(one.during, row.during)
        ]
        if leading:
            note = f"“{row.consortium}”同期由保留的机构牵头，又以并入的机构为成员。请先核实并结束其中一项。"
            yield Outcome(row, CONFLICT, note)
        elif not meeting:
            yield Outcome(row, MOVE, str(row.consortium))
        elif len(meeting) > 1 or meeting[0].role != row.role:
            note = f"两家同期都是“{row.consortium}”的成员，角色或期间不一致。请先在医联体中改成一致。"
            yield Outcome(row, CONFLICT, note)
        else:
            during = _union(meeting[0].during, row.during)
            third = [one for one in beside if one is not meeting[0] and _overlap(one.during, during)]
            if third:
                yield Outcome(
                    row, CONFLICT, f"在“{row.consortium}”的几段成员期间连成一段会重叠，请先核对期间。"
                )
            else:
                yield Outcome(row, JOIN, str(row.consortium), other=meeting[0], during=during)


def _leads(kept, gone, rows):
    """A lead follows; a lead that the other is a member under at the same time must be cleared up first."""
    members = list(kept.memberships.order_by("pk"))
    for row in rows:
        if any(m.consortium_id == row.consortium_id and _overlap(m.during, row.during) for m in members):
            note = f"“{row.consortium}”同期由并入的机构牵头，又以保留的机构为成员。请先核实并结束其中一项。"
            yield Outcome(row, CONFLICT, note)
        else:
            yield Outcome(row, MOVE, str(row.consortium))


def _branches(kept, gone, rows):
    for row in rows:
        if row.pk == kept.pk:
            note = f"“{kept}”登记为“{gone}”的分支机构。如确是同一家，请先清除它的“主要机构”。"
            yield Outcome(row, CONFLICT, note)
        else:
            yield Outcome(row, MOVE, str(row))


def _waivers(kept, gone):
    """A rule lifted for the one stays lifted; two of one rule and day cannot stand on one record."""
    rows = list(Waiver.objects.about("institution", [gone.pk]).order_by("pk")[:MOST_ROWS])
    if rows:
        field = Waiver._meta.get_field("subject_id")
        yield WaiversByNumber(str(Waiver._meta.verbose_name), field, list(_judged_waivers(kept, gone, rows)))


def _judged_waivers(kept, gone, rows):
    present = Waiver.objects.about("institution", [kept.pk]).order_by("pk")
    taken = set(present.values_list("provision", "granted_on"))
    for row in rows:
        if (row.provision, row.granted_on) not in taken:
            yield Outcome(row, MOVE)
        elif row.holds_on(timezone.localdate()):
            note = (
                f"两家机构的 {row.provision} 都在 {row.granted_on} 批准过{row.get_kind_display()}。"
                f"请先在“豁免与偏离”中撤销“{gone}”的一项，再合并。"
            )
            yield Outcome(row, CONFLICT, note)
        else:
            yield Outcome(row, STAY)


register(InstitutionName._meta.label, "institution", _names)
register(Membership._meta.label, "institution", _memberships)
register(Lead._meta.label, "institution", _leads)
register(Institution._meta.label, "main_institution", _branches)
