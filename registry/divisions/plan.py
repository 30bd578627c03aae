"""Working out a change of places (区划变更的方案): which end, which begin, and what follows which.

A place is one code, one name and one parent between two dates. Whoever gets another of the three is a new place from
that day on, with the old one as predecessor; when its path changes, everything below it begins anew as well.
"""

import datetime as dt
from dataclasses import dataclass, field

from django.utils import timezone

from registry.divisions import numbers
from registry.errors import Refused
from registry.models import Division, DivisionChange
from registry.reference.tables import FIRST_TABLE

Kind = DivisionChange.Kind


@dataclass(eq=False)
class Begun:
    """A place that begins with the change, or (with `existing`) one that goes on and takes others in."""

    code: str
    name: str
    level: str
    kind: str
    parent: "Division | Begun | None"
    existing: Division | None = None
    suggested: bool = False  # its code was worked out and may be corrected

    @property
    def path(self) -> str:
        if self.existing:
            return self.existing.path
        return f"{self.parent.path if self.parent else '/'}{self.code}/"


@dataclass
class Plan:
    """Everything that happens to places; `heirs` lists for each place that ends (or gives part) who follows, main first."""

    kind: str
    on: dt.date
    basis: str
    ends: list[Division] = field(default_factory=list)
    begins: list[Begun] = field(default_factory=list)
    heirs: dict[int, list[Begun]] = field(default_factory=dict)
    shares: dict[tuple[int, int], str] = field(default_factory=dict)
    staying: list[Division] = field(default_factory=list)
    adopted: list[tuple[Division, Begun]] = field(
        default_factory=list
    )  # whose children only change their parent
    olds: dict[int, Division] = field(default_factory=dict)
    summary: str = ""

    def follow(self, old: Division, new: Begun, share: str) -> None:
        self.olds[old.pk] = old
        self.heirs.setdefault(old.pk, []).append(new)
        self.shares[old.pk, id(new)] = share

    def main_heir(self, old: Division) -> Begun:
        return self.heirs[old.pk][0]


