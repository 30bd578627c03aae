"""Deadlines (期限) as days left, and as a calendar that shows every day counted and every day skipped."""

import datetime

from django.utils.html import format_html

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


@register.inclusion_tag("components/deadline_calendar.html")
def deadline_calendar(days, label="逐日计算", last_word="最后一日"):
    """`{% deadline_calendar days %}`: consecutive days, each with `date`, `number` (or None) and `kind`.

    Kinds: founding counted makeup rest holiday suspended, with today and last added after a space. Whole weeks are
    shown, Monday first; days outside the list are grey.
    """
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
    kinds = {kind for item in days for kind in str(value(item, "kind")).split()}
    return {
        "label": label,
        "weekdays": WEEKDAYS,
        "weeks": [cells[offset : offset + 7] for offset in range(0, len(cells), 7)],
        "kinds": kinds,
        "last_word": last_word,
    }
