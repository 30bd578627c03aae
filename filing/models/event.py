"""What has happened to a filing (经过)."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from filing.models.filing import Filing
from registry.audit import append_only, audited


class FilingEvent(models.Model):
    """一步经过: who, when, from which state to which, and why. Rows are only ever added."""

    confidential = True

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="events", verbose_name="备案")
    action = models.CharField("动作", max_length=20)
    from_status = models.CharField("原状态", max_length=10, choices=Filing.Status.choices, blank=True)
    to_status = models.CharField("新状态", max_length=10, choices=Filing.Status.choices)
    note = models.TextField("说明", blank=True)
    details = models.JSONField("细节", default=dict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="办理人")
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="代谁办理"
    )
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "备案经过"
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["filing", "at"], name="event_of_filing")]
        triggers = audited() + append_only()

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d %H:%M}"
