"""People (人员) and what they are assigned to do for which unit, from when to when."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from registry.audit import audited
from registry.roles import role_choices


class User(AbstractUser):
    """用户. What a person may do follows from assignments alone; is_superuser is never set in production."""

    first_name = None
    last_name = None
    name = models.CharField("姓名", max_length=60)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    is_demo = models.BooleanField("演示账户", default=False, help_text="生产环境存在演示账户时拒绝启动")
    large_text = models.BooleanField("大字号", default=False)
    dense_tables = models.BooleanField("紧凑表格", default=True)
    reactivated_at = models.DateTimeField("重新启用时间", null=True, blank=True, editable=False)
    idle_warned_at = models.DateTimeField("闲置提醒时间", null=True, blank=True, editable=False)

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        indexes = [models.Index(fields=["name", "id"], name="user_by_name")]
        # Somebody who types SONG must not meet another person than song.
        constraints = [models.UniqueConstraint(Lower("username"), name="username_once")]
        triggers = audited()

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class AssignmentQuerySet(models.QuerySet):
    def active(self, day=None):
        """Assignments in force on a day (today when none is given)."""
        return self.filter(during__contains=day or timezone.localdate())


class Assignment(models.Model):
    """任职：one person, one role, one unit, from–to; covers the unit and everything below.

    This row is the only truth about rights. guardian's object permissions are derived from it by registry.access,
    and every scope tests its dates again.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="assignments", verbose_name="人员")
    role = models.CharField("角色", max_length=20, choices=role_choices)
    authority = models.ForeignKey(
        "registry.Authority",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name="机关",
    )
    institution = models.ForeignKey(
        "registry.Institution",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name="医院",
    )
    during = DateRangeField("期间")

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        constraints = [
            models.CheckConstraint(
                condition=Q(authority__isnull=True) | Q(institution__isnull=True),
                name="assignment_to_one_unit",
            ),
            models.CheckConstraint(condition=Q(during__isempty=False), name="assignment_during_not_empty"),
        ]
        indexes = [models.Index(fields=["user", "role"], name="assignment_of_user")]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.user}·{self.get_role_display()}"

    @property
    def unit(self):
        """The authority or institution; None for the three roles that run the system itself."""
        return self.authority or self.institution
