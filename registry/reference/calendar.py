"""The shipped workday calendar (随系统提供的工作日历) as it stands in fixtures/calendar."""

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.conf import settings

from registry.models import CalendarYear
from registry.workdays import load_year


@dataclass
class ShippedYear:
    """A year with the days on which it departs from the weekdays."""

    year: int
    state: str
    notice_urls: str
    exceptions: dict[date, tuple[bool, str]] = field(default_factory=dict)


def shipped_years(folder: Path | None = None) -> list[ShippedYear]:
    """Every shipped year, in order; provisional ones hold the statutory days alone."""
    folder = folder or settings.BASE_DIR / "fixtures" / "calendar"
    exceptions: dict[int, dict[date, tuple[bool, str]]] = defaultdict(dict)
    for row in _rows(folder / "holidays.csv"):
        on = date.fromisoformat(row["date"])
        exceptions[on.year][on] = (row["is_workday"] == "1", row["reason"])
    for row in _rows(folder / "statutory_days.csv"):
        on = date.fromisoformat(row["date"])
        exceptions[on.year][on] = (False, f"{row['reason']}法定节假日（暂定）")
    return [
        ShippedYear(
            int(row["year"]),
            row["state"],
            "\n".join(row["notice_urls"].split()),
            exceptions[int(row["year"])],
        )
        for row in _rows(folder / "years.csv")
    ]


def _rows(path: Path):
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def load_calendar() -> int:
    """Write the shipped years; a year that an administrator loaded or corrected stays his. Answers years changed."""
    kept = set(
        CalendarYear.objects.filter(source=CalendarYear.Source.ADMINISTRATOR).values_list("year", flat=True)
    )
    return sum(
        load_year(
            shipped.year,
            shipped.exceptions,
            notice_urls=shipped.notice_urls,
            state=shipped.state,
            source=CalendarYear.Source.SHIPPED,
        )
        for shipped in shipped_years()
        if shipped.year not in kept
    )
