"""Turning the database's refusals into sentences that name both sides and the days (责任重叠的说明)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from grids.models import Grid, GridAssignment, Holding, Standing
from grids.periods import meet, say
from grids.services.steps import names
from registry.errors import Refused
from registry.models import Consortium, Division


class Collision(Refused):
    """Another consortium is in force for the same place on the same days; the act can stand as a claim.

    `townships` are those that another one holds; empty when the grid itself has another responsible consortium.
    """

    def __init__(self, message: str, townships: Iterable[Division] = ()):
        super().__init__(message)
        self.townships = list(dict.fromkeys(townships))


@dataclass(frozen=True)
class Attempt:
    """A township that a consortium was to be responsible for on these days."""

    township: Division
    consortium: Consortium
    during: DateRange


def constraint_of(error: IntegrityError) -> str:
    """Name of the database constraint that refused a write."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


@contextmanager
def named_refusals(grid: Grid, attempts: Iterable[Attempt]) -> Iterator[None]:
    """Inside, a refusal by the exclusion constraints becomes a Chinese sentence; the savepoint is undone."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        explain = _SENTENCES.get(constraint_of(error))
        if explain is None:
            raise
        raise explain(grid, list(attempts)) from error


def _townships_held(grid: Grid, attempts: list[Attempt]) -> Refused:
    found: dict[tuple, list] = {}
    held = Holding.objects.filter(exclusive=True, unit__in={a.township.unit_id for a in attempts})
    for holding in held.select_related("consortium", "grid").order_by("unit__code", "during"):
        for attempt in attempts:
            shared = meet(holding.during, attempt.during)
            same = holding.grid_id == grid.pk and holding.consortium_id == attempt.consortium.pk
            if shared and not same and holding.unit_id == attempt.township.unit_id:
                key = (attempt.consortium, holding.consortium, holding.grid, say(shared))
                found.setdefault(key, []).append(attempt.township)
    if not found:
        return Collision("这些街道、乡镇刚刚由他人指定了负责的医联体，请刷新页面后再看。")
    sentences = [
        f"{names(dict.fromkeys(townships))}在 {days} 已由“{holder}”负责（网格“{other}”），"
        f"不能再由“{newcomer}”负责"
        for (newcomer, holder, other, days), townships in found.items()
    ]
    held_by_others = [township for townships in found.values() for township in townships]
    return Collision(
        "；".join(sentences[:3]) + "。请改日期，先结束原来的责任，或者登记为主张。", held_by_others
    )


def _grid_held(grid: Grid, attempts: list[Attempt]) -> Refused:
    current = GridAssignment.objects.filter(grid=grid, status=Standing.IN_FORCE, exclusive=True)
    for held in current.select_related("consortium").order_by("during"):
        for attempt in attempts:
            shared = meet(held.during, attempt.during)
            if shared and held.consortium_id != attempt.consortium.pk:
                return Collision(
                    f"网格“{grid}”在 {say(shared)} 已由“{held.consortium}”负责，不能同时由“{attempt.consortium}”"
                    "负责。请改日期，先结束原来的责任，或者登记为主张。"
                )
    return Collision(f"网格“{grid}”刚刚由他人指定了负责的医联体，请刷新页面后再看。")


def _already_there(grid: Grid, attempts: list[Attempt]) -> Refused:
    who = names(dict.fromkeys(attempt.consortium for attempt in attempts))
    return Refused(f"“{who}”在这些日子已经登记在网格“{grid}”上。请查看网格沿革，或者改日期。")


def _unit_already_in_grid(grid: Grid, attempts: list[Attempt]) -> Refused:
    return Refused(f"有街道、乡镇在这些日子已经属于网格“{grid}”。请刷新页面后再改。")


def _name_taken(grid: Grid, attempts: list[Attempt]) -> Refused:
    return Refused(f"{grid.division}已有名为“{grid.name}”的网格。请换一个名称。")


_SENTENCES = {
    "unit_held_once": _townships_held,
    "grid_has_one_responsible": _grid_held,
    "consortium_once_for_grid": _already_there,
    "unit_once_in_grid": _unit_already_in_grid,
    "grid_name_once_in_area": _name_taken,
}
