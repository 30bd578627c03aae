"""What a registered change or end writes into the register (变更、终止入册), as of the day on which it takes effect."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from filing import changes, lifted, routing
from filing.declared import write_declarations
from filing.models import Filing, FilingMember
from grids import services as grids
from registry.errors import Refused
from registry.models import Consortium, Lead, Membership

ONE_DAY = dt.timedelta(days=1)
IN_FORM = {"A.closeness": "closeness", "D.council_chair": "council_chair"}


def write_change(filing: Filing, consortium: Consortium, *, by) -> None:
    """Apply what the change says otherwise than the register had it; the rest of the register is left alone."""
    now = changes.register_items(filing, consortium)
    mine = changes.proposed_items(filing)
    delta = changes.changed(filing.base, mine)
    _refuse_conflicts(filing)
    delta = {key: value for key, value in delta.items() if now.get(key) != value}
    if not delta:
        raise Refused("名录已经是变更后的样子，没有可以登记的改动。请退回申报单位撤回。")
    marks = lifted.marks_to_keep(filing)
    _columns(filing, consortium, delta)
    if changes.LEAD in delta:
        _change_lead(filing, consortium)
    for key, value in delta.items():
        if key.startswith(changes.MEMBER):
            _change_member(filing, consortium, int(key[len(changes.MEMBER) :]), value, now.get(key))
    _change_grids(filing, consortium, delta, by)
    write_declarations(filing, consortium, by=by)
    lifted.write(marks, consortium)


def _refuse_conflicts(filing: Filing) -> None:
    if found := changes.conflicts(filing):
        words = "；".join(
            f"{d.label}：名录现为“{d.now or '无'}”，本件改为“{d.after or '无'}”" for d in found[:5]
        )
        raise Refused(
            f"申报以后名录又有改动，与本件冲突：{words}。请退回申报单位，由其按现行名录更新后重新提交。"
        )


def _columns(filing: Filing, consortium: Consortium, delta: dict[str, Any]) -> None:
    fields = ["version"]
    consortium.version += 1
    for key, column in IN_FORM.items():
        if key in delta:
            setattr(consortium, column, delta[key] or "")
            fields.append(column)
    if changes.NAME in delta:
        consortium.name = delta[changes.NAME]
        fields.append("name")
    if changes.LEAD in delta:
        consortium.division = filing.lead.division
        consortium.authority = routing.route(filing.lead).authority
        fields += ["division", "authority"]
    try:
        with transaction.atomic():
            consortium.save(update_fields=fields)
    except IntegrityError:
        raise Refused(
            f"{consortium.division}已有名为“{consortium.name}”的医联体，不能改用这个名称。"
        ) from None


def _change_lead(filing: Filing, consortium: Consortium) -> None:
    on = filing.effective_on
    held = consortium.leads.filter(during__contains=on).first()
    old = held.institution_id if held else None
    end_rows(consortium.leads.all(), on)
    Lead.objects.create(consortium=consortium, institution=filing.lead, during=(on, None))
    end_rows(consortium.memberships.filter(institution=filing.lead), on)
    stays = filing.sections.get(key="A").content.get("old_lead_stays") == "member"
    listed = filing.members.filter(institution=old).exists()
    if stays and old and not listed:
        Membership.objects.create(consortium=consortium, institution_id=old, during=(on, None))


def end_rows(rows, on: dt.date) -> None:
    """Dated rows of the register end the day before; one that would begin later goes (the audit keeps it)."""
    for row in rows:
        start, end = row.during.lower, row.during.upper
        if end is not None and end <= on:
            continue
        if start is not None and start >= on:
            row.delete()
        else:
            row.during = (start, on)
            row.save(update_fields=["during"])


def _change_member(
    filing: Filing, consortium: Consortium, institution: int, wish: list | None, now: list | None
) -> None:
    """Join, leave, or change a member's line. Another role begins on the day of the change; dates are put right."""
    rows = consortium.memberships.filter(institution=institution).order_by("during")
    on = filing.effective_on
    if wish is None:
        end_rows(rows, on)
        return
    said = filing.members.get(institution=institution)
    if now is None or wish[0] != now[0]:
        end_rows(rows, on)
        start = (said.joined_on if now is None else None) or on
        _join(consortium, said, start)
        return
    row = rows.last()
    row.during = (said.joined_on or row.during.lower, said.left_on + ONE_DAY if said.left_on else None)
    row.remote_enabled_on = said.remote_enabled_on
    _save_named(row, said)


def _join(consortium: Consortium, said: FilingMember, start: dt.date) -> None:
    end = said.left_on + ONE_DAY if said.left_on else None
    if end and end <= start:
        raise Refused(f"“{said.institution}”的退出日期早于变更生效日期 {start}，请核对。")
    row = Membership(
        consortium=consortium, institution_id=said.institution_id, role=said.role, during=(start, end),
        remote_enabled_on=said.remote_enabled_on,
    )  # fmt: skip
    _save_named(row, said)


def _save_named(row: Membership, said: FilingMember) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(f"“{said.institution}”在这些日子已经是成员单位，请核对加入和退出日期。") from None


def _change_grids(filing: Filing, consortium: Consortium, delta: dict[str, Any], by) -> None:
    wishes = {
        int(key[len(changes.GRID) :]): value for key, value in delta.items() if key.startswith(changes.GRID)
    }
    gone = [pk for pk, value in wishes.items() if not value]
    come = [pk for pk, value in wishes.items() if value]
    if gone:
        grids.release_filed(consortium, gone, on=filing.effective_on, by=by)
    if "A.specialty_focus" in delta:
        consortium.specialty_focus = delta["A.specialty_focus"] or ""
        consortium.save(update_fields=["specialty_focus"])
        grids.settle_focus(consortium, by=by)
    if come:
        grids.assign_filed(consortium, come, start=filing.effective_on, authority=filing.authority, by=by)


def write_close(filing: Filing, consortium: Consortium, *, by) -> None:
    """终止: from the day on the consortium, its lead, its members and its responsibilities exist no longer."""
    if consortium.closed_on:
        raise Refused(f"“{consortium}”已于 {consortium.closed_on} 终止。")
    on = filing.effective_on
    if waiting := changes.in_the_way_of_the_end(filing):
        raise Refused(f"{waiting}。")
    grids.end_all_of(consortium, on=on, by=by)
    end_rows(consortium.leads.all(), on)
    end_rows(consortium.memberships.all(), on)
    consortium.closed_on = on
    consortium.version += 1
    consortium.save(update_fields=["closed_on", "version"])
