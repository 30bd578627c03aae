"""What filing tells people (通知): who hears of which event, in which words.

Each event has one key, so that telling it again, after a retry or in the round that catches up, adds nothing.
"""

import datetime as dt

from django.db import transaction
from django.urls import reverse

from filing.models import Filing, FilingEvent, Remark, Urge
from registry import access, inbox
from registry.inbox import Kind
from registry.models import Authority

KINDS = (
    Kind("state", "状态变化", "提交、受理、退回、备案、不予备案、撤回和撤销"),
    Kind("remark", "意见和答复", "退回时的意见、医院的答复、意见了结"),
    Kind("due", "期限提醒", "剩 5、2、0 个工作日和逾期；中止、延长和重新计算"),
    Kind("assigned", "交办和委托", "交给您办理的备案、委托您审查、等待您复核"),
    Kind("urge", "督办", "上级机关督办和承办机关签收"),
)
# What each event is called, and which side hears of it.
TO_HOSPITAL = {
    "receive": "已受理",
    "send_back": "退回补正",
    "register": "已备案",
    "refuse": "不予备案",
    "revoke": "备案已撤销",
}
# What became of a suspension or an extension, as the hospital hears it.
CLOCK = {
    "suspend_granted": "备案期限中止计算",
    "extend_granted": "备案期限延长",
    "suspend_declined": "中止期限的申请未获同意",
    "extend_declined": "延长期限的申请未获同意",
    "suspend_ended": "备案期限恢复计算",
}
DESK = ("assign", "take_over", "propose")
CLOCK_ASKED = {"suspend_asked": "申请中止备案期限", "extend_asked": "申请延长备案期限"}
TO_BUREAU = {"submit": "已提交，等待审查", "withdraw": "已由医院撤回", "revoke": "备案已撤销"}


def event_key(event_id: int) -> str:
    """What is told of one event is told once under this key."""
    return f"filing-event:{event_id}"


def urge_key(urge_id: int, seen: bool) -> str:
    return f"urge:{urge_id}:{'seen' if seen else 'made'}"


def remark_key(remark_id: int) -> str:
    return f"remark:{remark_id}:resolved"


def page_of(filing: Filing) -> str:
    return reverse("filing:detail", args=[filing.pk])


def hospital_people(filing: Filing) -> list:
    """Those who file for the hospital."""
    return list(access.people_with("edit_filing", filing.applicant)) if filing.applicant else []


def bureau_people(filing: Filing) -> list:
    """Who has the case; before anybody has it, the reviewers of the bureau, or of the next one above with any."""
    if filing.held_by_id:
        return [filing.held_by]
    return access.people_near("review_filings", filing.authority) if filing.authority else []


def _event(pk: int) -> FilingEvent:
    rows = FilingEvent.objects.select_related(
        "by", "filing__applicant", "filing__authority__parent__parent", "filing__held_by"
    )
    return rows.get(pk=pk)


@transaction.atomic
def announce(event_id: int) -> None:
    """Tell of one move of a filing, except to the person who made it; both sides or none."""
    event = _event(event_id)
    filing, key = event.filing, event_key(event.pk)
    for words, people in ((TO_HOSPITAL, hospital_people), (TO_BUREAU, bureau_people)):
        if event.action not in words or (words is TO_BUREAU and not filing.first_submitted_at):
            continue  # a draft given up is nobody's business but the hospital's
        others = [person for person in people(filing) if person.pk != event.by_id]
        text = event.note
        if event.action == "send_back" and (sent := event.details.get("remarks")):
            text = f"{text}\n{sent} 条意见，在备案表的栏目上答复。".strip()
        inbox.tell(others, "state", key, f"{filing}：{words[event.action]}", text=text, url=page_of(filing))
    if event.action == "submit" and event.details.get("submission", 1) > 1:
        _tell_of_answers(filing, event)
        _tell_the_bureau_left(filing, event)


def _tell_the_bureau_left(filing: Filing, event: FilingEvent) -> None:
    """The bureau that has returned a case hears that it has gone to another, whose page it cannot open."""
    if not (left := event.details.get("left")):
        return
    authority = Authority.objects.select_related("parent__parent").get(pk=left["authority"])
    holder = access.people_with("review_filings", authority).filter(pk=left["holder"])
    inbox.tell(
        list(holder) or access.people_near("review_filings", authority),
        "state",
        f"{event_key(event.pk)}:left",
        f"{left['number']}：因牵头医院变更，已改报{filing.authority}",
    )


