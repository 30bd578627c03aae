"""Filings in the shape that pages show (备案的呈现)."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from filing import changes, clock, snapshots, transitions
from filing.assessment import Row, Sheet
from filing.fields import Section
from filing.form import Form
from filing.models import Filing, FilingVersion, Remark
from filing.sections import BY_KEY
from filing.supplements import find_field
from registry import access
from registry.uploads import PREVIEWED
from registry.workdays import CalendarMissing, current_calendar

ACTIONS = {
    "start": "新建草稿",
    "submit": "提交",
    "withdraw": "撤回",
    "receive": "受理",
    "send_back": "退回补正",
    "register": "备案",
    "refuse": "不予备案",
    "revoke": "撤销备案",
    "take": "领取",
    "take_over": "接手",
    "hand_over": "移交同事填报",
    "release": "放回",
    "assign": "交办",
    "propose": "初审同意",
    "urge": "督办",
    "urge_seen": "签收督办",
    "suspend_asked": "申请中止期限",
    "extend_asked": "申请延长期限",
    "suspend_granted": "中止期限",
    "extend_granted": "延长期限",
    "suspend_declined": "不同意中止期限",
    "extend_declined": "不同意延长期限",
    "suspend_ended": "恢复计算期限",
}
KEY_ACTIONS = ("submit", "receive", "register")
# What the bureaus say among themselves before they decide.
WITHIN_BUREAUS = ("propose", "urge", "urge_seen")


# -- Deadline -----------------------------------------------------------------------------------------------
def calendar_days(read: clock.Clock) -> list[dict[str, Any]]:
    """Every day from the founding to the deadline, with what it counts for; for the deadline calendar."""
    if read.due is None or read.due.due is None:
        return []
    numbers = {day: number for number, day in enumerate(read.due.counted, 1)}
    reasons = dict(read.due.skipped)
    days, day = [], read.due.begins_on
    while day <= read.due.due:
        days.append({"date": day, "number": numbers.get(day), "kind": _kind(day, read, numbers, reasons)})
        day += timedelta(days=1)
    return days


def _kind(day: date, read: clock.Clock, numbers: dict, reasons: dict) -> str:
    if day == read.due.begins_on:
        kind = "founding"
    elif day in numbers:
        kind = "makeup" if day.weekday() > 4 else "counted"
    elif reasons[day].startswith("中止"):
        kind = "suspended"
    else:
        kind = "rest" if reasons[day] == "周末" else "holiday"
    if day == read.due.due:
        kind += " last"
    return f"{kind} today" if day == read.today else kind


def workdays_left(filings: list[Filing]) -> None:
    """Give each filing of a list its ``left``: workdays to the deadline, None without one."""
    calendar, today = current_calendar(), timezone.localdate()
    for filing in filings:
        try:
            running = filing.due_on and filing.status not in Filing.FINISHED
            filing.left = calendar.workdays_between(today, filing.due_on) if running else None
        except CalendarMissing:
            filing.left = None
        filing.passed = -filing.left if filing.left is not None and filing.left < 0 else None


def handle_left(filing: Filing) -> int | None:
    """Workdays left of the bureau's 办理期限, negative when it has passed; None where none runs."""
    if filing.handle_by is None or filing.status not in Filing.WITH_AUTHORITY:
        return None
    today = timezone.localdate()
    try:
        left = current_calendar().workdays_between(today, filing.handle_by)
    except CalendarMissing:
        return None
    return min(-1, left) if filing.handle_by < today else left


def ordinal_of_submission(read: clock.Clock) -> int | None:
    """第几个工作日: the workday after the founding on which the filing was first submitted."""
    if read.submitted_on is None or read.due is None:
        return None
    try:
        return current_calendar().workdays_between(read.due.begins_on, read.submitted_on)
    except CalendarMissing:
        return None


# -- Check sheet --------------------------------------------------------------------------------------------
def check(row: Row, form: Form, document_url: str, acts: str = "", barred: str = "") -> dict[str, Any]:
    """A line as components/check_row.html takes it; it leads to its provision in the policy library."""
    return {
        "verdict": row.verdict,
        "rule_id": row.rule,
        "headline": row.explanation,
        "quote": row.quote,
        "clause": row.citation,
        "clause_url": f"{document_url}?open={row.rule}#{row.rule}",
        "modality": row.modality,
        "handling": row.handling,
        "expired": row.plan_ended,
        "basis": "",
        "method": "",
        "cure": row.cure,
        "evidence": row.evidence_pairs,
        "acts_template": acts,
        "row": row,
        "barred": barred,
        "place": form.place_of(row.rule),
        "suggestion": f"{row.explanation}。{row.cure}" if row.cure else f"{row.explanation}。",
    }


