"""Searching the audit (审计查询): by person, record, period and import batch; every condition has an index."""

import datetime as dt
import hashlib
import json
from functools import cache

from django import forms
from django.apps import apps
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT
from django.utils import timezone

from registry.auditing.words import detail_words, subject_words, value_words
from registry.models import AccessLog, AuditEntry, User
from registry.plausible import PLAUSIBLE_DAY

MOST_PEOPLE = 200
# What a record of a confidential table still shows: keys, versions, counts, answers of yes and no, and times.
_BOOKKEEPING = (models.AutoField, models.IntegerField, models.BooleanField, models.DateTimeField)


@cache
def tables() -> dict[str, str]:
    """Names of the audited tables by table."""
    audited = [
        m
        for m in apps.get_models()
        if any(t.name == "audit_insert" for t in getattr(m._meta, "triggers", ()))
    ]
    names = {model._meta.db_table: str(model._meta.verbose_name) for model in audited}
    return dict(sorted(names.items(), key=lambda pair: pair[1]))


def people_like(text: str) -> list[int]:
    """Ids of the people of that name or account."""
    rows = User.objects.filter(Q(name__icontains=text) | Q(username__iexact=text))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])


class Period(forms.Form):
    """Who, and from which day to which."""

    who = forms.CharField(label="操作人姓名或账号", required=False, max_length=60)
    start = forms.DateField(
        label="自",
        required=False,
        validators=PLAUSIBLE_DAY,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    end = forms.DateField(
        label="至",
        required=False,
        validators=PLAUSIBLE_DAY,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def condition(self, person: str) -> Q:
        """As a condition on rows with `at` and the person's column; what is not understood is left out."""
        self.is_valid()
        given, condition = self.cleaned_data, Q()
        if who := given.get("who", "").strip():
            condition &= Q(**{f"{person}__in": people_like(who)})
        if start := given.get("start"):
            condition &= Q(at__gte=_midnight(start))
        if end := given.get("end"):
            condition &= Q(at__lt=_midnight(end + dt.timedelta(days=1)))
        return condition

    def order(self) -> tuple[str, ...]:
        """Newest first. In a period by time: by number, all that is newer than the period would be walked first."""
        self.is_valid()
        dated = self.cleaned_data.get("start") or self.cleaned_data.get("end")
        return ("-at", "-id") if dated else ("-id",)


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


class AuditFilter(Period):
    """Bound to the query string."""

    table = forms.ChoiceField(label="数据", required=False)
    row = forms.CharField(label="记录号", required=False, max_length=40)
    batch = forms.IntegerField(label="导入批次", required=False, min_value=1, max_value=2**62)

    field_order = ["who", "table", "row", "batch", "start", "end"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["table"].choices = [("", ""), *tables().items()]
        self.fields["batch"].widget = forms.TextInput(attrs={"inputmode": "numeric"})

    def narrow(self, entries):
        """The entries that fit."""
        entries = entries.filter(self.condition("actor"))
        given = self.cleaned_data
        if given.get("table"):
            entries = entries.filter(table_name=given["table"])
        if row := given.get("row", "").strip():
            if not given.get("table"):
                # All there are: the index begins with the table.
                entries = entries.filter(table_name__in=tables())
            entries = entries.filter(row_id=row)
        if given.get("batch"):
            entries = entries.annotate(batch=KT("context__batch"))
            entries = entries.filter(context__has_key="batch", batch=str(given["batch"]))
        return entries


class ReadsFilter(Period):
    """Bound to the query string."""

    kind = forms.ChoiceField(label="类别", required=False, choices=[("", ""), *AccessLog.Kind.choices])
    subject = forms.CharField(label="对象", required=False, max_length=120)

    field_order = ["who", "kind", "subject", "start", "end"]

    def narrow(self, rows):
        """The rows that fit."""
        rows = rows.filter(self.condition("user"))
        given = self.cleaned_data
        if given.get("kind"):
            rows = rows.filter(kind=given["kind"])
        if subject := given.get("subject", "").strip():
            rows = rows.filter(subject__startswith=subject)
        return rows


def name_people(rows: list, column: str) -> None:
    """Give each row the name of its person as `who`; the entry outlives the account. One query."""
    ids = {getattr(row, column) for row in rows} - {None}
    names = dict(User.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "name"))
    for row in rows:
        pk = getattr(row, column)
        row.who = names.get(pk, f"已删除的账户 {pk}" if pk else "系统")


def word_reads(rows: list[AccessLog]) -> None:
    """Give each row its object and its remark in words, as `what` and `about`."""
    for row in rows:
        row.what, row.about = subject_words(row.subject), detail_words(row)


def label_tables(entries: list[AuditEntry]) -> None:
    """Give each entry the name of its table as `table` and its reason as `reason`."""
    for entry in entries:
        entry.table = tables().get(entry.table_name, entry.table_name)
        entry.reason = str(entry.context.get("reason", ""))
        entry.columns = "、".join(titles(entry.table_name, list(entry.after or entry.before or {})[:4]))


@cache
def _model(table: str):
    return next((m for m in apps.get_models() if m._meta.db_table == table), None)


@cache
def _fields(table: str) -> dict[str, models.Field]:
    model = _model(table)
    return {field.column: field for field in model._meta.concrete_fields} if model else {}


def titles(table: str, columns: list[str]) -> list[str]:
    """What people call these columns."""
    fields = _fields(table)
    return [str(fields[column].verbose_name) if column in fields else column for column in columns]


def differences(entry: AuditEntry) -> list[tuple[str, object, object]]:
    """Column by column: title, before, after. Of what a hospital or a reviewer wrote, only a digest (see :func:`shown`)."""
    before, after = entry.before or {}, entry.after or {}
    columns = list(dict.fromkeys([*after, *before]))
    return [
        (title, *(shown(entry.table_name, column, side.get(column)) for side in (before, after)))
        for column, title in zip(columns, titles(entry.table_name, columns), strict=True)
    ]


def shown(table: str, column: str, value: object) -> object:
    """A value as the auditor reads it: choices in words; in a model that says ``confidential``, content as a digest.

    Who did what and when, states, numbers and references stay readable; the digest shows whether two contents are
    the same without telling them.
    """
    field = _fields(table).get(column)
    if field is not None and field.choices and isinstance(value, str | int):
        return dict(field.flatchoices).get(value, value)
    bookkeeping = field is not None and (field.is_relation or isinstance(field, _BOOKKEEPING))
    if bookkeeping or value in (None, "", [], {}) or not getattr(_model(table), "confidential", False):
        return value_words(field, value)
    digest = hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return f"内容不显示（摘要 {digest[:12]}）"
