"""What a filing says, section by section (备案表各部分)."""

from django.conf import settings
from django.db import models

from filing.models.filing import Filing
from registry.audit import audited


class FilingSection(models.Model):
    """备案表的一部分 with a version of its own, so that two people never overwrite each other unseen.

    ``content`` maps field keys of filing/sections.py to values; fields that are columns of Filing stand there.
    """

    confidential = True

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="sections", verbose_name="备案")
    key = models.CharField("部分", max_length=2)
    content = models.JSONField("内容", default=dict)
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
        verbose_name = verbose_name_plural = "备案表内容"
        constraints = [models.UniqueConstraint(fields=["filing", "key"], name="filing_section_once")]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.filing} {self.key}"
