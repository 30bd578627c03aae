"""What a registration writes into the register (备案入册): consortium, lead, members, grids and facts, all or nothing."""

from datetime import timedelta

from django.db import IntegrityError, transaction

from filing import ledger, lifted
from filing.acceptance_of_changes import write_change, write_close
from filing.declared import write_credential, write_declarations
from filing.models import Filing
from grids.services import assign_filed
from registry.errors import Refused
from registry.models import Consortium, Lead, Membership


def write(filing: Filing, *, by) -> None:
    """Enter a registered filing; called inside the registering transaction. A prior approval enters nothing."""
    if filing.kind == Filing.Kind.APPROVAL:
        return
    if filing.kind == Filing.Kind.ESTABLISH and filing.origin == Filing.Origin.ONLINE:
        with ledger.kept(filing):
            _establish(filing, by=by)
        return
    filing.consortium = Consortium.objects.select_for_update(of=("self",)).get(pk=filing.consortium_id)
    with ledger.kept(filing):
        WRITERS[filing.kind](filing, filing.consortium, by=by)


def take_back(filing: Filing, *, by) -> None:
    """Undo an entry exactly (filing/ledger.py); refused where later filings stand on it."""
    if filing.kind == Filing.Kind.APPROVAL:
        _refuse_used_approval(filing)
        return
    consortium = Consortium.objects.select_for_update(of=("self",)).get(pk=filing.consortium_id)
    later = consortium.filings.exclude(pk=filing.pk).filter(first_submitted_at__isnull=False)
    gone = [Filing.Status.WITHDRAWN, Filing.Status.REFUSED, Filing.Status.REVOKED]
    if filing.kind == Filing.Kind.ESTABLISH and later.exclude(status__in=gone).exists():
        raise Refused("这家医联体已有后续备案，不能撤销。请先撤销后续备案，或办理终止。")
    ledger.take_back(filing, by=by)


def _refuse_used_approval(filing: Filing) -> None:
    used = filing.establishments.exclude(status__in=[Filing.Status.WITHDRAWN, Filing.Status.REFUSED])
    if used.filter(first_submitted_at__isnull=False).exclude(status=Filing.Status.REVOKED).exists():
        raise Refused("已有备案以这件审查为依据提交，不能撤销。")


def _establish(filing: Filing, *, by) -> None:
    marks = lifted.marks_to_keep(filing)
    contents = {section.key: section.content for section in filing.sections.all()}
    consortium = _consortium(filing, contents["A"], contents["D"])
    Lead.objects.create(consortium=consortium, institution=filing.lead, during=(filing.founded_on, None))
    Membership.objects.bulk_create(_membership(filing, member, consortium) for member in filing.members.all())
    write_declarations(filing, consortium, by=by)
    write_credential(filing)
    lifted.write(marks, consortium)
    if grids := contents["A"].get("grid_ids"):
        assign_filed(consortium, grids, start=filing.founded_on, authority=filing.authority, by=by)
    filing.consortium = consortium


def _confirm(filing: Filing, consortium: Consortium, *, by) -> None:
    """An imported consortium is in the register already; only its 备案日期 is new."""
    consortium.registered_on = filing.registered_on
    consortium.version += 1
    consortium.save(update_fields=["registered_on", "version"])


WRITERS = {
    Filing.Kind.ESTABLISH: _confirm,
    Filing.Kind.CHANGE: write_change,
    Filing.Kind.CLOSE: write_close,
}


def _consortium(filing: Filing, content: dict, governance: dict) -> Consortium:
    division = filing.lead.division
    if Consortium.objects.filter(name=filing.name, division=division, closed_on=None).exists():
        raise Refused(
            f"{division}已有名为“{filing.name}”的医联体，不能重复备案。如为同一医联体，请办理变更。"
        )
    try:
        with transaction.atomic():
            return _create(filing, content, governance)
    except IntegrityError:  # registered by somebody else since we looked
        raise Refused(f"{division}已有名为“{filing.name}”的医联体，不能重复备案。") from None


def _create(filing: Filing, content: dict, governance: dict) -> Consortium:
    return Consortium.objects.create(
        name=filing.name,
        kind=filing.consortium_kind,
        scope=content.get("scope") or "",
        specialty_id=content.get("specialty") or None,
        specialty_text=content.get("specialty_text") or "",
        specialty_focus=content.get("specialty_focus") or "",
        closeness=content.get("closeness") or "",
        council_chair=governance.get("council_chair") or "",
        division=filing.lead.division,
        authority=filing.authority,
        founded_on=filing.founded_on,
        approved_on=filing.approval.registered_on if filing.approval else None,
        registered_on=filing.registered_on,
        is_demo=filing.lead.is_demo,
    )


def _membership(filing: Filing, member, consortium: Consortium) -> Membership:
    """The last day belongs to a membership, so the stored end is the day after (readings A39)."""
    end = member.left_on + timedelta(days=1) if member.left_on else None
    return Membership(
        consortium=consortium,
        institution_id=member.institution_id,
        role=member.role,
        during=(member.joined_on or filing.founded_on, end),
        remote_enabled_on=member.remote_enabled_on,
    )