def checks(
    sheet: Sheet, form: Form, verdict: str = "", acts: str = "", barred: Mapping[str, str] | None = None
) -> dict[str, list[dict]]:
    """The sheet in two groups, those that need a person first; with a verdict only the lines of that verdict.

    ``barred`` says by provision why this person cannot lift it.
    """
    loud, quiet = sheet.loud, sheet.quiet
    if verdict:
        loud, quiet = [row for row in sheet.rows if str(row.verdict) == verdict.upper()], []
    urls = {
        pack: reverse("registry:policy_document", args=[pack]) for pack in {row.pack for row in sheet.rows}
    }
    return {
        "loud": [check(row, form, urls[row.pack], acts, (barred or {}).get(row.rule, "")) for row in loud],
        "quiet": [check(row, form, urls[row.pack], acts if row.mark else "") for row in quiet],
    }


def field_problems(sheet: Sheet, section: Section) -> dict[str, list[Row]]:
    """Lines that an answer of this section would put right, by the first field that a rule names."""
    found: dict[str, list[Row]] = {}
    shown: set[str] = set()
    for field in section.fields:
        found[field.key] = [
            row
            for row in sheet.loud
            if row.rule in field.clauses
            and row.rule not in shown
            and str(row.verdict) in ("FAIL", "DEVIATION")
            and not row.lateness
            and not row.unrelated
        ]
        shown.update(row.rule for row in found[field.key])
    return found


def problems_of_section(sheet: Sheet, section: Section) -> list[Row]:
    """Unmet rules that this section would put right, for its mark in the list of sections."""
    clauses = {*section.clauses, *(clause for field in section.fields for clause in field.clauses)}
    return [
        row
        for row in sheet.loud
        if row.rule in clauses and str(row.verdict) == "FAIL" and not row.lateness and not row.unrelated
    ]


# -- Content ------------------------------------------------------------------------------------------------
def is_own(filing: Filing, user) -> bool:
    """Whether the person files for the hospital whose case it is."""
    return filing.applicant_id in access.institutions_of(user, "edit_filing")


def content_of(filing: Filing, own: bool) -> dict[str, Any]:
    """What a person reads: the last submission; the hospital itself sees what it is writing."""
    if filing.submissions and not (own and filing.editable):
        return filing.versions.get(number=filing.submissions).content
    return snapshots.describe(filing)


def register_differences(filing: Filing, content: dict, own: bool) -> list[changes.Difference]:
    """A change against the register of today; decided, or back in the hospital's hands, as it was submitted."""
    if filing.status in Filing.WITH_AUTHORITY or (own and filing.status in Filing.OPEN):
        return changes.differences(filing)
    frozen = content.get("changes", ())
    return [changes.Difference("", line["label"], "", line["before"], line["after"]) for line in frozen]


NO_CHANGES: dict[str, Any] = {
    "answers": {},
    "members_added": [],
    "members_removed": [],
    "materials_added": [],
    "materials_removed": [],
}


def changes_since(previous: FilingVersion | None, content: dict) -> dict[str, Any]:
    """What a content says otherwise than the version before it."""
    return snapshots.differences(previous.content, content) if previous else NO_CHANGES


def change_rows(changes: dict[str, Any], content: dict) -> list[dict[str, str]]:
    """The differences to the version before as rows of place, before and after."""
    labels = {
        f"{part['key']}.{answer['key']}": (f"{part['title']}：{answer['label']}", answer["text"])
        for part in content["sections"]
        for answer in part["fields"]
    }
    rows = [
        {"place": labels[key][0], "before": before, "after": labels[key][1]}
        for key, before in changes["answers"].items()
    ]
    for name, place, word in (("members", "成员单位", "name"), ("materials", "材料", "name")):
        rows += [{"place": place, "before": "", "after": row[word]} for row in changes[f"{name}_added"]]
        rows += [{"place": place, "before": row[word], "after": ""} for row in changes[f"{name}_removed"]]
    return rows


def sections(content: dict, changes: dict, remarks: list[Remark], hot: set[str]) -> list[dict]:
    """The sections of a content with the changes and the remarks at their fields; ``hot`` are provisions not met."""
    shown = []
    for section in content["sections"]:
        rows = [
            {
                **answer,
                "changed": (key := f"{section['key']}.{answer['key']}") in changes["answers"],
                "before": changes["answers"].get(key, ""),
                "hot": bool(hot.intersection(answer["clauses"])),
                "remarks": [
                    remark_card(r) for r in remarks if (r.section, r.field) == (section["key"], answer["key"])
                ],
            }
            for answer in section["fields"]
        ]
        own = [remark_card(r) for r in remarks if r.section == section["key"] and not r.field]
        shown.append({**section, "rows": rows, "remarks": own})
    return shown


