"""The bureau's list of cases as a workbook (备案台账导出): one row a case, as the list shows it."""

from collections.abc import Iterable

from django.utils import timezone

from filing.models import Filing
from registry.text_sheet import text_sheet
from registry.ui.marks import VERDICTS

COUNTED = ("FAIL", "DEVIATION", "INSUFFICIENT", "REVIEW")
HEADS = (
    ("申报编号", 22),
    ("备案编号", 26),
    ("事项", 8),
    ("医联体", 40),
    ("类型", 16),
    ("牵头医院", 34),
    ("牵头医院统一社会信用代码", 24),
    ("备案机关", 24),
    ("状态", 10),
    ("成立日期", 12),
    ("备案期限", 12),
    ("迟报（工作日）", 14),
    ("首次提交", 12),
    ("最近提交", 12),
    ("提交次数", 10),
    ("受理日期", 12),
    ("办理期限", 12),
    ("决定日期", 12),
    ("备案日期", 12),
    ("经办", 12),
    ("来源", 10),
    *((f"{VERDICTS[verdict].word}（项）", 14) for verdict in COUNTED),
)


def queue_workbook(filings: Iterable[Filing]) -> bytes:
    """The cases as xlsx."""
    return text_sheet("备案台账", HEADS, map(_row, filings))


def _row(filing: Filing) -> tuple[str, ...]:
    tally = filing.sheet.tally if filing.sheet else {}
    due = (
        f"{filing.due_on}（暂定）" if filing.due_state == Filing.DueState.PROVISIONAL else _day(filing.due_on)
    )
    return (
        filing.case_number,
        filing.registration_number,
        filing.get_kind_display(),
        str(filing),
        filing.get_consortium_kind_display(),
        str(filing.lead or ""),
        filing.lead.uscc if filing.lead else "",
        str(filing.authority or ""),
        filing.status_label,
        _day(filing.founded_on),
        due if filing.due_on else "",
        "" if filing.late_workdays is None else str(filing.late_workdays),
        _day(filing.first_submitted_at),
        _day(filing.submitted_at),
        str(filing.submissions),
        _day(filing.received_at),
        _day(filing.handle_by),
        _day(filing.decided_at),
        _day(filing.registered_on),
        str(filing.held_by or ""),
        filing.get_origin_display(),
        *(str(tally.get(verdict, 0)) if filing.sheet else "" for verdict in COUNTED),
    )


def _day(value) -> str:
    """A date, or the day of a moment here, as it stands in lists."""
    if value is None:
        return ""
    return (timezone.localdate(value) if hasattr(value, "tzinfo") else value).isoformat()
