"""What the log of reads and the audit say in codes (审计用语), in the words of the screens."""

import datetime as dt
import json
import re
from urllib.parse import unquote_plus

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from registry.models import AccessLog, Authority, Institution
from registry.roles import ROLES

DETAILS = {"workbench": "审查页面", "form": "备案表", "notice": "通知书", "receipt": "备案回执"}
SYSTEM = {
    "operate_system": "查看后台任务和运行状态",
    "manage_users": "管理人员与任职",
    "read_audit": "查看审计记录",
}
PERIOD = re.compile(r'^\[("?)(?P<start>[\d-]*)\1,("?)(?P<end>[\d-]*)\3\)$')


def subject_words(subject: str) -> str:
    """`filing.filing:16` as 备案 16; what is no record of ours stays as it is."""
    label, _, pk = subject.partition(":")
    if label == "system":
        return "本系统"
    try:
        name = str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return subject
    return f"{name} {pk}".strip()


def detail_words(row: AccessLog) -> str:
    """The act that was refused, the page that was read, or the conditions of a list that was taken out."""
    if row.kind == AccessLog.Kind.REFUSED:
        permission, _, role = row.detail.partition(":")
        allowed = dict(Authority._meta.permissions) | dict(Institution._meta.permissions) | SYSTEM
        words = str(allowed.get(permission, permission))
        return f"{words}（{ROLES[role].label}）" if role in ROLES else words
    if step := re.fullmatch(r"proof (\d+)", row.detail):
        return f"整改佐证 {step[1]}"
    if re.match(r"\w+=", row.detail):
        return f"清单，条件 {unquote_plus(row.detail)}"
    return DETAILS.get(row.detail, row.detail)


def value_words(field: models.Field | None, value: object) -> object:
    """A stored value as a person reads it: moments in the product's time zone, periods with their last day."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False) if value else "—"
    if not isinstance(value, str):
        return value
    if isinstance(field, models.DateTimeField) and (moment := parse_datetime(value)):
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if timezone.is_aware(moment) else value
    if field is not None and field.get_internal_type() == "DateRangeField" and (found := PERIOD.match(value)):
        start, end = found["start"], found["end"]
        if not end:
            return f"{start} 起"
        last = dt.date.fromisoformat(end) - dt.timedelta(days=1)
        return f"{start} 至 {last}".strip()
    return value
