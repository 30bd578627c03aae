"""What each row of a list says: the invitation it asks for, or what is wrong at which cell."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from registry import access
from registry.errors import Refused
from registry.imports import cells
from registry.imports.issues import Issue, Severity, stops
from registry.imports.limits import FileRefused
from registry.imports.reader import Row, SheetReader
from registry.imports.source import Source, open_source
from registry.imports.table import Table, read_table
from registry.models import Assignment, User
from registry.people import reach, units
from registry.people.lists.columns import COLUMNS
from registry.people.lists.limits import LIMITS, ROWS
from registry.people.naming import folded, username_allowed
from registry.roles import ROLES, Role
from registry.telephones import plausible_telephone


@dataclass
class Invitation:
    """One person to be invited, with what is found of him already."""

    row: Row
    username: str
    name: str
    phone: str
    email: str
    role: Role | None = None
    unit: object = None
    start: dt.date | None = None
    end: dt.date | None = None
    known: bool = False  # this very person has this very assignment already

    @property
    def office(self) -> str:
        """Unit and role, as the preview shows them."""
        if self.role is None:
            return ""
        unit = self.unit or ("本系统" if self.role.unit == "system" else "单位不明")
        return f"{unit}·{self.role.label}"


@dataclass
class Reading:
    """A list as it was understood; nothing of it is written yet."""

    invitations: list[Invitation] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    @property
    def new(self) -> list[Invitation]:
        """Those for whom an account would be made."""
        return [one for one in self.invitations if one.row.ok and not one.known]

    @property
    def known(self) -> list[Invitation]:
        """Those who are there already, exactly as the row says."""
        return [one for one in self.invitations if one.row.ok and one.known]

    @property
    def stopped(self) -> bool:
        """True when the list cannot be applied."""
        return stops(self.issues)

    def of(self, *severities: Severity) -> list[Issue]:
        """Findings of these kinds, in the order of the rows."""
        return sorted((one for one in self.issues if one.severity in severities), key=lambda one: one.row)

    @property
    def errors(self) -> list[Issue]:
        """What keeps the list from being applied."""
        return self.of(Severity.ERROR, Severity.DECISION)

    @property
    def warnings(self) -> list[Issue]:
        """What a person should look at."""
        return self.of(Severity.WARNING)


def read(path: str | Path, *, by) -> Reading:
    """Every row and every fault of the file, against the accounts and rights of today. Raises FileRefused."""
    with open_source(path, LIMITS) as source:
        sheet = SheetReader(_table(source))
        rows = []
        for row in sheet.rows():
            if len(rows) == ROWS:
                raise FileRefused("too-many-rows", f"一份名单最多 {ROWS} 人，请分成几份上传。")
            rows.append(row)
        if not rows and not stops(sheet.issues):
            raise FileRefused("no-rows", "表头下面没有人员。请从表头的下一行起，一人一行。")
        return Reading(_Reader(rows, by).invitations(), sheet.issues)


def _table(source: Source) -> Table:
    tables = [read_table(sheet, COLUMNS) for sheet in source.sheets if not sheet.hidden]
    best = max((table for table in tables if table), key=lambda one: len(one.header.fields), default=None)
    if best is None or "username" not in best.header.fields:
        raise FileRefused("no-header", "没有找到“姓名”“账号”“角色”这几列。请下载模板，把人员填进去后上传。")
    return best


class _Reader:
    """The rows of one list, each looked at with what the others and the accounts say."""

    def __init__(self, rows: list[Row], by):
        self.rows, self.by = rows, by
        self.roles = {role.label: role.code for role in reach.roles_grantable(by)}
        self.units = units.Named((cells.text(row.raw.get("unit", ""))[0] for row in rows), by)
        self.accounts = _accounts(folded(cells.text(row.raw.get("username", ""))[0]) for row in rows)
        self.held = _held(self.accounts.values())
        self.seen: dict[str, int] = {}

    def invitations(self) -> list[Invitation]:
        """Each row read on its own, then compared with the people there are."""
        found = [self._invitation(row) for row in self.rows]
        _warn_of_namesakes(found, self.by)
        return found

    def _invitation(self, row: Row) -> Invitation:
        one = Invitation(
            row,
            username=folded(row.text("username", limit=150, required=True)),
            name=row.text("name", limit=60, required=True),
            phone=row.text("phone", limit=30),
            email=row.text("email", limit=254),
            start=row.date("start"),
            end=row.date("end"),
        )
        role = row.word("role", self.roles, required=True)
        one.role = ROLES.get(role)
        self._account(one)
        self._contact(one)
        self._office(one)
        return one

    def _account(self, one: Invitation) -> None:
        if not one.username:
            return
        try:
            username_allowed(one.username)
        except ValidationError as error:
            one.row.note("username", "not-a-username", error.messages[0], "请改正这一格。")
        first = self.seen.setdefault(one.username.lower(), one.row.number)
        if first != one.row.number:
            one.row.note(
                "username",
                "duplicate",
                f"账号“{one.username}”与第 {first} 行相同。",
                "每人一个账号；同一人的第二项任职，请在邀请后到他的页面安排。",
            )

    def _contact(self, one: Invitation) -> None:
        if one.phone:
            try:
                plausible_telephone(one.phone)
            except ValidationError as error:
                one.row.note("phone", "not-a-telephone", error.messages[0], "没有的留空。")
        if one.email:
            try:
                validate_email(one.email)
            except ValidationError:
                one.row.note("email", "not-an-address", f"“{one.email}”不是邮箱地址。", "请核对，或留空。")

    def _office(self, one: Invitation) -> None:
        text = one.row.text("unit", limit=300)
        if one.role:
            try:
                one.unit = units.find(text, one.role.code, self.by, self.units)
            except Refused as refusal:
                one.row.note("unit", "unknown-unit", str(refusal))
            else:
                if not reach.may_grant(self.by, one.role.code, one.unit):
                    message = f"{one.unit or '本系统'}的{one.role.label}不在您的管理范围内。"
                    one.row.note("unit", "outside-reach", message, "请由上级单位管理员或安全管理员邀请。")
        self._is_there(one)
        today = timezone.localdate()
        if one.start and one.start < today and not one.known:
            one.row.note(
                "start", "in-the-past", "任职不能从过去的日期开始。", "请填今天或以后的日期，或留空。"
            )
        if one.end and one.end < max(one.start or today, today) and not one.known:
            one.row.note("end", "dates-out-of-order", "最后一天早于第一天，或已经过去。", "请核对两个日期。")

    def _is_there(self, one: Invitation) -> None:
        """The same account again: unchanged when the row says what is so already, else taken."""
        account = self.accounts.get(one.username.lower()) if one.username else None
        if account is None:
            return
        same = account.username == one.username and account.name == one.name
        if same and one.role and (account.pk, one.role.code, *_key(one.unit)) in self.held:
            one.known = True
            return
        one.row.note(
            "username",
            "taken",
            f"账号“{one.username}”已有人使用。",
            "是同一人的，请在他的页面安排任职；不是的，请换一个账号。",
        )


def _key(unit) -> tuple[str | None, int | None]:
    return access.kind_of(unit), getattr(unit, "pk", None)


def _accounts(usernames: Iterable[str]) -> dict[str, User]:
    wanted = {username.lower() for username in usernames if username}
    rows = User.objects.annotate(lower=Lower("username")).filter(lower__in=wanted)
    return {row.username.lower(): row for row in rows.order_by("pk")}


def _held(accounts: Iterable[User]) -> set[tuple]:
    """(person, role, kind and id of the unit) of the assignments that hold or are still to begin."""
    rows = Assignment.objects.filter(user__in=list(accounts)).filter(
        Q(during__upper_inf=True) | Q(during__endswith__gt=timezone.localdate())
    )
    rows = rows.select_related("authority", "institution").order_by("pk")
    return {(row.user_id, row.role, *_key(row.unit)) for row in rows}


def _warn_of_namesakes(found: list[Invitation], by) -> None:
    """Somebody of the same name and telephone may be the same person under another account."""
    names = {one.name for one in found if one.name and not one.known}
    people = defaultdict(list)
    for person in reach.visible_to(by).filter(name__in=names, is_active=True).order_by("pk"):
        people[person.name].append(person)
    first: dict[tuple[str, str], int] = {}
    for one in found:
        if not one.name or one.known:
            continue
        others = [p for p in people[one.name] if p.username.lower() != one.username.lower()]
        same = [p for p in others if one.phone and p.phone == one.phone] or others
        if same:
            accounts = "、".join(p.username for p in same[:3])
            one.row.warn(
                "name",
                "namesake",
                f"已有同名人员“{one.name}”（账号 {accounts}）。",
                "是同一人的，请删去这一行，到他的页面安排任职。",
            )
        earlier = first.setdefault((one.name, one.phone), one.row.number) if one.phone else one.row.number
        if earlier != one.row.number:
            one.row.warn(
                "name", "twice", f"与第 {earlier} 行姓名、电话都相同，账号不同。", "请核对是否重复。"
            )
