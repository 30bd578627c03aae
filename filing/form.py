"""The form of one filing (一件备案的备案表): which sections and questions it holds.

It follows from the kind of filing, the kind of consortium, the parts that a change touches, and what the policy
documents that bind the place require, hide or add (fixtures/forms).
"""

from dataclasses import dataclass, replace
from functools import cached_property

from filing.fields import Field, Section
from filing.models import Filing
from filing.sections import FORM_VERSION, SECTIONS
from filing.supplements import RequiredMaterial, Supplement, supplements
from registry.facts.institutions import places
from registry.policy.library import current_book
from registry.policy.pack import NATIONAL

TITLES = {
    Filing.Kind.ESTABLISH: "医联体备案表",
    Filing.Kind.CHANGE: "医联体变更备案表",
    Filing.Kind.CLOSE: "医联体终止备案表",
    Filing.Kind.APPROVAL: "专科联盟组建申请表",
}
FIRST_SECTIONS: dict[str, str] = {Filing.Kind.CHANGE: "变更事项", Filing.Kind.CLOSE: "终止事项"}


@dataclass(frozen=True)
class Form:
    """The sections of one filing, each with exactly the questions that it is asked."""

    title: str
    sections: tuple[Section, ...]
    materials: tuple[RequiredMaterial, ...]
    version: str

    def section(self, key: str) -> Section | None:
        return next((section for section in self.sections if section.key == key), None)

    def find(self, section_key: str, field_key: str) -> Field | None:
        section = self.section(section_key)
        return next((f for f in section.fields if f.key == field_key), None) if section else None

    def after(self, key: str) -> Section:
        """The section that follows; the last follows itself."""
        keys = [section.key for section in self.sections]
        return self.sections[min(keys.index(key) + 1, len(keys) - 1)]

    def place_of(self, provision: str) -> tuple[str, str] | None:
        """Section and field in which a provision's facts are given; None where this filing does not ask for them."""
        return self._places.get(provision)

    @cached_property
    def _places(self) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for section in self.sections:
            for field in section.fields:
                found |= {clause: (section.key, field.key) for clause in field.clauses if clause not in found}
            found |= {clause: (section.key, "") for clause in section.clauses if clause not in found}
        return found


def ancestry(filing: Filing) -> tuple[str, ...]:
    """Codes of the bureau's place and of all above it: the packs of these places bind the filing."""
    if filing.authority is None:
        return places(filing.lead.division.path) if filing.lead else ()
    place = filing.authority.division or filing.authority.management_area.host
    return places(place.path)


def form_of(filing: Filing) -> Form:
    """The form of a filing as it stands; worked out again only when what decides it has changed."""
    key = (filing.kind, filing.consortium_kind, tuple(filing.parts), filing.authority_id, filing.lead_id)
    known = filing.__dict__.get("_form")
    if known is None or known[0] != key:
        known = (key, _form(filing, _binding(filing)))
        filing.__dict__["_form"] = known
    return known[1]


def _binding(filing: Filing) -> list[Supplement]:
    """The supplements of documents that bind the place of the filing."""
    codes = {*ancestry(filing), NATIONAL}
    packs = current_book().packs
    return [s for s in supplements() if s.pack in packs and packs[s.pack].jurisdiction in codes]


def _form(filing: Filing, binding: list[Supplement]) -> Form:
    kind = filing.consortium_kind
    sections = [_section(section, filing, binding) for section in SECTIONS]
    wanted = [
        material
        for supplement in binding
        for material in supplement.materials
        if filing.kind in (Filing.Kind.ESTABLISH, Filing.Kind.APPROVAL)
        if not material.kinds or kind in material.kinds
    ]
    return Form(
        TITLES[filing.kind],
        tuple(section for section in sections if section is not None),
        tuple(wanted),
        "+".join([FORM_VERSION, *(f"{s.pack}.{s.digest}" for s in binding)])[:200],
    )


def _section(section: Section, filing: Filing, binding: list[Supplement]) -> Section | None:
    if section.kind == "members":
        return section if _asks_part(section.part, filing) else None
    if section.kind != "fields":
        return section
    hidden = {name for supplement in binding for name in supplement.hide}
    required = {name for supplement in binding for name in supplement.require}
    added = [field for supplement in binding for field in supplement.fields_of(section.key)]
    fields = tuple(
        replace(field, required=True) if f"{section.key}.{field.key}" in required else field
        for field in (*section.fields, *added)
        if f"{section.key}.{field.key}" not in hidden
        if field.applies_to(filing.consortium_kind) and asks(field, filing)
    )
    title = (
        FIRST_SECTIONS.get(filing.kind, section.title) if section.key == SECTIONS[0].key else section.title
    )
    return replace(section, title=title, fields=fields) if fields else None


def _asks_part(part: str, filing: Filing) -> bool:
    return filing.kind in (Filing.Kind.ESTABLISH, Filing.Kind.APPROVAL) or part in filing.parts


def asks(field: Field, filing: Filing) -> bool:
    """Whether a kind of filing asks this question: a change asks what belongs to the parts that it touches."""
    if filing.kind == Filing.Kind.CHANGE and field.part:
        return field.part in filing.parts
    if filing.kind in (Filing.Kind.CHANGE, Filing.Kind.CLOSE):
        return filing.kind in field.filings
    return not field.filings or filing.kind in field.filings
