"""What waits to be judged again (待复核): changed rows as the audit saw them, and the subjects that they touch.

The queue is filled by a trigger on the audit itself. Whatever is audited, by a form, an import or plain SQL, is thereby
also a change that compliance hears of; nobody has to remember to tell it.
"""

import pgtrigger
from django.db import models

from evaluation.watched import COLUMNS
from registry.models import AuditEntry

AREA = "area"  # stands beside the kinds of subject: everything in a place is to be judged again

_ENQUEUE = """
    INSERT INTO evaluation_change (entry_id) SELECT id FROM new_rows WHERE table_name IN ({tables})
    ON CONFLICT (entry_id) DO NOTHING;
    RETURN NULL;
"""


class Change(models.Model):
    """一条待处理的变更: an audit entry whose subjects have not been looked up yet. Gone once they have been."""

    entry_id = models.BigIntegerField("审计记录号", primary_key=True)

    class Meta:
        verbose_name = verbose_name_plural = "待处理变更"

    def __str__(self) -> str:
        return str(self.entry_id)


class Touched(models.Model):
    """待复核对象: a subject to be judged again. Gone in the transaction that judged it."""

    subject_type = models.CharField("对象类型", max_length=20)
    subject_id = models.BigIntegerField("对象号")
    since = models.DateTimeField("变更时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "待复核对象"
        constraints = [models.UniqueConstraint(fields=["subject_type", "subject_id"], name="touched_once")]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}"


class WatchedAudit(AuditEntry):
    """审计记录（合规）: carries the trigger that puts changes of facts into the queue."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = verbose_name_plural = "审计记录（合规）"
        triggers = [
            pgtrigger.Trigger(
                name="compliance_hears",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func=pgtrigger.Func(_ENQUEUE.format(tables=", ".join(f"'{name}'" for name in COLUMNS))),
            )
        ]
