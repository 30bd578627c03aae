"""Facts about a rule that was lifted (豁免事实)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class WaiverFacts:
    """豁免 in force on the day; ``replaced`` holds the parameters that stand in place of the rule's own."""

    rule: str
    reason: str
    granted_by: str
    granted_on: date
    document: str
    until: date | None = None
    replaced: Mapping[str, str | int] = field(default_factory=dict)
    kind: str = "waiver"
