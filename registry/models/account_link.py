"""One-time links with which a person sets the password (一次性链接)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from registry.audit import audited


class AccountLink(models.Model):
    """一次性链接: opens the page on which a person sets a password, once and until it expires.

    Only the digest of the token is kept; the link itself is shown to its maker once. Of one person at most one link
    is open. ``made_by`` is empty for the link of the first security administrator alone (manage.py first_admin).
    """

    class Purpose(models.TextChoices):
        INVITE = "invite", "邀请"
        RESET = "reset", "重设密码"
        FIRST = "first", "首次启用"

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="links", verbose_name="人员"
    )
    purpose = models.CharField("用途", max_length=6, choices=Purpose.choices)
    digest = models.CharField("摘要", max_length=64, unique=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="生成人",
    )
    made_at = models.DateTimeField("生成时间")
    expires_at = models.DateTimeField("有效至")
    used_at = models.DateTimeField("使用时间", null=True)
    withdrawn_at = models.DateTimeField("作废时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "一次性链接"
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(used_at=None, withdrawn_at=None),
                name="one_open_link_per_person",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="link_expires_later"),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(withdrawn_at=None), name="link_used_or_withdrawn"
            ),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.person}·{self.get_purpose_display()}"
