"""How each kind of filing begins (各类备案的开始): what it is about, and what it finds filled in."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from filing import changes, editing, routing
from filing.models import Filing, FilingEvent, FilingMember, FilingSection
from filing.sections import SECTIONS
from registry import access
from registry.errors import Refused
from registry.models import Consortium, Institution

P = Filing.Part
CONTACT = ("contact", "contact_phone", "contact_email")


def _about(consortium_id: int, by) -> tuple[Consortium, Institution]:
    """The registered consortium, locked, with the hospital that leads it today and for which this person files."""
    consortium = Consortium.objects.select_for_update(of=("self",)).get(pk=consortium_id)
    if consortium.closed_on:
        raise Refused(f"“{consortium}”已于 {consortium.closed_on} 终止，不能再申报变更或终止。")
    lead = (
        consortium.leads.filter(during__contains=timezone.localdate()).select_related("institution").first()
    )
    if lead is None or lead.institution is None:
        raise Refused(f"“{consortium}”目前没有登记牵头医院，不能在线申报，请联系备案机关。")
    access.require(by, "edit_filing", lead.institution)
    return consortium, lead.institution


def _begin(filing: Filing, contents: dict[str, dict], *, by, note: str = "") -> Filing:
    filing.save()
    FilingSection.objects.bulk_create(
        FilingSection(filing=filing, key=section.key, content=contents.get(section.key, {}))
        for section in SECTIONS
    )
    FilingEvent.objects.create(filing=filing, action="start", to_status=filing.status, note=note, by=by)
    return filing


def _of(consortium: Consortium, lead: Institution, kind: str, by) -> Filing:
    return Filing(
        kind=kind,
        applicant=lead,
        lead=lead,
        consortium=consortium,
        authority=consortium.authority or routing.route(lead).authority,
        name=consortium.name,
        consortium_kind=consortium.kind,
        founded_on=consortium.founded_on,
        created_by=by,
    )


@transaction.atomic
def start_change(consortium_id: int, parts: Iterable[str], *, by) -> Filing:
    """发起变更: filled in as the register stands today. Others may be open; what they share is shown, not refused."""
    consortium, lead = _about(consortium_id, by)
    filing = _of(consortium, lead, Filing.Kind.CHANGE, by)
    filing.parts = [part for part in P.values if part in set(parts)]
    if not filing.parts:
        raise Refused("请选择至少一项变更内容。")
    filing.base = changes.register_items(filing, consortium)
    contents = _contents(filing, changes.asked_answers(consortium))
    _begin(filing, contents, by=by)
    _bring_members(filing, filing.base)
    return filing


def _contents(filing: Filing, before: dict) -> dict[str, dict]:
    """The answers of the register in the sections of the form, and the contact of the last filing."""
    contents: dict[str, dict] = {}
    for key, value in filing.base.items():
        section, dot, name = key.partition(".")
        if dot and key not in (changes.NAME, changes.LEAD):
            contents.setdefault(section, {})[name] = value
    grids = [int(key[len(changes.GRID) :]) for key in filing.base if key.startswith(changes.GRID)]
    if grids:
        contents.setdefault("A", {})["grid_ids"] = grids
    for name in CONTACT:
        if value := before.get(f"B.{name}"):
            contents.setdefault("B", {})[name] = value
    return contents


def _bring_members(filing: Filing, items: dict) -> None:
    rows = []
    for key, value in items.items():
        if key.startswith(changes.MEMBER):
            role, joined, last, remote = value
            rows.append(
                FilingMember(
                    filing=filing,
                    institution_id=int(key[len(changes.MEMBER) :]),
                    role=role,
                    joined_on=_day(joined),
                    left_on=_day(last),
                    remote_enabled_on=_day(remote),
                )
            )
    FilingMember.objects.bulk_create(rows)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


class EndUnderWay(Refused):
    """The end of this consortium has been begun already; ``filing`` is where it goes on."""

    def __init__(self, filing: Filing):
        super().__init__(
            f"“{filing.consortium}”的终止已经在办（{filing.case_number}{'，' if filing.case_number else ''}{filing.status_label}），请继续办理这一件；"
            "不再终止的，先撤回它。"
        )
        self.filing = filing


@transaction.atomic
def start_close(consortium_id: int, *, by) -> Filing:
    """申请终止; one consortium ends once, so a second one leads to the first. Raises EndUnderWay."""
    consortium, lead = _about(consortium_id, by)
    ends = consortium.filings.filter(kind=Filing.Kind.CLOSE, status__in=Filing.OPEN).select_related(
        "consortium"
    )
    if under_way := ends.filter(applicant=lead).order_by("pk").first():
        raise EndUnderWay(under_way)
    before = changes.asked_answers(consortium)
    contact = {name: value for name in CONTACT if (value := before.get(f"B.{name}"))}
    return _begin(_of(consortium, lead, Filing.Kind.CLOSE, by), {"B": contact}, by=by)


@transaction.atomic
def start_approval(*, applicant: Institution, by) -> Filing:
    """申请组建审查: only where the place's documents ask for it (芜湖四（五）), before the alliance is founded."""
    access.require(by, "edit_filing", applicant)
    route = routing.route_approval(applicant)
    if route.authority is None:
        raise Refused(route.reason)
    filing = Filing(
        kind=Filing.Kind.APPROVAL,
        applicant=applicant,
        lead=applicant,
        authority=route.authority,
        consortium_kind=Consortium.Kind.SPECIALTY_ALLIANCE,
        created_by=by,
    )
    return _begin(filing, {}, by=by)


