"""Acts on a list of people (人员名单): send it, invite all of it or nobody, let it be, make its links anew."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from registry import access, access_log, audit
from registry.errors import Refused
from registry.imports.container import guard
from registry.models import StaffList, StaffListEntry, User
from registry.people import finding, links, reach, service
from registry.people.lists import rows
from registry.people.lists.limits import LIMITS

State = StaffList.State


@dataclass(frozen=True)
class Link:
    """A link as it is shown once; `token` is kept nowhere."""

    person: User
    token: str


def _locked(pk: int, by, *states: str) -> StaffList:
    """One's own list, locked, in one of the states; permitted."""
    if not access.may(by, reach.EVERYWHERE):
        access.require(by, reach.UNIT)
    found = StaffList.objects.select_for_update().visible_to(by).get(pk=pk)
    if found.state not in states:
        raise Refused(f"这份名单{found.get_state_display()}，请刷新页面。")
    return found


@transaction.atomic
def send(file: File, *, by) -> StaffList:
    """Keep a list to look at before anybody is invited. Raises FileRefused for what cannot be read."""
    if not access.may(by, reach.EVERYWHERE):
        access.require(by, reach.UNIT)
    with NamedTemporaryFile(suffix=".upload") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        kind = guard(copy.name, LIMITS)
        rows.read(copy.name, by=by)
        copy.seek(0)
        digest = hashlib.file_digest(copy, "sha256").hexdigest()
        kept = StaffList(file_name=Path(file.name or "").name[-255:], sha256=digest, sent_by=by)
        kept.file.save(f"{digest[:16]}.{kind}", File(copy), save=False)
    with audit.acting(by, reason="上传人员名单"):
        kept.save()
    return kept


def read(staff_list: StaffList) -> rows.Reading:
    """The list as it would be applied now. Raises Refused when the kept file is gone."""
    try:
        return rows.read(staff_list.file.path, by=staff_list.sent_by)
    except FileNotFoundError:
        raise Refused("保存的文件已经不在了，请放弃这份名单后重新上传。") from None


@transaction.atomic
def apply(pk: int, *, by) -> list[Link]:
    """邀请: an account, an assignment and a link for everybody on the list, or nothing at all."""
    kept = _locked(pk, by, State.OPEN)
    reading = read(kept)
    if reading.stopped:
        raise Refused(f"名单还有 {len(reading.errors)} 处错误，没有邀请任何人。请改正后重新上传。")
    if not reading.new:
        raise Refused("名单上的人都已经在人员中，没有需要邀请的。")
    made, entries = [], []
    with audit.acting(by, reason=f"按名单邀请人员（{kept.file_name}）"[:300]):
        for one in reading.new:
            person, token = _invite(one, by)
            made.append(Link(person, token))
            entries.append(StaffListEntry(staff_list=kept, row=one.row.number, person=person))
        StaffListEntry.objects.bulk_create(entries)
        kept.applied_at = timezone.now()
        _finish(kept, State.APPLIED)
    access_log.exported(by, kept, f"查看 {len(made)} 条一次性链接")
    return made


def _invite(one: rows.Invitation, by) -> tuple[User, str]:
    try:
        return service.invite(
            username=one.username,
            name=one.name,
            phone=one.phone,
            email=one.email,
            role=one.role.code,
            unit=one.unit,
            start=one.start,
            end=one.end,
            by=by,
        )
    except Refused as refusal:
        raise Refused(f"第 {one.row.number} 行：{refusal}没有邀请任何人。") from None


def _finish(kept: StaffList, state: str) -> None:
    """The file goes with the state: it holds telephone numbers that the accounts now have."""
    storage, name = kept.file.storage, kept.file.name
    kept.state, kept.file = state, ""
    kept.save(update_fields=["state", "file", "applied_at"])
    transaction.on_commit(lambda: storage.delete(name))


@transaction.atomic
def discard(pk: int, *, by) -> StaffList:
    """放弃: nobody is invited and the file is deleted."""
    kept = _locked(pk, by, State.OPEN)
    with audit.acting(by, reason="放弃人员名单"):
        _finish(kept, State.DISCARDED)
    return kept


def waiting(staff_list: StaffList):
    """Those of the list who have not set a password yet."""
    people = User.objects.filter(staff_list_entry__staff_list=staff_list, is_active=True)
    return people.filter(password__startswith=finding.UNUSABLE).order_by("staff_list_entry__row")


@transaction.atomic
def links_anew(pk: int, *, by) -> list[Link]:
    """New links for everybody of the list who has not set a password yet; the earlier ones are void."""
    kept = _locked(pk, by, State.APPLIED)
    people = [person for person in waiting(kept) if not reach.why_not(by, person)]
    if not people:
        raise Refused("名单上的人都已设置密码，或已不归您管理。")
    made = [Link(*service.new_link(person.pk, by=by)) for person in people]
    access_log.exported(by, kept, f"重新生成 {len(made)} 条一次性链接")
    return made


def still_open(tokens: list[str], *, by) -> list[Link]:
    """The links, of those made by this person, that these tokens still open; in the order of the tokens."""
    found = links.open_links(tokens, by=by)
    return [Link(found[token].person, token) for token in dict.fromkeys(tokens) if token in found]
