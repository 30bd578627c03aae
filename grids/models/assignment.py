"""Who is responsible for a grid (责任医联体), and the derived table on which exclusivity stands."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q

from grids.models.derive import rebuilds_holdings
from grids.models.grid import Dated, Grid, Standing
from registry.audit import audited
from registry.models.consortium import DURING, same


class GridAssignment(Dated):
    """责任医联体：a consortium for a grid between two dates, in force by an authority's act or only claimed.

    `exclusive` is false where the binding policy exempts the consortium for its specialty focus (readings A12);
    it is set by grids.exemptions and never typed in.
    """

    class Source(models.TextChoices):
        PLAN = "plan", "规划指定"
        FILING = "filing", "备案"
        IMPORT = "import", "导入"

    grid = models.ForeignKey(Grid, models.CASCADE, related_name="assignments", verbose_name="网格")
    consortium = models.ForeignKey(
        "registry.Consortium", models.PROTECT, related_name="grid_assignments", verbose_name="医联体"
    )
    during = DateRangeField("期间")
    status = models.CharField("效力", max_length=9, choices=Standing.choices)
    exclusive = models.BooleanField("独占", default=True, db_default=True)
    source = models.CharField("来源", max_length=6, choices=Source.choices, default=Source.PLAN)
    reason = models.CharField("理由", max_length=500, blank=True)
    decided_by = models.ForeignKey(
        "registry.Authority", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="决定机关"
    )

    class Meta:
        verbose_name = verbose_name_plural = "责任医联体"
        constraints = [
            ExclusionConstraint(
                name="grid_has_one_responsible",
                expressions=[*same("grid_id"), *DURING],
                condition=Q(status="in_force", exclusive=True),
            ),
            ExclusionConstraint(
                name="consortium_once_for_grid",
                expressions=[*same("grid_id", "consortium_id"), *DURING],
                condition=~Q(status="dismissed"),
            ),
            models.CheckConstraint(condition=Q(during__isempty=False), name="grid_assignment_not_empty"),
        ]
        triggers = [*audited(), *rebuilds_holdings("grid_id")]

    def __str__(self) -> str:
        return f"{self.consortium} — {self.grid}"

    @property
    def is_claim(self) -> bool:
        return self.status == Standing.CLAIMED


class Holding(models.Model):
    """有效责任：the days on which a consortium is in force responsible for a physical township.

    Derived by the triggers of grids.models.derive, never written by the program. One exclusive holding per
    physical township on any day.
    """

    unit = models.ForeignKey("registry.Division", models.CASCADE, related_name="+", verbose_name="实地单位")
    grid = models.ForeignKey(Grid, models.CASCADE, related_name="holdings", verbose_name="网格")
    consortium = models.ForeignKey(
        "registry.Consortium", models.CASCADE, related_name="holdings", verbose_name="医联体"
    )
    assignment = models.ForeignKey(
        GridAssignment, models.CASCADE, related_name="holdings", verbose_name="责任医联体"
    )
    during = DateRangeField("期间")
    exclusive = models.BooleanField("独占")

    class Meta:
        verbose_name = verbose_name_plural = "有效责任"
        constraints = [
            ExclusionConstraint(
                name="unit_held_once",
                expressions=[*same("unit_id"), *DURING],
                condition=Q(exclusive=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.consortium}"
