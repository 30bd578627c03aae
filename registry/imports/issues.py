"""What an import has to say about a cell (问题), in one shape for pages, commands and the returned workbook."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """error: the row cannot be taken; decision: a person must choose; warning and repair never stop anything."""

    ERROR = "error"
    DECISION = "decision"
    WARNING = "warning"
    REPAIR = "repair"


@dataclass(slots=True)
class Issue:
    """One finding. `row` counts as the spreadsheet does (0: the file or sheet as a whole); `letter` is its column."""

    rule: str
    severity: Severity
    message: str
    remedy: str = ""
    sheet: str = ""
    row: int = 0
    letter: str = ""
    column: str = ""
    value: str = ""

    @property
    def cell(self) -> str:
        """Address such as B213; empty where there is no single cell."""
        return f"{self.letter}{self.row}" if self.letter and self.row else ""

    def as_json(self) -> dict:
        """The answer of the import commands."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "cell": self.cell,
            "value": self.value,
            "rule": self.rule,
            "message": self.message,
            "remedy": self.remedy,
        }


def stops(issues: Iterable[Issue]) -> bool:
    """True when an error or an open decision keeps the file from being applied."""
    return any(issue.severity in (Severity.ERROR, Severity.DECISION) for issue in issues)
