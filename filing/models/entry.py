"""What an acceptance has written into the register (入册记录), row by row, so that it can be taken back exactly."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from filing.models.filing import Filing
from registry.audit import append_only, audited


class FilingEntry(models.Model):
    """一行入册: ``before`` is null for a row that was made, ``after`` for one that was deleted (filing/ledger.py)."""

    confidential = True

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="entries", verbose_name="备案")
    table = models.CharField("表", max_length=60)
    row = models.BigIntegerField("行")
    before = models.JSONField("写入前", null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField("写入后", null=True, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = verbose_name_plural = "入册记录"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["filing", "table", "row"], name="filing_entry_once")]
        triggers = audited() + append_only()

    def __str__(self) -> str:
        return f"{self.table} {self.row}"
