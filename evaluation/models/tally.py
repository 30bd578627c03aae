"""How many subjects stand at each verdict (判定计数), kept by triggers so that no page counts the findings."""

import pgtrigger
from django.db import models

from registry import access

_COUNT = """
    INSERT INTO evaluation_tally (division_id, provision, verdict, number)
    SELECT division_id, provision, verdict, sum(step) FROM ({changes}) changes
    GROUP BY division_id, provision, verdict HAVING sum(step) <> 0;
    RETURN NULL;
"""
_STANDING = (
    "SELECT division_id, provision, verdict, {step} AS step FROM {rows} "
    "WHERE resolved_on IS NULL AND snapshot_id IS NULL"
)
_ADDED = _STANDING.format(step="1", rows="new_rows")
_GONE = _STANDING.format(step="-1", rows="old_rows")


def counted() -> list[pgtrigger.Trigger]:
    """Triggers of the findings: each statement adds what it changed, as rows that nobody else waits for."""
    return [
        _trigger(pgtrigger.Insert, _ADDED, new="new_rows"),
        _trigger(pgtrigger.Update, f"{_ADDED} UNION ALL {_GONE}", old="old_rows", new="new_rows"),
        _trigger(pgtrigger.Delete, _GONE, old="old_rows"),
    ]


def _trigger(operation, changes: str, **referencing) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=f"tally_{str(operation).lower()}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**referencing),
        func=pgtrigger.Func(_COUNT.format(changes=changes)),
    )


class TallyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Counts of the person's area."""
        return self.filter(access.area_of(user, "view_compliance", prefix="division"))

    def totals(self, *columns: str):
        """Rows (columns…, number) summed up; what has come to nothing is left out."""
        return self.order_by().values_list(*columns).annotate(total=models.Sum("number")).filter(total__gt=0)


class Tally(models.Model):
    """判定计数: so many more (or fewer) findings of a place stand at a verdict. The sum over the rows is the count.

    Rows are only ever added while work goes on, so two workers never wait for one another; a finished run adds the
    rows of its area together (evaluation/tallies.py).
    """

    division = models.ForeignKey(
        "registry.Division",
        models.CASCADE,
        related_name="+",
        db_constraint=False,  # counted from findings, whose place is there
        db_index=False,  # tally_of_division
        verbose_name="行政区划",
    )
    provision = models.CharField("条款编号", max_length=20)
    verdict = models.CharField("判定", max_length=12)
    number = models.IntegerField("增减")

    objects = TallyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "判定计数"
        indexes = [
            models.Index(fields=["provision", "verdict"], name="tally_of_provision"),
            models.Index(fields=["division"], name="tally_of_division"),
        ]

    def __str__(self) -> str:
        return f"{self.provision} {self.verdict} {self.number:+d}"