NOT_CARRIED = {"F": ("handler", "truthful")}  # who vouches for the filing says so anew


@transaction.atomic
def start_from_approval(approval_id: int, *, by) -> Filing:
    """组建备案: starts from what was approved, with its answers, members and files."""
    approval = Filing.objects.select_for_update(of=("self",)).select_related("applicant").get(pk=approval_id)
    access.require(by, "edit_filing", approval.applicant or "filing")
    if approval.kind != Filing.Kind.APPROVAL or approval.status != Filing.Status.REGISTERED:
        raise Refused("组建申请还没有得到同意，不能据此备案。")
    known = approval.establishments.exclude(
        status__in=[Filing.Status.WITHDRAWN, Filing.Status.REFUSED]
    ).first()
    if known:
        raise Refused(f"已经据这件审查建立了备案“{known}”（{known.status_label}），请继续办理那一件。")
    filing = Filing(
        kind=Filing.Kind.ESTABLISH,
        applicant=approval.applicant,
        lead=approval.lead,
        name=approval.name,
        consortium_kind=approval.consortium_kind,
        approval=approval,
        created_by=by,
    )
    editing.set_route(filing)
    contents = {
        section.key: {k: v for k, v in section.content.items() if k not in NOT_CARRIED.get(section.key, ())}
        for section in approval.sections.all()
    }
    _begin(filing, contents, by=by, note=f"据组建审查 {approval.registration_number}")
    for member in approval.members.order_by("pk"):
        member.pk, member.filing = None, filing
        member.save(force_insert=True)
    for material in approval.materials.filter(removed_at=None).order_by("pk"):
        material.pk, material.filing = None, filing
        material.save(force_insert=True)
    return filing


@transaction.atomic
def follow_register(filing_id: int, *, by) -> Filing:
    """按现行名录更新: what this change leaves alone follows the register; its own wishes now stand against today's."""
    filing = editing.editable(filing_id, by=by)
    if filing.kind != Filing.Kind.CHANGE:
        raise Refused("只有变更备案需要按现行名录更新。")
    now, mine = changes.register_items(filing, filing.consortium), changes.proposed_items(filing)
    wishes = changes.changed(filing.base, mine)
    target = now | {key: value for key, value in wishes.items() if value is not None}
    target = {key: value for key, value in target.items() if key not in wishes or wishes[key] is not None}
    filing.base = now
    filing.name = target.get(changes.NAME, filing.name)
    filing.lead_id = target.get(changes.LEAD, filing.lead_id)
    filing.save(update_fields=["base"])
    editing.keep(filing, ["name", "lead"])
    _write_items(filing, mine, target, by)
    return filing


def _write_items(filing: Filing, mine: dict, target: dict, by) -> None:
    """Bring the rows of the form from what they said to what they are to say."""
    differing = changes.changed(mine, target)
    members = {key: value for key, value in differing.items() if key.startswith(changes.MEMBER)}
    ids = [int(key[len(changes.MEMBER) :]) for key in members]
    filing.members.filter(institution__in=ids).delete()
    _bring_members(filing, {key: value for key, value in members.items() if value is not None})
    if members:
        editing.touch(filing, editing.MEMBERS, by=by)
    touched: dict[str, dict] = {}
    for key, value in differing.items():
        section, dot, name = key.partition(".")
        if dot:
            said = touched.setdefault(section, {})
            if key not in (
                changes.NAME,
                changes.LEAD,
            ):  # these stand on the filing; their section is newer all the same
                said[name] = value
    if any(key.startswith(changes.GRID) for key in differing):
        grids = [int(key[len(changes.GRID) :]) for key in target if key.startswith(changes.GRID)]
        touched.setdefault("A", {})["grid_ids"] = grids
    for key, answers in touched.items():
        section = editing.touch(filing, key, by=by)
        section.content = {**section.content, **answers}
        section.save(update_fields=["content"])
