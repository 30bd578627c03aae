"""Columns of an import (列对应): what the sheets of a file hold, further titles, and what a sender said before."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from registry import access
from registry.audit import audited


class ImportSheet(models.Model):
    """文件中的一张工作表, as surveyed: where its header stands and what its columns are taken for.

    `columns` holds dictionaries of at (from 0), letter, title, samples, field ("" when none) and how.
    """

    batch = models.ForeignKey(
        "registry.ImportBatch", models.CASCADE, related_name="sheets", verbose_name="导入"
    )
    position = models.PositiveSmallIntegerField("次序")
    name = models.CharField("工作表", max_length=120, blank=True)
    hidden = models.BooleanField("隐藏", default=False)
    rows = models.PositiveIntegerField("行数", default=0, help_text="含表头；xls 和 csv 未知，为 0")
    header_first = models.PositiveIntegerField("表头首行", default=0)
    header_last = models.PositiveIntegerField("表头末行", default=0)
    signature = models.CharField("表头特征", max_length=64, blank=True)
    recognised = models.BooleanField("必填列齐全", default=False)
    columns = models.JSONField("各列", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "导入文件的工作表"
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="import_sheet_once")]
        ordering = ["batch", "position"]

    def __str__(self) -> str:
        return self.name or "数据"


class ColumnAliasQuerySet(models.QuerySet):
    def holding_for(self, authority):
        """Titles that hold at an authority: its own and those of the authorities above it; none for None."""
        if authority is None:
            return self.none()
        steps = authority.path.strip("/").split("/")
        above = [f"/{'/'.join(steps[:count])}/" for count in range(1, len(steps) + 1)]
        return self.filter(authority__path__in=above)

    def editable_by(self, user):
        """Titles of the authorities over which the person imports."""
        return self.filter(authority__in=access.authorities_where(user, "import_institutions"))


class ColumnAlias(models.Model):
    """列名别名：another title for a column of the roster, beside the built-in ones, for an authority and those below."""

    authority = models.ForeignKey(
        "registry.Authority", models.PROTECT, related_name="column_aliases", verbose_name="适用机关"
    )
    title = models.CharField("列名", max_length=60)
    key = models.CharField("比较用写法", max_length=60, editable=False)
    field = models.CharField("对应", max_length=40)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="添加人"
    )
    added_at = models.DateTimeField("添加时间", default=timezone.now)

    objects = ColumnAliasQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "列名别名"
        constraints = [models.UniqueConstraint(fields=["authority", "key"], name="column_alias_once")]
        triggers = audited()

    def __str__(self) -> str:
        return self.title


class RememberedColumns(models.Model):
    """记住的列对应：what people of an authority said of a sheet with these titles; used again without asking.

    `columns` maps a column's number (from 0) to a field, or to "" where it is not imported.
    """

    authority = models.ForeignKey(
        "registry.Authority", models.PROTECT, related_name="remembered_columns", verbose_name="机关"
    )
    signature = models.CharField("表头特征", max_length=64)
    columns = models.JSONField("各列对应")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="确认人"
    )
    confirmed_at = models.DateTimeField("确认时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "记住的列对应"
        constraints = [
            models.UniqueConstraint(fields=["authority", "signature"], name="remembered_columns_once"),
            models.CheckConstraint(condition=~Q(signature=""), name="remembered_columns_signed"),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.authority} {self.signature[:8]}"
