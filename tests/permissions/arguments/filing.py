"""Filings, their remarks and materials."""

from filing import reviewing, timing, transitions
from filing.models import Urge
from tests.actors import stranger


def filing_arguments(world, url: str) -> list:
    """A submitted filing with a remark; a registered one for its receipt, a returned one for an answer."""
    case = world.case
    if url == "urge_seen":
        filing = case.submitted().filing
        return [Urge.objects.create(filing=filing, text="请尽快办理", by=stranger()).pk]
    if url in ("receipt", "receipt_word"):
        return [case.registered().filing.pk]
    filing = case.submitted().filing
    remark = reviewing.add_remark(filing.pk, section="A", field="name", text="请核对名称。", by=case.reviewer)
    if url == "remark_answer":
        transitions.send_back(filing.pk, note="见意见。", by=case.reviewer)
    if url in ("notice", "notice_word"):
        transitions.receive(filing.pk, by=case.reviewer)
        return [filing.pk, filing.events.get(action="receive").pk]
    if url in ("clock_decide", "clock_resume"):
        asked = {"kind": "extend", "workdays": 5, "ground": "疫情"}
        return [timing.ask(filing.pk, **asked, by=case.filer).pk]
    member, material = filing.members.order_by("pk").first(), filing.materials.order_by("pk").first()
    return {
        "section": [filing.pk, "A"],
        "aside": [filing.pk, "A"],
        "mark": [filing.pk, "CQ-15"],
        "move": [filing.pk, "receive"],
        "member": [member.pk],
        "member_remove": [member.pk],
        "material": [material.pk],
        "material_remove": [material.pk],
        "remark_answer": [remark.pk],
        "remark_remove": [remark.pk],
        "remark_resolve": [remark.pk],
    }.get(url, [filing.pk])


def led_consortium_arguments(world, url: str) -> list:
    """A registered consortium that the filer's hospital leads."""
    return [world.case.registered().filing.consortium_id]
