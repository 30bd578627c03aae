"""What a reviewer lifted or let pass goes into the register with the filing (豁免、同意偏离入册)."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from filing import assessment
from filing.models import Filing, ReviewMark
from registry import waiver_messages
from registry.models import Consortium, Waiver

_D = ReviewMark.Decision
KINDS = {_D.WAIVED: Waiver.Kind.WAIVER, _D.APPROVED: Waiver.Kind.DEVIATION}


def marks_to_keep(filing: Filing) -> list[ReviewMark]:
    """The marks that lift a rule or approve a deviation and still count; read before anything is written."""
    rows = assessment.live(filing).rows
    return [row.mark for row in rows if row.mark and row.mark.decision in KINDS]


def write(marks: list[ReviewMark], consortium: Consortium) -> None:
    """Record them, save where the register has one in force already."""
    today = timezone.localdate()
    held = set(
        Waiver.objects.filter(consortium=consortium)
        .holding_on(today)
        .order_by()
        .values_list("provision", flat=True)
    )
    written = Waiver.objects.bulk_create(
        Waiver(
            kind=KINDS[_D(mark.decision)],
            provision=mark.provision,
            consortium=consortium,
            reason=mark.note[:500],
            document=mark.document,
            approver=mark.approver,
            granted_by=mark.by,
            granted_on=timezone.localdate(mark.at),
        )
        for mark in marks
        if mark.provision not in held
    )
    for waiver in written:
        transaction.on_commit(partial(waiver_messages.granted, waiver.pk), robust=True)
