"""Dates and numbers as one writes them here: 2020-10-13, 16:20, 12,416, 97.4%, +6.1 and −38."""

import datetime
from decimal import Decimal
from functools import cache

from django.utils import timezone
from django.utils.html import format_html

from .library import register

EMPTY = "—"
WEEKDAYS = "一二三四五六日"
MINUS = "\N{MINUS SIGN}"


def local(moment):
    """The moment in the product's time zone."""
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def _this_year(date):
    """Whether the year goes without saying."""
    return date.year == timezone.localdate().year


@register.simple_tag
def day(date, weekday=False, short=False):
    """`{% day filing.due weekday=True %}`: 2020-10-13（二）; `short=True` 10-13 in this year; empty is —."""
    if not date:
        return EMPTY
    if isinstance(date, datetime.datetime):
        date = local(date).date()
    text = f"{date:%m-%d}" if short and _this_year(date) else date.isoformat()
    if weekday:
        text += f"（{WEEKDAYS[date.weekday()]}）"
    return format_html('<time datetime="{}">{}</time>', date.isoformat(), text)


@register.simple_tag
def when(moment, short=False):
    """`{% when event.at %}`: 2020-10-13 16:20; `short=True` leaves this year's number out."""
    if not moment:
        return EMPTY
    moment = local(moment)
    text = f"{moment:%m-%d %H:%M}" if short and _this_year(moment) else f"{moment:%Y-%m-%d %H:%M}"
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(timespec="minutes"), text)


@register.simple_tag
def period(start, end):
    """`{% period a b %}`: 2019-06-25 至 2019-08-31, both days belonging; open ends say so (起, 至今)."""
    if start and end:
        return format_html("{} 至 {}", day(start), day(end))
    if start:
        return format_html("{} 起", day(start))
    return format_html("至 {}", day(end)) if end else EMPTY


@register.simple_tag
def during(dates):
    """`{% during membership.during %}`: a stored range [from, to) as its first and last day."""
    return period(dates.lower, dates.upper - datetime.timedelta(days=1) if dates.upper else None)


@cache
def words(model, field):
    """What the values of a field with choices are called."""
    return {value: str(text) for value, text in model._meta.get_field(field).flatchoices}


@register.filter
def word(record, field):
    """`{{ one|word:"level" }}`: what a chosen value is called; get_level_display at a tenth of its price, for long lists."""
    value = getattr(record, field)
    return words(type(record), field).get(value, value)


@register.simple_tag
def num(number, decimals=0):
    """`{% num 12416 %}`: 12,416; an empty value is —, a minus is U+2212."""
    if number is None or number == "":
        return EMPTY
    if type(number) is int and not decimals:
        return f"{number:,}".replace("-", MINUS)
    return f"{Decimal(number):,.{decimals}f}".replace("-", MINUS)


@register.simple_tag
def percent(number, decimals=1):
    """`{% percent 97.42 %}`: 97.4%. The value is in per cent already; an empty value is —."""
    text = num(number, decimals)
    return text if text == EMPTY else f"{text}%"


@register.simple_tag
def change(number, decimals=0):
    """`{% change -38 %}`: −38; a rise carries its +."""
    text = num(number, decimals)
    return f"+{text}" if number and number > 0 else text


@register.simple_tag
def when_or_day(value):
    """`{% when_or_day event.at %}`: a moment with its time, a date without."""
    return when(value) if isinstance(value, datetime.datetime) else day(value)