class Planner:
    """Builds one plan. `codes` are codes for places below, by the id of the old one, as a person corrected them."""

    def __init__(self, kind: str, on: dt.date, basis: str, codes: dict[int, str] | None = None):
        if on > timezone.localdate():
            raise Refused(f"生效日期 {on} 还没有到。尚未生效的变更，请在生效当日或之后录入。")
        if on <= FIRST_TABLE:
            raise Refused(
                f"最早的区划代码表截至 {FIRST_TABLE}，之前的变更已包含在内，不用录入。请核对生效日期 {on} 的年份。"
            )
        if not basis.strip():
            raise Refused("请写明依据，例如批复文号。")
        self.plan = Plan(kind, on, basis.strip())
        self.codes = codes or {}
        self._in_use: set[str] = set()
        self._ended: set[int] = set()

    # -- The kinds of change -----------------------------------------------------------------------------
    def new(self, *, code: str, name: str, parent: Division, kind: str = "") -> Plan:
        """新设: a place that had no predecessor."""
        level = numbers.BELOW.get(parent.level)
        if level is None:
            raise Refused(f"{parent}是乡镇级，下面不再设区划。")
        begun = self._begin(code, name, level, kind, parent)
        self.plan.summary = f"新设 {begun.code} {begun.name}"
        return self._checked()

    def rename(self, old: Division, *, name: str) -> Plan:
        """更名: the code stays."""
        if name.strip() == old.name:
            raise Refused(f"新名称与现名称“{old}”相同。")
        self._replace(old, old.code, name, old.parent, "更名")
        self.plan.summary = f"{old.code} {old.name}更名为{name.strip()}"
        return self._checked()

    def recode(self, old: Division, *, code: str, name: str = "") -> Plan:
        """变更代码, with another name where one is given (县 becomes 区)."""
        if code == old.code:
            raise Refused(f"新代码与现代码 {old.code} 相同。")
        new = self._replace(old, code, name or old.name, old.parent, "代码变更")
        self.plan.summary = f"{old.code} {old.name}变更为 {new.code} {new.name}"
        return self._checked()

    def move(self, old: Division, *, parent: Division, code: str = "") -> Plan:
        """划归其他上级."""
        if parent.pk == old.parent_id:
            raise Refused(f"{old}已经属于{parent}。")
        if numbers.BELOW.get(parent.level) != old.level:
            raise Refused(
                f"{old}是{old.get_level_display()}，不能划归{parent.get_level_display()}的{parent}。"
            )
        code = code or numbers.under(parent.code, old.code, old.level, self.taken())
        new = self._replace(old, code, old.name, parent, "划归")
        self.plan.summary = f"{old.code} {old.name}划归{parent.full_name()}（{new.code}）"
        return self._checked()

    def merge(
        self, olds: list[Division], *, into: Division | None = None, code: str = "", name: str = ""
    ) -> Plan:
        """合并: into one of today's places, or into a new one (which may keep the code of one of them)."""
        olds = [one for one in olds if into is None or one.pk != into.pk]
        if not olds or (into is None and len(olds) < 2):
            raise Refused("合并至少要两个区划。")
        if len({one.level for one in [*olds, *([into] if into else [])]}) > 1:
            raise Refused("只能合并同一级的区划。")
        if into is not None:
            target = Begun(into.code, into.name, into.level, into.kind, into.parent, existing=into)
            self.plan.begins.append(target)
            self.plan.staying.append(into)
        else:
            for one in olds:
                self._end(one)
            target = self._begin(code, name, olds[0].level, olds[0].kind, olds[0].parent)
        for old in olds:
            self._succeed(old, target, "并入")
        names = "、".join(f"{one.code} {one.name}" for one in olds)
        self.plan.summary = f"{names}并入 {target.code} {target.name}"
        return self._checked()

    def split(
        self,
        old: Division,
        *,
        parts: list[tuple[str, str]],
        keeps: bool,
        places: dict[int, int] | None = None,
    ) -> Plan:
        """拆分 into new places (code, name); `places` says by child id which part takes it (0 is the first).

        With `keeps` the old one goes on with the children that no part takes; else they go to the first part.
        """
        if not parts or (not keeps and len(parts) < 2):
            raise Refused("拆分后至少要有两个区划。")
        if not keeps:
            self._end(old)
        else:
            self.plan.staying.append(old)
        begun = [self._begin(code, name, old.level, old.kind, old.parent) for code, name in parts]
        for part in begun:
            self.plan.follow(old, part, "划出部分" if keeps else "拆分")
        places = places or {}
        for child in self._children(old):
            if child.pk in places or not keeps:
                self._below(child, begun[places.get(child.pk, 0)])
        names = "、".join(f"{part.code} {part.name}" for part in begun)
        self.plan.summary = f"{old.code} {old.name}{'划出' if keeps else '拆分为'} {names}"
        return self._checked()

    # -- Steps ---------------------------------------------------------------------------------------------
    def _begin(self, code, name, level, kind, parent, suggested=False) -> Begun:
        name = name.strip()
        if not name:
            raise Refused("请填写新区划的名称。")
        numbers.check(code, level, parent.code if parent else "")
        begun = Begun(code, name, level, kind, parent, suggested=suggested)
        self.plan.begins.append(begun)
        self.taken().add(code)
        return begun

    def _replace(self, old: Division, code: str, name: str, parent, share: str, suggested=False) -> Begun:
        self._end(old)
        new = self._begin(code, name, old.level, old.kind, parent, suggested)
        self._succeed(old, new, share)
        return new

    def _succeed(self, old: Division, new: Begun, share: str) -> None:
        self._end(old)
        self.plan.follow(old, new, share)
        if new.path == old.path:
            self.plan.adopted.append((old, new))
            return
        for child in self._children(old):
            self._below(child, new)

    def _below(self, child: Division, parent: Begun) -> None:
        code = self.codes.get(child.pk)
        suggested = code is None
        self._end(child)  # its own code is free again
        if code is None:
            code = numbers.under(parent.code, child.code, child.level, self.taken())
        self._replace(child, code, child.name, parent, "随上级变更", suggested=suggested)

    @staticmethod
    def _children(old: Division) -> list[Division]:
        return list(old.children.current().order_by("code"))

    def _end(self, old: Division) -> None:
        if old.pk not in self._ended:
            self._ended.add(old.pk)
            self.plan.ends.append(old)
            self.plan.olds[old.pk] = old
            self.taken().discard(old.code)

    def taken(self) -> set[str]:
        """Codes that are in use and stay so, and those that the plan has given out."""
        if not self._in_use:
            self._in_use = set(Division.objects.current().values_list("code", flat=True))
        return self._in_use

    # -- Checks --------------------------------------------------------------------------------------------
    def _checked(self) -> Plan:
        plan = self.plan
        for old in [*plan.ends, *plan.staying]:
            if old.valid_to is not None:
                raise Refused(f"{old.code} {old}已于 {old.valid_to} 停用，不能再变更。")
            if old.valid_from and plan.on <= old.valid_from:
                raise Refused(f"{old.code} {old}自 {old.valid_from} 启用，生效日期须在这之后。")
        for above in {one.parent for one in plan.begins if isinstance(one.parent, Division)}:
            if above.valid_to is not None:
                raise Refused(f"上级 {above.code} {above}已于 {above.valid_to} 停用。")
            if above.valid_from and plan.on < above.valid_from:
                raise Refused(f"上级 {above.code} {above}自 {above.valid_from} 启用，生效日期不能更早。")
        codes = [one.code for one in plan.begins]
        if doubled := sorted({code for code in codes if codes.count(code) > 1}):
            raise Refused(f"代码 {'、'.join(doubled)} 在方案里用了两次，请改成不同的代码。")
        ended = {one.pk for one in plan.ends}
        fresh = [one.code for one in plan.begins if one.existing is None]
        used = Division.objects.filter(code__in=fresh).exclude(pk__in=ended).order_by("code", "pk")
        for row in used:
            if row.valid_to is None:
                raise Refused(f"代码 {row.code} 现在是{row.full_name()}，请换一个代码。")
            if row.valid_to > plan.on or row.valid_from == plan.on:
                raise Refused(f"代码 {row.code} 到 {row.valid_to} 为止是{row}，这之前不能另用。")
        return plan
