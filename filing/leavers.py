"""What a leaver's colleagues take over of filings (移交): drafts and returns of a hospital, cases on a reviewer's desk.

A draft belongs to the hospital and every filer there may edit it; handing over says who is expected to. Who began
it stays recorded: nobody ever reviews what he has filed himself.
"""

from django.db import transaction
from django.db.models import BigIntegerField, F, OuterRef, Q, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils import timezone

from filing import desk, transitions
from filing.editing import unprepare
from filing.models import Filing, FilingEvent
from registry import inbox
from registry.errors import Refused
from registry.people import handover
from registry.people.handover import Item, OpenWork

HAND_OVER = "hand_over"


def expected():
    """Open drafts and returns with `keeper`: who took them over last, or began them."""
    events = FilingEvent.objects.filter(filing=OuterRef("pk"), action=HAND_OVER).order_by("-pk")
    last = events.annotate(to=Cast(KT("details__to"), BigIntegerField())).values("to")[:1]
    rows = Filing.objects.filter(status__in=Filing.EDITABLE, applicant__isnull=False)
    return rows.exclude(origin=Filing.Origin.IMPORTED).annotate(
        keeper=Coalesce(Subquery(last), F("created_by_id"), output_field=BigIntegerField())
    )


def drafts(person) -> list[Item]:
    """Drafts and returns that the person keeps or has sent to the signer."""
    rows = (
        expected().filter(Q(keeper=person.pk) | Q(prepared_by=person)).select_related("applicant__division")
    )
    return [
        Item(
            str(row.pk),
            row.case_number or f"{row.get_kind_display()}草稿（{timezone.localdate(row.created_at)}）",
            row.applicant,
        )
        for row in rows.order_by("pk")
    ]


@transaction.atomic
def give_drafts(keys: list[str], *, person, to, by) -> int:
    """Record the colleague as the one expected; a confirmation asked for by the leaver has to be asked for anew."""
    for pk in sorted(map(int, keys)):
        filing = transitions.locked(pk)
        if filing.status not in Filing.EDITABLE:
            raise Refused(f"{filing.case_number}刚被提交，请刷新后再移交。")
        if filing.prepared_by_id == person.pk:
            unprepare(filing)
        event = FilingEvent.objects.create(
            filing=filing,
            action=HAND_OVER,
            from_status=filing.status,
            to_status=filing.status,
            details={"from": person.pk, "to": to.pk, "name": str(to)},
            by=by,
        )
        inbox.tell(
            [to],
            "assigned",
            f"filing-event:{event.pk}",
            f"{filing}：由您接替{person}继续填报",
            url=reverse("filing:detail", args=[filing.pk]),
        )
    return len(keys)


def cases(person) -> list[Item]:
    """Cases on the person's desk."""
    rows = Filing.objects.filter(held_by=person).exclude(status__in=Filing.FINISHED)
    rows = rows.select_related("authority__division").order_by("pk")
    return [Item(str(row.pk), row.case_number, row.authority) for row in rows]


@transaction.atomic
def give_cases(keys: list[str], *, person, to, by) -> int:
    """The colleague has the cases from now on; one who filed any of them himself cannot have it."""
    for pk in sorted(map(int, keys)):
        filing = transitions.locked(pk)
        if filing.held_by_id != person.pk or filing.status in Filing.FINISHED:
            raise Refused(f"{filing.case_number}已不由{person}经办，请刷新后再移交。")
        if reason := desk.why_not_hold(to, filing):
            raise Refused(f"{filing.case_number}不能移交：{reason}。请选择另一位同事。")
        desk.hold(filing, "assign", to, by)
    return len(keys)


def declare() -> None:
    """Called when the app is ready."""
    handover.declare(
        OpenWork("draft", "未提交的备案", "edit_filing", drafts, give_drafts),
        OpenWork("case", "正在审查的备案", "review_filings", cases, give_cases),
    )
