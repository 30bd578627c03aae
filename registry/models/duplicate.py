"""Institutions that may be one and the same (疑似重复), and what came of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from registry import access
from registry.audit import audited
from registry.models.institution import Institution


class DuplicatePairQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Pairs of which the person manages both sides; pairs across areas belong to the level above both."""
        return self.filter(
            access.area_of(user, "manage_institutions", prefix="first__division"),
            access.area_of(user, "manage_institutions", prefix="second__division"),
        )

    def for_list(self):
        return self.select_related(
            "first__division", "second__division", "first__institution_class", "second__institution_class"
        )


class DuplicatePair(models.Model):
    """疑似重复：two live records, why they look alike, and whether a person said that they are not.

    Found by registry.duplicates.search; a dismissed pair is kept, so that the search does not bring it up again.
    """

    class Reason(models.TextChoices):
        CODE = "code", "代码相同"
        NAME = "name", "同区县同名"
        SIMILAR = "similar", "名称相近"

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        DISMISSED = "dismissed", "不是重复"
        MERGED = "merged", "已合并"

    first = models.ForeignKey(Institution, models.CASCADE, related_name="+", verbose_name="机构甲")
    second = models.ForeignKey(Institution, models.CASCADE, related_name="+", verbose_name="机构乙")
    reason = models.CharField("理由", max_length=7, choices=Reason.choices)
    score = models.PositiveSmallIntegerField("相近程度", help_text="百分数")
    detail = models.CharField("说明", max_length=300, blank=True)
    state = models.CharField("状态", max_length=9, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField("发现时间", auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="处理人",
    )
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)
    note = models.CharField("处理说明", max_length=300, blank=True)

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "疑似重复"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"),
            models.CheckConstraint(
                condition=Q(state="open", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(state="open") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="duplicate_pair_decided_by_and_at",
            ),
        ]
        indexes = [models.Index(fields=["state", "-score", "id"], name="duplicate_pair_to_do")]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"

    def get_absolute_url(self) -> str:
        return reverse("registry:duplicate_detail", args=[self.pk])


class Merge(models.Model):
    """合并：one record taken into another, with all that is needed to take it back (registry.duplicates.undo).

    `journal` lists what was written, in order: rows moved, changed, added and dropped, with their values before.
    """

    kept = models.ForeignKey(Institution, models.PROTECT, related_name="merges", verbose_name="保留的记录")
    gone = models.ForeignKey(Institution, models.PROTECT, related_name="merged_by", verbose_name="并入的记录")
    reason = models.CharField("理由", max_length=300, blank=True)
    journal = models.JSONField("改动明细", default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="合并人")
    at = models.DateTimeField("合并时间", auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="撤销人",
    )
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "机构合并"
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two"),
            models.UniqueConstraint(
                fields=["gone"], condition=Q(undone_at__isnull=True), name="merged_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="merge_undone_by_and_at",
            ),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.gone} → {self.kept}"

    def get_absolute_url(self) -> str:
        return reverse("registry:merge_detail", args=[self.pk])