def remark_card(remark: Remark) -> dict[str, Any]:
    """A remark as components/remark.html takes it."""
    replies = []
    if remark.answered_at:
        replies = [
            {"author": f"{remark.answered_by}（经办人）", "at": remark.answered_at, "text": remark.answer}
        ]
    return {
        "pk": remark.pk,
        "form_id": f"answer-{remark.pk}",
        "author": actor(remark),
        "note": f"第 {remark.submission} 版",
        "at": remark.at,
        "text": remark.text,
        "answered": bool(remark.answered_at),
        "resolved": bool(remark.resolved_at),
        "resolved_by": remark.resolved_by,
        "resolved_at": remark.resolved_at,
        "sent": bool(remark.sent_at),
        "replies": replies,
        "place": place(remark),
    }


def place(remark: Remark) -> str:
    """Where in the form a remark stands."""
    section = BY_KEY[remark.section]
    field = find_field(remark.section, remark.field)
    return f"{section.key} {section.title}" + (f"：{field.label}" if field else "")


def actor(row) -> str:
    """Who did it; a stand-in with the one he stood in for."""
    return f"{row.by}（代{row.on_behalf_of}）" if row.on_behalf_of else str(row.by)


def events(filing: Filing, own: bool) -> list[dict]:
    """The history, newest first, as components/timeline.html takes it; the hospital reads nothing of WITHIN_BUREAUS."""
    rows, acts = [], filing.events.select_related("by", "on_behalf_of").order_by("-at", "-pk")
    for event in acts.exclude(action__in=WITHIN_BUREAUS) if own else acts:
        text = transitions.label(filing, event.action) or ACTIONS.get(event.action, event.action)
        if event.action == "submit":
            number = event.details.get("submission", 1)
            text = "首次提交" if number == 1 else f"提交第 {number} 版"
            if left := event.details.get("left"):
                text += f"，改报现机关，原申报编号 {left['number']}"
        if event.action == "register":
            text += f"，编号 {event.details.get('number', '')}"
        if event.action == "assign":
            text = f"交{event.details.get('name', '')}办理"
        if sent := event.details.get("remarks"):
            text += f"，{sent} 条意见"
        if event.note:
            text += f"：{event.note}"
        kind = "key" if event.action in KEY_ACTIONS else "ret" if event.action == "send_back" else ""
        url, link = _paper(filing, event)
        rows.append(
            {"text": text, "at": event.at, "who": actor(event), "kind": kind, "url": url, "link": link}
        )
    if filing.founded_on:
        rows.append(
            {"text": "医联体成立", "at": filing.founded_on, "who": "", "kind": "", "url": "", "link": ""}
        )
    return rows


PAPERS = {"receive": "受理通知", "send_back": "补正通知", "refuse": "决定书", "register": "回执"}


def _paper(filing: Filing, event) -> tuple[str, str]:
    """The address and the name of the paper that an act ended in; both empty without one."""
    if event.action not in PAPERS or (event.action == "register" and not filing.verification_code):
        return "", ""
    if event.action == "register":
        return reverse("filing:receipt", args=[filing.pk]), PAPERS["register"]
    return reverse("filing:notice", args=[filing.pk, event.pk]), PAPERS[event.action]


def files(materials: list[dict], beside: Callable[[int], str] | None = None) -> list[dict]:
    """Materials of a content as components/files.html takes them; ``beside`` gives the address of the view beside the form."""
    shown = []
    for material in materials:
        name = material["label"] + (f"（{material['covers']}）" if material["covers"] else "")
        shown.append(
            {
                "kind": material["name"].rpartition(".")[2].upper(),
                "name": name,
                "note": f"{material['name']}，{size(material['size'])}，{pages_of(material)}{material['uploaded_on']} 上传",
                "url": reverse("filing:material", args=[material["id"]]),
                "previewed": (previewed := material["content_type"] in PREVIEWED),
                "picture": material["content_type"].startswith("image/"),
                "id": material["id"],
                "beside": beside(material["id"]) if beside and previewed else "",
            }
        )
    return shown


def pages_of(material: dict) -> str:
    """12 页，; of a PDF whose pages cannot be told, that it wants a look; nothing in submissions of before."""
    if pages := material.get("pages"):
        return f"{pages} 页，"
    unread = "pages" in material and material["content_type"] == "application/pdf"
    return "页数读不出，请打开核对，" if unread else ""


def size(number: int) -> str:
    """Bytes as a person reads them."""
    return f"{number / 1024 / 1024:.1f} MB" if number >= 1024 * 1024 else f"{max(1, number // 1024)} KB"
