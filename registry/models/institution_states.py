"""Whether an institution was open on a day gone by (某日是否开业), as a condition on many of them at once.

The same answer as the page of one institution gives (registry/as_of.py): a closing or reopening counts from its own
date, any other change of the state from the day on which it was entered, and what was entered first holds before it.
Each institution costs one look at its own audit, so the condition is for days gone by alone.
"""

from django.apps import apps
from django.db.models import DateField, Exists, F, OuterRef, Q, Subquery, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact


def founded_by(day) -> Q:
    """Founded by a day, or on no day that is known."""
    return Q(founded_on__isnull=True) | Q(founded_on__lte=day)


def was_open(day) -> Q:
    """Founded and 开业 on a day gone by."""
    entries = apps.get_model("registry", "AuditEntry").objects.filter(table_name="registry_institution")
    later = entries.filter(row_id=Cast(OuterRef("pk"), TextField()), at__date__gt=day)
    begins = Cast(Coalesce(KT("after__closed_on"), KT("after__reopened_on")), DateField())
    dated = entries.filter(row_id=OuterRef("row_id"), pk__gte=OuterRef("pk")).alias(begins=begins)
    undone = later.filter(~Exists(dated.filter(begins__lte=day)), before__has_key="status").order_by("pk")
    then = Coalesce(
        Subquery(undone.values_list(KT("before__status"))[:1]), F("status"), output_field=TextField()
    )
    return founded_by(day) & Q(Exact(then, "open"))
