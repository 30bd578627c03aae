"""What belongs to one filing and its facts are made of (一件备案的卷宗), read with one statement.

The check sheet is made anew on every page of a draft: read one by one, the filing's own rows would cost a dozen queries.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from filing import routing
from filing.models import Filing, FilingMember, Material
from registry.facts import CredentialFacts, InstitutionFacts
from registry.facts.institutions import (
    COLUMNS,
    area,
    credential_rows,
    credentials_from,
    facts_of_row,
    places,
    roster_rows,
    rosters_from,
    with_other_names,
)
from registry.gather import Part, composed, day, gather
from registry.models import Consortium, InstitutionName, TreatmentSubject

OF_INSTITUTION = tuple(f"institution__{name}" for name in COLUMNS)


@dataclass(frozen=True, slots=True)
class Member:
    """One institution that the filing names."""

    institution: InstitutionFacts
    role: str
    joined_on: date | None
    left_on: date | None
    remote_enabled_on: date | None

    def belongs_on(self, on: date) -> bool:
        """The last day belongs to the membership; without a date it begins with the consortium."""
        joined = self.joined_on is None or self.joined_on <= on
        return joined and (self.left_on is None or on <= self.left_on)


@dataclass(frozen=True, slots=True)
class Dossier:
    """Members in the order in which they were named; ``files`` are (kind, institution that alone signed it)."""

    members: tuple[Member, ...]
    files: tuple[tuple[str, int | None], ...]
    lead: InstitutionFacts | None
    lead_bureaus: tuple[str, ...]
    credentials: tuple[CredentialFacts, ...]
    roster: Mapping[str, int] | None
    specialty_code: str
    specialty_name: str
    approved_on: date | None


def read(filing: Filing, specialty: str, as_of: date) -> Dossier:
    """The dossier as it stands, to be judged as of a day; ``specialty`` is the code that the form names, if it names one."""
    parts: dict[str, Part] = {"members": _member_rows(filing.pk), "files": _file_rows(filing.pk)}
    if filing.lead:
        parts["names"] = _name_rows(filing.lead.pk)
        parts["credentials"] = credential_rows([filing.lead.pk])
        parts["bureaus"] = routing.local_bureau_rows(filing.lead)
        if filing.consortium_kind == Consortium.Kind.COUNTY_COMMUNITY:
            parts["roster"] = roster_rows([area(places(filing.lead.area_path), 2)], as_of)
    if specialty:
        parts["specialty"] = _specialty_rows(specialty)
    if filing.approval_id:
        parts["approval"] = _approval_rows(filing.approval_id)
    return _of_rows(filing, dict(zip(parts, gather(*parts.values()), strict=True)))


@composed("filing")
def _member_rows(filing: int) -> QuerySet:
    rows = with_other_names(FilingMember.objects.filter(filing=filing).order_by("pk"), "institution")
    return rows.values_list("role", "joined_on", "left_on", "remote_enabled_on", *OF_INSTITUTION, "names")


@composed("filing")
def _file_rows(filing: int) -> QuerySet:
    files = Material.objects.filter(filing=filing, removed_at=None)
    return files.order_by("kind", "pk").values_list("kind", "covers_id")


@composed("lead")
def _name_rows(lead: int) -> QuerySet:
    return InstitutionName.objects.filter(institution=lead).order_by("name").values_list("name")


@composed("code")
def _specialty_rows(code: str) -> QuerySet:
    return TreatmentSubject.objects.filter(pk=code).order_by().values_list("code", "name")


@composed("filing")
def _approval_rows(filing: int) -> QuerySet:
    return Filing.objects.filter(pk=filing).order_by().values_list("registered_on")


def _of_rows(filing: Filing, rows: Mapping[str, list[list[Any]]]) -> Dossier:
    lead = None
    if filing.lead:
        own = [getattr(filing.lead, name) for name in COLUMNS]
        lead = facts_of_row([*own, [name for (name,) in rows["names"]]])
    code, name = next(iter(rows.get("specialty", ())), ("", ""))
    (approved_on,) = next(iter(rows.get("approval", ())), (None,))
    return Dossier(
        members=tuple(_members(rows["members"])),
        files=tuple((kind, covers) for kind, covers in rows["files"]),
        lead=lead,
        lead_bureaus=routing.local_bureaus_from(rows.get("bureaus", ())),
        credentials=credentials_from(rows.get("credentials", ()))[filing.lead_id],
        roster=rosters_from(rows.get("roster", ())).get(lead.county) if lead else None,
        specialty_code=code,
        specialty_name=name,
        approved_on=day(approved_on),
    )


def _members(rows: Iterable[Sequence[Any]]) -> Iterable[Member]:
    for role, joined_on, left_on, remote, *row in rows:
        yield Member(facts_of_row(row), role, day(joined_on), day(left_on), day(remote))