def _tell_of_answers(filing: Filing, event: FilingEvent) -> None:
    """The authors of remarks hear that they were answered, with the submission that carries the answers."""
    answered = Remark.objects.filter(
        filing=filing, answered_at__isnull=False, resolved_at=None, submission=filing.submissions - 1
    ).select_related("by")
    authors = {remark.by_id: remark.by for remark in answered.order_by("pk")}
    for author in authors.values():
        inbox.tell(
            [author],
            "remark",
            f"{event_key(event.pk)}:answers",
            f"{filing}：您的意见已答复",
            url=page_of(filing),
        )


def announce_desk(event_id: int) -> None:
    """Tell the person to whom a case was given, the one it was taken over from, and those who may be the second."""
    event = _event(event_id)
    filing, key, url = event.filing, event_key(event.pk), page_of(event.filing)
    reviewers = access.people_with("review_filings", filing.authority)
    if event.action == "assign" and event.details["to"] != event.by_id:
        given = reviewers.filter(pk=event.details["to"])
        inbox.tell(given, "assigned", key, f"{filing}：{event.by}交您办理", url=url)
    if event.action == "take_over":
        before = reviewers.filter(pk=event.details["from"])
        inbox.tell(before, "assigned", key, f"{filing}：{event.by}接手办理", url=url)
    if event.action == "propose":
        others = access.people_near("review_filings", filing.authority)
        others = [person for person in others if person.pk not in (event.by_id, event.on_behalf_of_id)]
        inbox.tell(
            others, "assigned", key, f"{filing}：{event.by}已提出初审意见，等待复核", text=event.note, url=url
        )


def announce_remark(remark_id: int) -> None:
    """Tell the hospital that a remark is settled."""
    remark = Remark.objects.select_related("filing__applicant").get(pk=remark_id)
    inbox.tell(
        hospital_people(remark.filing),
        "remark",
        remark_key(remark.pk),
        f"{remark.filing}：一条补正意见已了结",
        text=remark.text,
        url=page_of(remark.filing),
    )


def announce_urge(urge_id: int, seen: bool) -> None:
    """Tell the bureau in charge that it is urged; tell the one who urged that it was seen."""
    urge = Urge.objects.select_related(
        "by", "seen_by", "filing__held_by", "filing__authority__parent__parent"
    )
    row = urge.get(pk=urge_id)
    if seen:
        title, people = f"{row.filing}：{row.seen_by}已签收督办", [row.by]
    else:
        title = f"督办：{row.filing}"
        people = {p.pk: p for p in [*access.people_with("review_filings", row.filing.authority)]}
        people |= {row.filing.held_by_id: row.filing.held_by} if row.filing.held_by_id else {}
        people = list(people.values())
    inbox.tell(
        people,
        "urge",
        urge_key(row.pk, seen),
        title,
        text=row.answer if seen else row.text,
        url=page_of(row.filing),
    )


def announce_deadline(filing_id: int, before: dt.date | None, after: dt.date | None, calendar: str) -> None:
    """Tell the hospital, before it has filed, that its deadline was counted again."""
    filing = Filing.objects.select_related("applicant").get(pk=filing_id)
    if filing.first_submitted_at or filing.status != Filing.Status.DRAFT:
        return
    inbox.tell(
        hospital_people(filing),
        "due",
        f"filing:{filing.pk}:deadline:{before}:{after}:{calendar}",
        f"{filing}：备案期限由 {before or '未定'} 改为 {after or '未定'}",
        text="工作日历有变动，备案期限已重新计算。",
        url=page_of(filing),
    )


def announce_clock(event_id: int) -> None:
    """Tell the bureau what the hospital asks of the deadline, and the hospital what was decided and when it ends now."""
    event = _event(event_id)
    filing, key = event.filing, event_key(event.pk)
    if event.action in CLOCK_ASKED:
        people, title = bureau_people(filing), f"{filing.applicant}{CLOCK_ASKED[event.action]}"
        text, url = event.note, reverse("filing:clock_requests")  # a draft itself is the hospital's alone
    else:
        people, title = hospital_people(filing), f"{filing}：{CLOCK[event.action]}"
        ends = f"备案期限现为 {filing.due_on}。" if filing.due_on else "恢复计算后确定备案期限。"
        text, url = f"{event.note}。{ends}", reverse("filing:deadline", args=[filing.pk])
    others = [person for person in people if person.pk != event.by_id]
    inbox.tell(others, "due", key, title, text=text, url=url)
