"""Days that a person can mean (合理日期): the same years as imports accept.

A period is stored up to the day after its last one, so the end of all dates must never be reached by a mistyped year.
"""

import datetime as dt

from django.core.validators import MaxValueValidator, MinValueValidator

EARLIEST, LATEST = dt.date(1840, 1, 1), dt.date(2100, 12, 31)
_FIRST = MinValueValidator(EARLIEST, f"日期不能早于 {EARLIEST}。请核对年份。")
PLAUSIBLE_DAY = [_FIRST, MaxValueValidator(LATEST, f"日期不能晚于 {LATEST}。请核对年份。")]
# For the last day of what may have none: a far year is how people write that.
PLAUSIBLE_END = [
    _FIRST,
    MaxValueValidator(LATEST, f"日期不能晚于 {LATEST}。请核对年份，没有期限的留空。"),
]
