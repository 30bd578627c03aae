"""Facts about one consortium (医联体事实): the same for a registered one and for a draft that is being filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from registry.facts.alike import GroupFacts
from registry.facts.evaluation import EvaluationFacts
from registry.facts.facility import PlannedFacilityFacts
from registry.facts.institution import CredentialFacts, InstitutionFacts, LinkFacts
from registry.facts.parts import leave_out
from registry.facts.waiver import WaiverFacts
from registry.policy.subjects import facts_of

NOBODY = InstitutionFacts()


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """牵头单位: an institution, a company, or not yet known."""

    institution: InstitutionFacts | None = None
    company_name: str = ""
    credentials: tuple[CredentialFacts, ...] = ()

    @property
    def is_known(self) -> bool:
        return self.institution is not None or bool(self.company_name)

    @property
    def name(self) -> str:
        return self.institution.name if self.institution else self.company_name


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """成员单位、参与单位 and so on. Only the role "member" counts as 成员单位 (readings A40)."""

    number: ClassVar[int] = 1

    institution: InstitutionFacts
    role: str = "member"
    remote_enabled_on: date | None = None
    in_roster: bool = True


@dataclass(frozen=True, slots=True)
class DeclarationFacts:
    """申报事实: what the owner declared, whether with evidence, and the reviewer's decision (None: not yet).

    ``year`` is None for what stands until it is changed. ``amounts`` are figures (numerator and denominator of a
    share, or one number), ``earlier`` those of the year before; ``days`` are dates. ``value`` is "yes", "no", a text,
    or chosen words joined with 、. ``reason`` says why it was not accepted.
    """

    value: str = ""
    evidenced: bool = False
    accepted: bool | None = None
    year: int | None = None
    amounts: tuple[float, ...] = ()
    earlier: tuple[float, ...] = ()
    days: tuple[date | None, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AllianceFacts:
    """Another consortium of the same kind and place that limits this one (同类医联体)."""

    name: str
    subject_code: str = ""
    approved_on: date | None = None
    founded_on: date | None = None


@dataclass(frozen=True, slots=True)
class DistrictShareFacts:
    """区县 that the grids of a consortium reach into: how many townships it has, and how many of them are theirs."""

    district: str
    townships: int
    held: int


# What is read of a consortium only where a rule asks for it; without its members these are counted in groups.
PARTS = frozenset(
    {
        "members", "roster", "declarations", "same_specialty", "partners", "linked_hospitals", "districts", "facilities",
        "evaluations",
    }
)  # fmt: skip


@facts_of("consortium")
@dataclass(frozen=True, slots=True)
class ConsortiumFacts:
    """医联体 on one day.

    ``members`` hold the rows of the day without the lead, whatever their role; where they are left out, ``grouped``
    holds them in groups of those alike. ``roster`` counts the open institutions of the county by kind, and
    is None where no roster of the county is loaded. ``ancestry`` holds the codes of its division and all above it;
    ``county_is_urban`` says whether its county is a 市辖区. ``partners`` are the county communities that parties of an
    urban-rural link lead; ``linked_hospitals`` are the city hospitals that a county community is linked with.
    ``districts`` are the counties that its grids reach into. ``facilities`` are the planned facilities of its city,
    ``evaluations`` the yearly evaluations that took it in. ``unread`` names the parts that were left out.

    ``alike`` are the 成员单位 proper, without participants, companies and shared centres, in groups or one by one: for
    what is counted or asked of kinds. ``counted`` are the same one by one.
    """

    id: int | None = None
    name: str = ""
    kind: str = ""
    scope: str = ""
    specialty_code: str = ""
    specialty_name: str = ""
    specialty_text: str = ""
    specialty_focus: str = ""
    closeness: str = ""
    founded_on: date | None = None
    approved_on: date | None = None
    council_chair: str = ""
    ancestry: tuple[str, ...] = ()
    county: str = ""
    county_is_urban: bool | None = None
    lead: LeadFacts = field(default_factory=LeadFacts)
    members: tuple[MemberFacts, ...] = ()
    roster: Mapping[str, int] | None = None
    declarations: Mapping[str, DeclarationFacts] = field(default_factory=dict)
    waivers: tuple[WaiverFacts, ...] = ()
    same_specialty: tuple[AllianceFacts, ...] = ()
    partners: tuple[LinkFacts, ...] = ()
    linked_hospitals: tuple[LinkFacts, ...] = ()
    districts: tuple[DistrictShareFacts, ...] = ()
    facilities: tuple[PlannedFacilityFacts, ...] = ()
    evaluations: tuple[EvaluationFacts, ...] = ()
    grouped: tuple[GroupFacts, ...] | None = None
    unread: tuple[str, ...] = ()
    alike: tuple[MemberFacts | GroupFacts, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        leave_out(self)
        rows: tuple[MemberFacts | GroupFacts, ...] = self.members if self.grouped is None else self.grouped
        alike = tuple([row for row in rows if row.role == "member"])
        object.__setattr__(self, "alike", alike)  # the way of a frozen dataclass to derive a field

    @property
    def counted(self) -> tuple[MemberFacts, ...]:
        return tuple(member for member in self.members if member.role == "member")

    @property
    def lead_institution(self) -> InstitutionFacts:
        """The lead, or a blank institution that answers every question with "not known"."""
        return self.lead.institution or NOBODY
