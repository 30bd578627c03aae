"""Numbers of cases and registrations (编号).

Two series for each authority and year of issue (Asia/Shanghai): the case number is given at the first submission,
the 备案编号 inside the registering transaction. The counter row stays locked until that transaction ends, so a
number is neither lost when it rolls back nor given twice; withdrawn and revoked cases keep theirs, and none is
given again.
"""

import re
import secrets

from django.utils import timezone

from filing.models import Filing, NumberSeries

CASE_PREFIX = {
    Filing.Kind.ESTABLISH: "备",
    Filing.Kind.CHANGE: "变",
    Filing.Kind.CLOSE: "终",
    Filing.Kind.APPROVAL: "审",
}
REGISTRATION_PREFIX: dict[str, str] = {Filing.Kind.APPROVAL: "医联审"}
# Without 0/O, 1/I/L: the code is read from paper and typed again.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LARGEST_BELIEVABLE = 99_999


def _locked(authority, year: int, series: str) -> NumberSeries:
    """The counter row of a series, locked; made first where it does not exist, whoever else does the same."""
    NumberSeries.objects.bulk_create(
        [NumberSeries(authority=authority, year=year, series=series)], ignore_conflicts=True
    )
    return NumberSeries.objects.select_for_update().get(authority=authority, year=year, series=series)


def _take(authority, series: str) -> tuple[int, int]:
    year = timezone.localdate().year
    counter = _locked(authority, year, series)
    counter.last += 1
    counter.save(update_fields=["last"])
    return year, counter.last


def take_case_number(filing: Filing) -> str:
    """申报编号, such as 备2020-0137. Call inside the submitting transaction."""
    year, number = _take(filing.authority, NumberSeries.Series.CASE)
    return f"{CASE_PREFIX[filing.kind]}{year}-{number:04d}"


def take_registration_number(filing: Filing) -> str:
    """备案编号, such as 医联备〔2020〕500000-0021号, of a prior approval 医联审〔…〕. Call inside the registering transaction."""
    year, number = _take(filing.authority, NumberSeries.Series.REGISTRATION)
    prefix = REGISTRATION_PREFIX.get(filing.kind, "医联备")
    return f"{prefix}〔{year}〕{filing.authority.code}-{number:04d}号"


def year_and_number(text: str) -> tuple[int, int] | None:
    """Year and serial of a number in whatever style it was written; None when it cannot be told."""
    year = re.search(r"(?<!\d)(?:19|20)\d{2}(?!\d)", text)
    serials = re.findall(r"\d+", text[year.end() :]) if year else []
    if not serials or not 0 < int(serials[-1]) <= LARGEST_BELIEVABLE:
        return None
    return int(year.group()), int(serials[-1])


def move_on(authority, numbers) -> None:
    """Numbers brought in from outside are never given again: the counters of their years go at least that far."""
    highest: dict[int, int] = {}
    for text in numbers:
        if found := year_and_number(text):
            year, number = found
            highest[year] = max(number, highest.get(year, 0))
    for year, number in sorted(highest.items()):
        counter = _locked(authority, year, NumberSeries.Series.REGISTRATION)
        if counter.last < number:
            counter.last = number
            counter.save(update_fields=["last"])


def new_verification_code() -> str:
    """A code of 12 characters in groups of four, not guessable from another one."""
    characters = "".join(secrets.choice(CODE_ALPHABET) for _ in range(12))
    return "-".join(characters[i : i + 4] for i in (0, 4, 8))


def normal_code(text: str) -> str:
    """A verification code as a person typed it, in the form in which it is stored."""
    characters = re.sub(r"[\s\-—－]+", "", text).upper()
    return "-".join(characters[i : i + 4] for i in (0, 4, 8)) if len(characters) == 12 else ""
