"""Service grids (服务网格) and the townships that form them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q

from grids.models.derive import follows_changes, rebuilds_holdings
from grids.periods import say
from registry import access
from registry.audit import audited
from registry.models.consortium import DURING, same


class Standing(models.TextChoices):
    """效力. Claims may collide with anything; what is in force is exclusive by database constraint."""

    IN_FORCE = "in_force", "有效"
    CLAIMED = "claimed", "主张"
    DISMISSED = "dismissed", "未采纳"


class Dated(models.Model):
    """A row with a period, in words for screens."""

    class Meta:
        abstract = True

    @property
    def period_text(self) -> str:
        """The period with its last day included, e.g. 2019-06-25 至 2019-08-31."""
        return say(self.during)

    @property
    def is_open_ended(self) -> bool:
        return self.during.upper is None


class GridQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Grids in the area of the person's authorities, and those that these authorities drew themselves."""
        return self.filter(
            access.area_of(user, "view_grids", prefix="division")
            | Q(authority__in=access.authorities_where(user, "view_grids"))
        )

    def plannable_by(self, user):
        return self.filter(authority__in=access.authorities_where(user, "plan_grids"))

    def on(self, day):
        return self.filter(during__contains=day)

    def for_list(self):
        return self.select_related("division", "authority")


class Grid(Dated):
    """网格：a named set of townships between two dates, drawn by an authority."""

    name = models.CharField("网格名称", max_length=100)
    division = models.ForeignKey(
        "registry.Division", models.PROTECT, related_name="grids", verbose_name="行政区划"
    )
    authority = models.ForeignKey(
        "registry.Authority", models.PROTECT, related_name="grids", verbose_name="划分机关"
    )
    during = DateRangeField("期间")

    objects = GridQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "网格"
        constraints = [
            models.UniqueConstraint(
                fields=["division", "name"],
                condition=Q(during__upper_inf=True),
                name="grid_name_once_in_area",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="grid_has_name"),
            models.CheckConstraint(condition=Q(during__isempty=False), name="grid_during_not_empty"),
        ]
        indexes = [models.Index(fields=["name", "id"], name="grid_by_name")]
        triggers = [*audited(), follows_changes("id")]

    def __str__(self) -> str:
        return self.name


class GridUnit(Dated):
    """网格单元：a township or street in a grid between two dates, in force or only claimed for it."""

    grid = models.ForeignKey(Grid, models.CASCADE, related_name="units", verbose_name="网格")
    division = models.ForeignKey(
        "registry.Division", models.PROTECT, related_name="grid_units", verbose_name="街道、乡镇"
    )
    during = DateRangeField("期间")
    status = models.CharField(
        "效力",
        max_length=9,
        choices=Standing.choices,
        default=Standing.IN_FORCE,
        db_default=Standing.IN_FORCE,
    )

    class Meta:
        verbose_name = verbose_name_plural = "网格单元"
        constraints = [
            ExclusionConstraint(
                name="unit_once_in_grid",
                expressions=[*same("grid_id", "division_id"), *DURING],
                condition=~Q(status="dismissed"),
            ),
            models.CheckConstraint(condition=Q(during__isempty=False), name="grid_unit_during_not_empty"),
        ]
        triggers = [*audited(), *rebuilds_holdings("grid_id")]

    def __str__(self) -> str:
        return f"{self.grid} {self.division}"

    @property
    def is_claim(self) -> bool:
        return self.status == Standing.CLAIMED


class GridEvent(models.Model):
    """网格沿革：what was done to a grid, by whom and why; rows are only ever added."""

    class Action(models.TextChoices):
        CREATED = "created", "划定网格"
        RENAMED = "renamed", "更名"
        UNITS_ADDED = "units_added", "划入"
        UNITS_REMOVED = "units_removed", "划出"
        CLAIMED = "claimed", "登记主张"
        PUT_IN_FORCE = "put_in_force", "指定负责"
        DISMISSED = "dismissed", "主张未采纳"
        ENDED = "ended", "结束负责"
        SPLIT = "split", "拆分"
        MERGED = "merged", "合并"
        RETIRED = "retired", "撤销网格"

    grid = models.ForeignKey(Grid, models.CASCADE, related_name="events", verbose_name="网格")
    action = models.CharField("事项", max_length=13, choices=Action.choices)
    detail = models.CharField("内容", max_length=1000, blank=True)
    reason = models.CharField("理由", max_length=500, blank=True)
    by = models.ForeignKey("registry.User", models.PROTECT, related_name="+", verbose_name="经办人")
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "网格沿革"
        ordering = ["-at", "-pk"]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.grid} {self.get_action_display()}"
