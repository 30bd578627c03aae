"""Notices (通知书、决定书、回执): what each says, as one value that the print page and the Word file share."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format

from filing import changes, clock
from filing.assessment import Row, read
from filing.documents.wording import words_of
from filing.models import Filing, FilingEvent, Remark
from filing.presentation import place
from registry.models import Consortium
from registry.policy.library import current_book

# The acts that end in a paper.
NOTICED = ("receive", "send_back", "refuse", "register")
REMARK_HEAD = ("栏目", "意见", "依据")
REASON_HEAD = ("条款", "不符合之处", "改正办法")


@dataclass(frozen=True)
class Notice:
    """A paper from the bureau to the hospital. ``rows`` are the rows of its table under ``rows_head``."""

    title: str
    number: str
    addressee: str
    opening: tuple[str, ...]
    closing: tuple[str, ...]
    signer: str
    dated: str
    facts: tuple[tuple[str, str], ...] = ()
    rows_head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    void: str = ""
    code: str = ""
    verify_url: str = ""


def notice_of(event: FilingEvent, verify_url: str) -> Notice:
    """The paper that an act on a filing ends in. ``verify_url`` is the public page on which a receipt is checked."""
    filing, act = event.filing, event.action
    name, kind, addressee = _about(event)
    title, opening, closing = words_of(act, filing.kind, name=name, kind=kind or "医联体")
    build = {"receive": _receive, "send_back": _send_back, "refuse": _refuse, "register": _register}[act]
    parts = {
        "title": title,
        "number": filing.case_number,
        "addressee": addressee,
        "opening": opening,
        "closing": closing,
        "signer": filing.authority.name,
        "dated": _day(timezone.localdate(event.at)),
    }
    return Notice(**parts | build(filing, event, parts, verify_url))


def _about(event: FilingEvent) -> tuple[str, str, str]:
    """Name, kind and hospital as submitted before the act: a paper does not follow what is written after it."""
    filing = event.filing
    version = filing.versions.filter(submitted_at__lte=event.at).order_by("-number").first()
    if version is None:  # brought in from before this register
        return filing.name, filing.get_consortium_kind_display(), str(filing.applicant or filing.lead)
    said = version.content
    kind = said["consortium_kind"] and Consortium.Kind(said["consortium_kind"]).label
    return said["name"], kind, said["applicant"] or str(filing.lead)


def _day(day) -> str:
    return date_format(day, "Y年n月j日") if day else "—"


def _receive(filing: Filing, event: FilingEvent, parts: dict, verify_url: str) -> dict:
    first = timezone.localdate(filing.first_submitted_at) if filing.first_submitted_at else None
    return {
        "facts": (
            ("申报编号", filing.case_number),
            ("事项", filing.get_kind_display()),
            ("首次提交日期", _day(first)),
            ("受理日期", parts["dated"]),
        )
    }


def _send_back(filing: Filing, event: FilingEvent, parts: dict, verify_url: str) -> dict:
    rows = tuple((place(remark), remark.text, _basis(remark)) for remark in _remarks_of(event))
    opening = (*parts["opening"], event.note) if event.note else parts["opening"]
    return {"opening": opening, "rows_head": REMARK_HEAD, "rows": rows}


def _remarks_of(event: FilingEvent) -> list[Remark]:
    """The remarks that went out with a return: those sent after the return before it, up to this one."""
    earlier = event.filing.events.filter(action="send_back", pk__lt=event.pk).order_by("-pk").first()
    sent = event.filing.remarks.filter(sent_at__lte=event.at)
    return list(sent.filter(sent_at__gt=earlier.at) if earlier else sent)


def _basis(remark: Remark) -> str:
    """The clause on which a remark rests, with its words."""
    if not remark.provision:
        return "—"
    rule = current_book().rule(remark.provision, timezone.localdate(remark.at))
    return f"{rule.citation}：“{rule.spec.quote}”" if rule else remark.provision


def _refuse(filing: Filing, event: FilingEvent, parts: dict, verify_url: str) -> dict:
    """The reviewer's reasons, and the lines of the frozen sheet that were not met."""
    sheet = filing.sheet
    unmet = [row for row in read(filing, sheet).rows if _is_ground(row)] if sheet else []
    rows = tuple((f"{row.citation}：“{row.quote}”", row.explanation, row.cure or "—") for row in unmet)
    return {"opening": (*parts["opening"], event.note), "rows_head": REASON_HEAD, "rows": rows}


def _is_ground(row: Row) -> bool:
    return str(row.verdict) == "FAIL" and not row.lateness and row.mark is None


def _register(filing: Filing, event: FilingEvent, parts: dict, verify_url: str) -> dict:
    deadline = clock.read(filing)
    first = timezone.localdate(filing.first_submitted_at) if filing.first_submitted_at else None
    facts = [
        ("备案编号", filing.registration_number),
        ("申报编号", filing.case_number),
        ("备案日期", _day(filing.registered_on)),
        ("成立日期", _day(filing.founded_on)),
        ("首次提交日期", _day(first)),
    ]
    if deadline.rule:
        facts += [
            ("备案期限", _day(deadline.due.due if deadline.due else None)),
            ("提交时限", _punctuality(filing)),
        ]
    version = filing.versions.order_by("-number").first()
    return {
        "number": filing.registration_number,
        "facts": (*facts, *_registered(filing, version.content if version else {})),
        "void": "本备案已撤销" if filing.status == Filing.Status.REVOKED else "",
        "code": filing.verification_code,
        "verify_url": f"{verify_url}?code={filing.verification_code}",
    }


def _registered(filing: Filing, content: dict) -> list[tuple[str, str]]:
    """What was registered: the members of a new consortium; of a change or an end, since when and what."""
    if filing.kind == Filing.Kind.CLOSE:
        return [("终止日期", _day(filing.effective_on))]
    if filing.kind == Filing.Kind.CHANGE:
        said = "；".join(map(changes.in_words, content.get("changes", ())))
        return [("生效日期", _day(filing.effective_on)), ("变更内容", said or "—")]
    return [("成员单位", f"{len(content['members'])} 家")] if content.get("members") else []


def _punctuality(filing: Filing) -> str:
    if filing.late_workdays is None:
        return "备案期限未能确定"
    return f"逾期 {filing.late_workdays} 个工作日" if filing.late_workdays else "按期"
