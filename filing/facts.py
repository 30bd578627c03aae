"""Facts about the filing of one consortium (备案事实), for a draft, a filing on its way or none at all."""

from dataclasses import dataclass
from datetime import date

from registry.facts import InstitutionFacts, WaiverFacts
from registry.policy.subjects import facts_of


@dataclass(frozen=True, slots=True)
class MaterialFacts:
    """备案材料: its kind (form 备案表, charter 章程, agreement 协议书, plan 建设方案 …) and whether it can be read."""

    kind: str
    readable: bool = True


@dataclass(frozen=True, slots=True)
class DueFacts:
    """备案期限. Where the day depends on an unpublished year, it lies between ``earliest`` and ``latest``.

    ``days_late`` counts the workdays by which the first submission, or today while there is none, misses it.
    """

    on: date
    earliest: date
    latest: date
    days_late: int = 0

    @property
    def is_provisional(self) -> bool:
        return self.earliest != self.latest


@facts_of("filing")
@dataclass(frozen=True, slots=True)
class FilingFacts:
    """备案. ``exists`` is False for a consortium that has never been filed; ``accepted_on`` is its 备案日期.

    ``authority`` is the code of the bureau that it is filed with; ``lead_bureaus`` are the codes of the bureaus
    that stand over the place of the lead. ``form_generated`` says that the system makes the 备案表 at submission.
    ``uncovered`` names members that no agreement covers, ``private`` the private ones. ``origin`` is "online" or
    "imported".
    """

    id: int | None = None
    name: str = ""
    kind: str = ""
    scope: str = ""
    ancestry: tuple[str, ...] = ()
    exists: bool = True
    origin: str = "online"
    lead: InstitutionFacts | None = None
    lead_company: str = ""
    authority: str = ""
    authority_name: str = ""
    lead_bureaus: tuple[str, ...] = ()
    filed_by: int | None = None
    filed_by_name: str = ""
    founded_on: date | None = None
    submitted_on: date | None = None
    accepted_on: date | None = None
    due: DueFacts | None = None
    materials: tuple[MaterialFacts, ...] = ()
    form_generated: bool = False
    uncovered: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    waivers: tuple[WaiverFacts, ...] = ()
    calendar_version: str = ""
