"""Requests for institutions that the register lacks (新增机构申请), made by hospitals and decided by administrators."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from registry import access
from registry.audit import audited


class InstitutionRequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A hospital's staff see its own requests, administrators those for their area."""
        mine = access.institutions_of(user, "edit_filing")
        area = access.area_of(user, "manage_institutions", prefix="division")
        return self.filter(area | Q(hospital__in=mine))

    def decidable_by(self, user):
        return self.filter(access.area_of(user, "manage_institutions", prefix="division"))

    def pending(self):
        return self.filter(state=InstitutionRequest.State.PENDING)


class InstitutionRequest(models.Model):
    """新增机构申请. `content` keeps what the hospital typed, field by field as in a roster."""

    class State(models.TextChoices):
        PENDING = "pending", "待处理"
        APPROVED = "approved", "已登记"
        REFUSED = "refused", "未采纳"
        WITHDRAWN = "withdrawn", "已撤回"

    hospital = models.ForeignKey(
        "registry.Institution", models.PROTECT, related_name="requests_made", verbose_name="申请医院"
    )
    division = models.ForeignKey(
        "registry.Division", models.PROTECT, related_name="+", verbose_name="机构所在区划"
    )
    name = models.CharField("机构名称", max_length=300)
    content = models.JSONField("所填内容")
    note = models.CharField("说明", max_length=300)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人"
    )
    requested_at = models.DateTimeField("申请时间", default=timezone.now)
    state = models.CharField("状态", max_length=9, choices=State.choices, default=State.PENDING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="处理人"
    )
    decided_at = models.DateTimeField("处理时间", null=True)
    reply = models.CharField("答复", max_length=300, blank=True)
    institution = models.ForeignKey(
        "registry.Institution",
        models.PROTECT,
        null=True,
        related_name="requested_as",
        verbose_name="登记的机构",
    )

    objects = InstitutionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "新增机构申请"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="pending", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state="pending") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="institution_request_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", institution__isnull=False)
                | (~Q(state="approved") & Q(institution__isnull=True)),
                name="institution_request_result",
            ),
            models.UniqueConstraint(
                fields=["hospital", "division", "name"],
                condition=Q(state="pending"),
                name="institution_request_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["division", "-id"], condition=Q(state="pending"), name="institution_request_waiting"
            )
        ]
        triggers = audited()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("registry:request_detail", args=[self.pk])
