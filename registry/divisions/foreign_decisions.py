"""Decisions on the rows of a code list (外部代码表的认定): by a person who keeps the place, each of them taken back."""

from django.db import transaction
from django.utils import timezone

from registry import access, audit
from registry.divisions.foreign import alone, reach, write
from registry.divisions.forms import place_of
from registry.errors import Refused
from registry.imports.cells import match_key
from registry.models import Division, ForeignCode, ForeignCodeList, ForeignCodeRow
from registry.places.codes import Codes

State = ForeignCodeRow.State
WITHDRAWN = "这份代码表刚刚被撤回，没有办理。"


def outside(user, codes: set[str]) -> set[str]:
    """Those of these codes of places whose rows others decide on."""
    places = Division.objects.current().filter(code__in=codes)
    mine = places.filter(access.area_of(user, "manage_institutions", prefix=""))
    return set(places.values_list("code", flat=True)) - set(mine.values_list("code", flat=True))


def _open_row(row_id: int, *states: str) -> ForeignCodeRow:
    rows = ForeignCodeRow.objects.filter(pk=row_id).select_related("code_list")
    if row := rows.first():
        alone(row.code_list.system)
        row = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise Refused(WITHDRAWN)
    if row.state not in states:
        raise Refused(f"{row} 现在是“{row.get_state_display()}”，请刷新后再看。")
    return row


@transaction.atomic
def choose(row_id: int, *, typed: str, by) -> ForeignCodeRow:
    """Say which place a row means: by its national code, or by its name in the county of the row."""
    row = _open_row(row_id, State.OPEN)
    place = _named(row, typed)
    access.require(by, "manage_institutions", place)
    with audit.acting(by, reason=f"外部代码认定：{row}"[:300]):
        row.state, row.division, row.decided_by, row.decided_at = State.CHOSEN, place, by, timezone.now()
        row.save(update_fields=["state", "division", "decided_by", "decided_at"])
        write([row], row.code_list)
    return row


def _named(row: ForeignCodeRow, typed: str) -> Division:
    """The place of today with this code; else the one of this name in the county."""
    if typed.strip().isdigit():
        return place_of(typed)
    county = _county_of(row)
    if county is None:
        raise Refused(f"没有代码为 {row.county_code} 的区县，不能按名称查找。请填区划代码。")
    key = match_key(typed)
    inside = Division.objects.current().filter(path__startswith=county.path).select_related("parent")
    found = [one for one in inside.order_by("code") if match_key(one.name) == key]
    if len(found) > 1:
        codes = "、".join(one.code for one in found)
        raise Refused(f"{county.name}有几个“{typed.strip()}”（{codes}）。请填区划代码。")
    if not found:
        raise Refused(f"{county.name}没有“{typed.strip()}”。请填现行的全称，或填区划代码。")
    return found[0]


@transaction.atomic
def choose_all(kept: ForeignCodeList, row_ids: list[int], *, by) -> int:
    """Accept the one candidate of each of these rows, as far as it is still open and in the person's area."""
    alone(kept.system)
    if not ForeignCodeList.objects.filter(pk=kept.pk).exists():
        raise Refused(WITHDRAWN)
    rows = [
        row
        for row in kept.rows.select_for_update(of=("self",))
        .filter(pk__in=row_ids, state=State.OPEN)
        .order_by("pk")
        if len(row.candidates) == 1
    ]
    near = Division.objects.current().filter(pk__in=[row.candidates[0] for row in rows])
    own = reach(by, list(near.values_list("pk", flat=True)))
    rows = [row for row in rows if row.candidates[0] in own]
    with audit.acting(by, reason=f"外部代码认定：{kept.system} {len(rows)} 行"[:300]):
        for row in rows:
            row.state, row.division_id = State.CHOSEN, row.candidates[0]
            row.decided_by, row.decided_at = by, timezone.now()
        ForeignCodeRow.objects.bulk_update(rows, ["state", "division", "decided_by", "decided_at"])
        write(rows, kept)
    return len(rows)


@transaction.atomic
def dismiss(row_id: int, *, by) -> ForeignCodeRow:
    """Say that a row means no place of ours; of a row of another's county those who keep that county say so."""
    row = _open_row(row_id, State.OPEN)
    access.require(by, "manage_institutions", _county_of(row))
    row.state, row.decided_by, row.decided_at = State.DISMISSED, by, timezone.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    return row


def _county_of(row: ForeignCodeRow) -> Division | None:
    """The place of today that the row stands under; None where its county is none of ours."""
    codes = Codes([row.county_code])
    place = codes.find(row.county_code).place
    return codes.division(place) if place else None


@transaction.atomic
def reopen(row_id: int, *, by) -> ForeignCodeRow:
    """Take a match or a decision back; the foreign code that came of it goes."""
    row = _open_row(row_id, State.MATCHED, State.CHOSEN, State.DISMISSED)
    if row.division_id:
        access.require(by, "manage_institutions", row.division)
    code, row.foreign_code = row.foreign_code, None
    row.candidates = [row.division_id] if row.division_id else row.candidates
    row.state, row.division, row.decided_by, row.decided_at = State.OPEN, None, None, None
    row.save(update_fields=["foreign_code", "candidates", "state", "division", "decided_by", "decided_at"])
    if code is not None:
        code.delete()
        _keep_for_others(row.code_list, [code.code])
    return row


@transaction.atomic
def withdraw(kept: ForeignCodeList, *, by) -> None:
    """Take a whole list back with every foreign code that came of it; what other lists of the system say stays."""
    alone(kept.system)
    if not ForeignCodeList.objects.filter(pk=kept.pk).exists():
        raise Refused(WITHDRAWN)
    access.require(by, "manage_institutions")
    _require_whole(kept, by)
    with audit.acting(by, reason=f"撤回外部代码表：{kept.system}"[:300]):
        made = ForeignCode.objects.filter(row__code_list=kept)
        codes = list(made.order_by("pk").values_list("code", flat=True))
        made.delete()
        kept.delete()
        _keep_for_others(kept, codes)


def _require_whole(kept: ForeignCodeList, by) -> None:
    """A list is taken back by its sender, or by those above all of its counties; never what others decided."""
    counties = set(kept.rows.order_by().values_list("county_code", flat=True).distinct())
    known = Division.objects.current().filter(code__in=counties).exists()
    if kept.by_id != by.pk and (not known or outside(by, counties)):
        raise Refused(f"代码表由上传人 {kept.by} 或表中各区县的共同上级撤回。")
    places = set(kept.rows.filter(division__isnull=False).order_by().values_list("division_id", flat=True))
    if others := len(places - reach(by, list(places))):
        raise Refused(
            f"表中有 {others} 个区划由别处认定，不能整表撤回。请逐行重新认定，或请共同上级的名录管理员撤回。"
        )


def _keep_for_others(kept: ForeignCodeList, codes: list[str]) -> None:
    """A code that another list of the system has, too, is written from that one."""
    for other in ForeignCodeList.objects.filter(system=kept.system).exclude(pk=kept.pk).order_by("pk"):
        rows = other.rows.filter(
            code__in=codes, division__isnull=False, division__valid_to=None, foreign_code=None
        )
        write(list(rows.order_by("pk")), other)
