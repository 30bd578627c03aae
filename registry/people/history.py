"""What became of a person's rights and account, told from the audit (权限变更记录)."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from registry.models import AccountLink, AuditEntry, Authority, Institution, User
from registry.roles import ROLES

SHOWN = 100
ASSIGNMENTS, ACCOUNTS, LINKS = "registry_assignment", "registry_user", "registry_accountlink"
TELEPHONES, BACKUP_CODES = "otp_totp_totpdevice", "otp_static_staticdevice"
_TOLD = {"is_active", "name", "phone", "email", "is_superuser", "username"}


@dataclass(frozen=True)
class Line:
    """One change: when, by whom, what, why."""

    at: dt.datetime
    who: str
    what: str
    reason: str


def entries(person: User) -> list[AuditEntry]:
    """The latest entries about the person's account, links and assignments, newest first."""
    pk = person.pk
    of_person = Q(after__user_id=pk) | Q(before__user_id=pk)
    rows = AuditEntry.objects.filter(table_name=ASSIGNMENTS)
    assigned = rows.filter(of_person).values("row_id")
    found = [
        *rows.filter(row_id__in=assigned).order_by("-pk")[:SHOWN],
        *AuditEntry.objects.filter(table_name=ACCOUNTS, row_id=str(pk))
        .filter(Q(action="INSERT") | Q(after__has_any_keys=sorted(_TOLD)))
        .order_by("-pk")[:SHOWN],
        *AuditEntry.objects.filter(
            table_name=LINKS,
            row_id__in=[str(link) for link in person.links.order_by("pk").values_list("pk", flat=True)],
        ).order_by("-pk")[:SHOWN],
        *AuditEntry.objects.filter(of_person, table_name=BACKUP_CODES, action="INSERT").order_by("-pk")[
            :SHOWN
        ],
        *_of_telephones(of_person),
    ]
    return sorted(found, key=lambda entry: -entry.pk)[:SHOWN]


def _of_telephones(of_person: Q) -> list[AuditEntry]:
    """Put into use and taken away; not the count that each use leaves."""
    rows = AuditEntry.objects.filter(table_name=TELEPHONES)
    owned = rows.filter(of_person).values("row_id")
    used = Q(action="UPDATE", after__confirmed=True) | Q(action="DELETE", before__confirmed=True)
    return list(rows.filter(used, row_id__in=owned).order_by("-pk")[:SHOWN])


def told(person: User) -> list[Line]:
    """The history in words."""
    found = entries(person)
    people = dict(
        User.objects.filter(pk__in={entry.actor_id for entry in found})
        .order_by("pk")
        .values_list("pk", "name")
    )
    narrator = _Narrator(person, found)
    lines = []
    for entry in found:
        if what := narrator.words(entry):
            who = people.get(entry.actor_id, "系统")
            lines.append(Line(entry.at, who, what, str(entry.context.get("reason", ""))))
    return lines


class _Narrator:
    def __init__(self, person: User, found: list[AuditEntry]):
        values = [part for entry in found for part in (entry.before, entry.after) if part]
        # An update keeps only what changed: role and unit stand in the entry of the row's beginning or end.
        self._rows = {
            entry.row_id: entry.after if entry.action == "INSERT" else entry.before
            for entry in found
            if entry.table_name == ASSIGNMENTS and entry.action != "UPDATE"
        }
        for row in person.assignments.order_by("pk").values("pk", "role", "authority_id", "institution_id"):
            self._rows[str(row["pk"])] = row
            values.append(row)
        self._authorities = _names(Authority, {part.get("authority_id") for part in values})
        self._institutions = _names(Institution, {part.get("institution_id") for part in values})

    def words(self, entry: AuditEntry) -> str:
        """The entry in words; nothing when it is of no interest."""
        if entry.table_name == ASSIGNMENTS:
            return self._assignment(entry)
        words = {ACCOUNTS: _account, LINKS: _link, TELEPHONES: _telephone, BACKUP_CODES: _backup_codes}
        return words[entry.table_name](entry)

    def _assignment(self, entry: AuditEntry) -> str:
        row = self._rows.get(entry.row_id) or {}
        role = ROLES.get(row.get("role", ""))
        unit = self._authorities.get(row.get("authority_id")) or self._institutions.get(
            row.get("institution_id")
        )
        office = f"{unit or '本系统'}·{role.label if role else row.get('role', '任职')}"
        if entry.action == "DELETE":
            return f"取消任职：{office}"
        period = _period((entry.after or {}).get("during", ""))
        return f"{'安排任职' if entry.action == 'INSERT' else '改变任职期间'}：{office}，{period}"


def _names(model, pks: set) -> dict:
    return dict(model.objects.filter(pk__in=pks - {None}).order_by("pk").values_list("pk", "name"))


def _period(text: str) -> str:
    """A range as PostgreSQL writes it: [from,to), with the day after the last."""
    first, _, after = text.strip("[)").partition(",")
    last = dt.date.fromisoformat(after) - dt.timedelta(days=1) if after else None
    return f"{first} 至 {last}" if last else f"{first} 起"


def _account(entry: AuditEntry) -> str:
    after = entry.after or {}
    if entry.action == "INSERT":
        return "建立账户"
    if "is_active" in after:
        return "重新启用账户" if after["is_active"] else "停用账户"
    labels = [str(User._meta.get_field(name).verbose_name) for name in sorted(_TOLD & after.keys())]
    return f"修改{'、'.join(labels)}" if labels else ""


def _link(entry: AuditEntry) -> str:
    after = entry.after or {}
    if entry.action == "INSERT":
        return f"生成一次性链接（{AccountLink.Purpose(after['purpose']).label}）"
    if "used_at" in after:
        return "凭一次性链接设置了密码"
    return "一次性链接作废" if "withdrawn_at" in after else ""


def _telephone(entry: AuditEntry) -> str:
    return "取消第二步验证的手机" if entry.action == "DELETE" else "启用第二步验证的手机"


def _backup_codes(entry: AuditEntry) -> str:
    return "生成备用码"
