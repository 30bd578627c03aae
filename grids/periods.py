"""Periods (起止): stored as [from, to), read and written with the last day included (起、止都含当日)."""

import datetime as dt

from django.db.backends.postgresql.psycopg_any import DateRange

from registry.errors import Refused

ONE_DAY = dt.timedelta(days=1)


def period(start: dt.date | None, last: dt.date | None = None) -> DateRange:
    """The range from `start` to `last` inclusive; None at either end means open or unknown."""
    if start and last and last < start:
        raise Refused(f"止日期 {last} 早于起日期 {start}。请改正其中一个日期。")
    return DateRange(start, last + ONE_DAY if last else None)


def last_day(during: DateRange) -> dt.date | None:
    """The last day that belongs to the period; None when it is open."""
    return during.upper - ONE_DAY if during.upper else None


def say(during: DateRange) -> str:
    """The period in words, as screens and refusals show it."""
    last = last_day(during)
    if during.lower and last:
        return f"{during.lower} 至 {last}" if last != during.lower else f"{last} 一天"
    if during.lower:
        return f"{during.lower} 起"
    return f"至 {last}" if last else "起止日期不详"


def meet(one: DateRange, other: DateRange) -> DateRange | None:
    """The days that both periods share, None when there are none."""
    start = max((d for d in (one.lower, other.lower) if d), default=None)
    end = min((d for d in (one.upper, other.upper) if d), default=None)
    return None if start and end and end <= start else DateRange(start, end)


def join(periods: list[DateRange]) -> list[DateRange]:
    """The same days in as few periods as possible: overlapping and adjoining ones become one."""
    joined: list[DateRange] = []
    for next_ in sorted(periods, key=lambda p: p.lower or dt.date.min):
        if joined and (joined[-1].upper is None or (next_.lower or dt.date.min) <= joined[-1].upper):
            ends = (joined[-1].upper, next_.upper)
            joined[-1] = DateRange(joined[-1].lower, None if None in ends else max(ends))
        else:
            joined.append(next_)
    return joined


def without(days: DateRange, taken: list[DateRange]) -> list[DateRange]:
    """What is left of a period when others are taken out of it."""
    left, start = [], days.lower
    for block in join(taken):
        shared = meet(days, block)
        if shared is None:
            continue
        if shared.lower and (start is None or shared.lower > start):
            left.append(DateRange(start, shared.lower))
        if shared.upper is None or shared.upper == days.upper:
            return left
        start = shared.upper
    return [*left, DateRange(start, days.upper)]
