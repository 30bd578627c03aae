"""A holiday notice as a small file (放假安排文件): read, checked as a whole, compared with what stands, published.

Columns: 日期, 止 (blank for a single day), 安排 (放假 or 上班), 说明. Days that are not named follow their weekday.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from registry import access, audit
from registry.errors import Refused
from registry.imports import cells
from registry.imports.source import open_source
from registry.models.calendar import CalendarDay, CalendarYear
from registry.reference.calendar import shipped_years
from registry.workdays import load_year

HEAD = ("日期", "止", "安排", "说明")
KINDS = {"放假": False, "休息": False, "上班": True, "调休上班": True}
FIRST_YEAR = 2004
LONGEST = 15  # days of one holiday
MOST_LINES = 400
Days = dict[date, tuple[bool, str]]


@dataclass(frozen=True)
class Change:
    """A day that would read otherwise than it does now."""

    on: date
    before: str
    after: str


def read_file(path: Path) -> str:
    """The lines of a file as canonical text; FileRefused or Refused when it cannot be read."""
    with open_source(path) as source:
        sheet = next((one for one in source.sheets if not one.hidden), source.sheets[0])
        rows = [row for _, row in zip(range(MOST_LINES), sheet.rows(), strict=False)]
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        for _, row in rows:
            if any(str(cell).strip() for cell in row):
                writer.writerow([_text(cell) for cell in row[: len(HEAD)]])
    return out.getvalue()


def _text(cell) -> str:
    return cell.strftime("%Y-%m-%d") if isinstance(cell, date) else str(cell).strip()


def days_of(text: str, year: int) -> Days:
    """The days that a notice names; Refused with every problem at its line."""
    if not FIRST_YEAR <= year <= timezone.localdate().year + 2:
        raise Refused(f"年份应在 {FIRST_YEAR} 至 {timezone.localdate().year + 2} 之间。")
    days: Days = {}
    problems: list[str] = []
    for number, row in _rows(text):
        try:
            for day, value in _line(row, year):
                if day in days:
                    raise Refused(f"{day} 前面已经出现过")
                days[day] = value
        except Refused as problem:
            problems.append(f"第 {number} 行：{problem}")
    problems += _missing_statutory(days, year)
    if not days and not problems:
        problems.append("文件里没有一天。")
    if problems:
        raise Refused("；".join(problem.rstrip("。") for problem in problems) + "。")
    return days


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        row = [cell.strip() for cell in row]
        if any(row) and row[0] != HEAD[0]:
            yield number, [*row, "", "", "", ""][: len(HEAD)]


def _line(row: list[str], year: int) -> Iterable[tuple[date, tuple[bool, str]]]:
    first, last = _day(row[0]), _day(row[1]) if row[1] else None
    if first is None:
        raise Refused("缺少日期")
    last = last or first
    if row[2] not in KINDS:
        raise Refused(f"安排“{row[2][:20]}”应为放假或上班")
    if not row[3] or len(row[3]) > 60:
        raise Refused("说明应为 1 至 60 字，如“春节放假”")
    if not timedelta() <= last - first < timedelta(days=LONGEST):
        raise Refused(f"起止日期不对（一次最多 {LONGEST} 天）")
    works = KINDS[row[2]]
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.year != year and (day.year, day.month) != (year - 1, 12):
            raise Refused(f"{day} 不属于 {year} 年，也不是上一年 12 月")
        if works and day.weekday() < 5:
            raise Refused(f"{day} 本来就是工作日，不必写上班")
        yield day, (works, row[3])


def _day(text: str) -> date | None:
    try:
        return cells.date(text)[0]
    except cells.CellFault as fault:
        raise Refused(fault.message.rstrip("。")) from None


def _missing_statutory(days: Days, year: int) -> list[str]:
    """Days off that the law itself fixes and the notice leaves out, for the years whose days we hold."""
    shipped = next((one for one in shipped_years() if one.year == year and one.state == "provisional"), None)
    if shipped is None or not days:
        return []
    missing = [day for day in shipped.exceptions if days.get(day, (True, ""))[0] and day.weekday() < 5]
    return [f"缺少法定节假日 {'、'.join(map(str, sorted(missing)))}"] if missing else []


def changes(days: Days, year: int) -> list[Change]:
    """What would read otherwise, day by day; the answer to “what does this file do”."""
    stored = {
        day.date: day
        for day in CalendarDay.objects.filter(date__gte=date(year - 1, 12, 1), date__lte=date(year, 12, 31))
    }
    wanted = {date(year, 1, 1) + timedelta(days=n): None for n in range(366)} | dict.fromkeys(days)
    found = []
    for day in sorted(wanted):
        if day.year > year:
            continue
        works, reason = days.get(day) or ((True, "工作日") if day.weekday() < 5 else (False, "周末"))
        before = stored.get(day)
        if day.year < year and day not in days:
            continue
        if before is None or (before.is_workday, before.reason) != (works, reason):
            old = _words(before.is_workday, before.reason) if before else "没有日历"
            found.append(Change(day, old, _words(works, reason)))
    return found


def _words(works: bool, reason: str) -> str:
    return reason if reason in ("工作日", "周末") else f"{'上班' if works else '休息'}（{reason}）"


@transaction.atomic
def publish(days: Days, year: int, *, number: str, urls: str = "", by) -> bool:
    """Put a year's notice into the calendar (载入放假安排); deadlines that it moves are counted again after commit."""
    access.require(by, "operate_system")
    if not number.strip():
        raise Refused("请填写国务院办公厅通知的文号，例如“国办发明电〔2026〕1号”。")
    with audit.acting(by, reason=f"载入 {year} 年放假安排（{number.strip()}）"):
        return load_year(
            year,
            days,
            notice_number=number.strip(),
            notice_urls=urls.strip(),
            state=CalendarYear.State.LOADED,
        )
