"""The members that a filing names (成员单位)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from filing.models.filing import Filing
from registry.audit import audited
from registry.models import Membership


class FilingMember(models.Model):
    """备案表中的一家成员单位; becomes a dated membership of the register when the filing is registered.

    Each line has a version of its own, as each section has.
    """

    confidential = True

    class Function(models.TextChoices):
        PREVENTION = "prevention", "预防"
        HEALTH_CARE = "health_care", "保健"
        DIAGNOSIS = "diagnosis", "诊断"
        TREATMENT = "treatment", "治疗"
        REHABILITATION = "rehabilitation", "康复"
        NURSING = "nursing", "护理"

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="members", verbose_name="备案")
    institution = models.ForeignKey(
        "registry.Institution", models.PROTECT, related_name="+", verbose_name="机构"
    )
    role = models.CharField(
        "角色", max_length=13, choices=Membership.Role.choices, default=Membership.Role.MEMBER
    )
    joined_on = models.DateField("加入日期", null=True, blank=True, help_text="空白：与成立日期相同")
    left_on = models.DateField("退出日期", null=True, blank=True, help_text="当日仍为成员")
    functions = ArrayField(
        models.CharField(max_length=14, choices=Function.choices),
        default=list,
        blank=True,
        verbose_name="服务功能",
    )
    positioning = models.CharField("功能定位", max_length=300, blank=True)
    remote_equipment = models.BooleanField("具备远程医疗基本条件", null=True, blank=True)
    remote_enabled_on = models.DateField("远程开通日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="保存人",
    )
    saved_at = models.DateTimeField("保存时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "申报的成员单位"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["filing", "institution"], name="filing_member_once"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True)
                | Q(joined_on__isnull=True)
                | Q(left_on__gte=F("joined_on")),
                name="filing_member_dates_in_order",
            ),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return str(self.institution)
