"""Declared facts (申报事实): what only its owner can state, with evidence, and what the authority says to it."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from registry import access
from registry.audit import audited


def private_path(declaration, filename: str) -> str:
    """A name that says nothing and cannot be guessed; the sender's name is kept in the row."""
    return f"declarations/{uuid.uuid4().hex}"


class DeclarationQuerySet(models.QuerySet):
    def counted(self):
        """What has been handed in; a draft counts nowhere."""
        return self.exclude(state=Declaration.State.DRAFT)

    def visible_to(self, user):
        """Staff of a commission see what stands in their area and is handed in; a hospital what it declares itself."""
        own = access.institutions_of(user, "report_values")
        led = Q(
            consortium__leads__institution__in=own, consortium__leads__during__contains=timezone.localdate()
        )
        reach = access.area_of(user, "view_compliance", prefix="consortium__division")
        reach |= access.area_of(user, "view_compliance", prefix="division")
        handed_in = ~Q(state=Declaration.State.DRAFT) | Q(division__isnull=False)
        return self.filter(Q(pk__in=self.filter(led).values("pk")) | reach & handed_in)


class Declaration(models.Model):
    """申报事实 of a consortium, or of a place's authority, for one year or standing (no year).

    Provisions that no register can decide are judged from these: declared, evidenced, accepted.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "填写中"
        DECLARED = "declared", "已申报"
        ACCEPTED = "accepted", "已采信"
        REJECTED = "rejected", "未采信"

    consortium = models.ForeignKey(
        "registry.Consortium", models.CASCADE, null=True, blank=True, related_name="declarations",
        verbose_name="医联体",
    )  # fmt: skip
    division = models.ForeignKey(
        "registry.Division", models.PROTECT, null=True, blank=True, related_name="declarations",
        verbose_name="行政区划",
    )  # fmt: skip
    key = models.CharField("事项", max_length=80)
    year = models.PositiveSmallIntegerField("年度", null=True, blank=True, help_text="空白：长期有效的事项")
    value = models.JSONField("内容")
    evidence = models.CharField("依据", max_length=300, blank=True)
    evidence_file = models.FileField("佐证材料", upload_to=private_path, max_length=200, blank=True)
    evidence_name = models.CharField("材料名称", max_length=200, blank=True)
    evidence_type = models.CharField("材料类型", max_length=100, blank=True)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.DECLARED)
    declared_by = models.ForeignKey(
        "registry.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="申报人"
    )
    declared_at = models.DateTimeField("申报时间", default=timezone.now)
    decided_by = models.ForeignKey(
        "registry.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="决定人"
    )
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    reason = models.CharField("未采信的理由", max_length=300, blank=True)

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申报事实"
        constraints = [
            *(
                models.UniqueConstraint(
                    fields=[subject, "key", *(["year"] if yearly else [])],
                    condition=Q(year__isnull=not yearly, **{f"{subject}__isnull": False}),
                    name=f"declaration_once_{subject}_{'yearly' if yearly else 'standing'}",
                )
                for subject in ("consortium", "division")
                for yearly in (False, True)
            ),
            models.CheckConstraint(
                condition=Q(consortium__isnull=False, division__isnull=True)
                | Q(consortium__isnull=True, division__isnull=False),
                name="declaration_of_one_subject",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "declared"], decided_by__isnull=True, decided_at__isnull=True)
                | Q(state__in=["accepted", "rejected"], decided_by__isnull=False, decided_at__isnull=False),
                name="declaration_decided",
            ),
            models.CheckConstraint(
                condition=Q(year__isnull=True) | Q(year__gte=2000, year__lte=2100),
                name="declaration_year_sane",
            ),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return self.key

    @property
    def evidenced(self) -> bool:
        return bool(self.evidence or self.evidence_file)
