"""Urging from above (督办)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from filing.models.filing import Filing
from registry.audit import audited


class Urge(models.Model):
    """督办: a bureau above asks the one in charge to deal with a filing; seen, answered and kept."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="urges", verbose_name="备案")
    text = models.TextField("督办要求", max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="督办人")
    at = models.DateTimeField("督办时间", auto_now_add=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="签收人"
    )
    seen_at = models.DateTimeField("签收时间", null=True)
    answer = models.TextField("回复", max_length=1000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "督办"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(seen_by__isnull=True, seen_at__isnull=True, answer="")
                | Q(seen_by__isnull=False, seen_at__isnull=False),
                name="urge_seen_by_and_at",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="urge_says_something"),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return self.text[:30]
