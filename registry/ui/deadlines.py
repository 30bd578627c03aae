"""Deadlines (期限) as days left, and as a calendar that shows every day counted and every day skipped."""

import datetime

from django.utils import timezone
from django.utils.html import format_html

from registry.calendars import DueDate

from .library import register
from .marks import picture
from .texts import WEEKDAYS, day

# Kind of day: class, word under the date. "counted" days carry their number instead of a word.
KINDS = {
    "founding": ("is-0", "成立"),
    "counted": ("is-w", ""),
    "makeup": ("is-m", "班"),
    "rest": ("is-o", "休"),
    "holiday": ("is-o", "假"),
    "suspended": ("is-o is-halt", "停"),
    "today": ("is-today", ""),
    "last": ("is-due", ""),
}


@register.simple_tag
def due(date, left=None, tentative=False, short=False):
    """`{% due filing.due left %}`: workdays left (negative when late) or, without `left`, the date.

    A tentative date (a calendar year not yet published) is underlined and says 暂定. `short=True` is for a column
    whose head already says 剩余工作日.
    """
    if tentative:
        return format_html(
            '<span class="yl-due"><span class="yl-due-prov">{}（暂定）</span></span>', day(date)
        )
    if left is None:
        return format_html('<span class="yl-due">{}</span>', day(date))
    if left < 0:
        text = "<b>逾 {}</b>" if short else "逾期 <b>{}</b> 个工作日"
        return format_html('<span class="yl-due yl-due-late">{} ' + text + "</span>", picture("warn"), -left)
    if left == 0:
        return format_html('<span class="yl-due yl-due-soon"><b>今日</b>{}</span>', "" if short else "到期")
    return format_html(
        '<span class="yl-due{}">' + ("<b>{}</b>" if short else "剩 <b>{}</b> 个工作日") + "</span>",
        " yl-due-soon" if left == 1 else "",
        left,
    )


def value(item, name):
    """A part of a calendar day given as a mapping or as an object."""
    return item[name] if isinstance(item, dict) else getattr(item, name)


def cell(item, first):
    """One day of the calendar: kinds may be several words, as in "counted today"."""
    date, number, kinds = value(item, "date"), value(item, "number"), str(value(item, "kind")).split()
    classes = " ".join(KINDS[kind][0] for kind in kinds)
    if "last" in kinds:
        classes = classes.replace("is-w", "").replace("is-m", "").strip()
    words = [KINDS[kind][1] for kind in kinds if KINDS[kind][1]]
    if number is not None:
        words.append(str(number))
    return {"css": classes, "head": head(date, first), "word": " ".join(words), "date": date}


def head(date, first):
    """Day of the month, with the month where one begins and in the first cell."""
    return f"{date.month}/{date.day}" if first or date.day == 1 else str(date.day)


def kind_of(skipped):
    """Kind of a day that the count passed over, from its reason."""
    if skipped.reason.startswith("中止计算"):
        return "suspended"
    return "rest" if skipped.reason == "周末" else "holiday"


def days_of(period, today):
    """The days of a DueDate (registry.workdays) as the calendar shows them; today is marked when it lies inside."""
    days: dict[datetime.date, tuple[int | None, str]] = {period.begins_on: (None, "founding")}
    days |= {skipped.on: (None, kind_of(skipped)) for skipped in period.skipped}
    for number, date in enumerate(period.counted, start=1):
        kind = "makeup" if date.weekday() > 4 else "counted"
        days[date] = (number, f"{kind} last" if date == period.due else kind)
    return [
        {"date": date, "number": number, "kind": f"{kind} today" if date == today else kind}
        for date, (number, kind) in sorted(days.items())
    ]


@register.inclusion_tag("components/deadline_calendar.html")
def deadline_calendar(days, label="逐日计算", last_word="最后一日"):
    """`{% deadline_calendar due_date %}`: a DueDate of registry.workdays, or a list of days.

    A day has `date`, `number` (or None) and `kind`: founding counted makeup rest holiday suspended, with today and
    last added after a space. Whole weeks are shown, Monday first; days outside the list are grey.
    """
    if isinstance(days, DueDate):
        last_word = f"第 {days.workdays} 日"
        days = days_of(days, timezone.localdate())
    known = {value(item, "date"): item for item in days}
    if not known:
        return {"weeks": []}
    start = min(known) - datetime.timedelta(days=min(known).weekday())
    end = max(known) + datetime.timedelta(days=6 - max(known).weekday())
    dates = [start + datetime.timedelta(days=offset) for offset in range((end - start).days + 1)]
    cells = [
        cell(known[date], date == start)
        if date in known
        else {"css": "is-out", "head": head(date, date == start), "word": "", "date": date}
        for date in dates
    ]
    return {
        "label": label,
        "weekdays": WEEKDAYS,
        "weeks": [cells[offset : offset + 7] for offset in range(0, len(cells), 7)],
        "kinds": {kind for item in days for kind in str(value(item, "kind")).split()},
        "last_word": last_word,
    }
