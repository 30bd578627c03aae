"""The published rules (已发布的条款), read from the database and kept in memory while they do not change.

Every published version of a document is kept, so the rules can be read as they stood on any day: of each document the
version that was in force on that day, and before its first version came into the program, that first one.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Q
from django.utils import timezone

from registry.models import PolicyDocument, PolicyVersion, Rule
from registry.policy.book import RuleBook
from registry.policy.pack import PackSpec, RuleSpec, digest

Versions = tuple[tuple[str, str], ...]  # document code and version, in the order of the codes
_TEXTS = ("title", "short_title", "number", "issuer", "jurisdiction", "status", "text")
_DATES = ("issued_on", "effective_from", "effective_to", "plan_from", "plan_to")


def current_book() -> RuleBook:
    """The rule book as published. One small query; everything is read again only when a document has changed."""
    return _book(_current_versions())


def book_on(day: date) -> RuleBook:
    """The rule book as it was published on a day; one more small query where the day has passed."""
    current = _current_versions()
    if day >= timezone.localdate():
        return _book(current)
    return _book(tuple((code, past) for code, past in _versions_on(day, dict(current)).items()))


def book_version() -> str:
    """What stands for all that is published now."""
    return digest([list(pair) for pair in _current_versions()])


def _current_versions() -> Versions:
    return tuple(PolicyDocument.objects.order_by("code").values_list("code", "version"))


def _versions_on(day: date, current: Mapping[str, str]) -> dict[str, str]:
    """By document the version in force on a day: the last that had taken effect by then, else the first that is kept."""
    found: dict[str, str] = {}
    rows = PolicyVersion.objects.order_by("document__code", "pk")
    for code, version, effective_on in rows.values_list("document__code", "version", "effective_on"):
        if code not in found or effective_on <= day:
            found[code] = version
    return dict(current) | found


@lru_cache(maxsize=8)
def _book(versions: Versions) -> RuleBook:
    current = dict(_current_versions())
    same = [code for code, version in versions if current.get(code) == version]
    packs = {pack.id: pack for pack in published_packs(same)}
    past = [pair for pair in versions if pair[0] not in packs]
    packs |= {code: pack_of_version(code, version) for code, version in past}
    return RuleBook(packs[code] for code, _ in versions)


@lru_cache(maxsize=8)
def stored_rules(book: RuleBook) -> Mapping[str, int]:
    """By provision, the key of the stored version of each rule of a published book; rules are kept for ever.

    Where the program has learnt to read more of a rule since it was stored, its digest differs although its words do
    not: then it is the newest version of the same words.
    """
    specs = [rule for pack in book.packs.values() for rule in pack.rules]
    exact: dict[tuple[str, str], int] = {}
    newest: dict[str, int] = {}
    rows = Rule.objects.filter(provision__in={spec.id for spec in specs}).order_by("pk")
    for pk, provision, version in rows.values_list("pk", "provision", "version"):
        exact[provision, version] = newest[provision] = pk
    return {
        spec.id: exact.get((spec.id, spec.version)) or _same_words(spec) or newest[spec.id] for spec in specs
    }


def _same_words(spec: RuleSpec) -> int | None:
    """A stored rule that reads the same today, whatever its digest was when it was stored."""
    rows = Rule.objects.filter(provision=spec.id).order_by("-pk").values_list("pk", "body")
    return next((pk for pk, body in rows.iterator() if RuleSpec.from_body(body) == spec), None)


def published_packs(codes: Iterable[str] | None = None) -> list[PackSpec]:
    """The documents as published, in the order of their codes; all of them or some."""
    rows = PolicyDocument.objects.order_by("code")
    documents = list(rows if codes is None else rows.filter(code__in=list(codes)))
    rules: dict[int, list[RuleSpec]] = {}
    for document, body in Rule.objects.in_force().order_by("position").values_list("document_id", "body"):
        rules.setdefault(document, []).append(RuleSpec.from_body(body))
    return [pack_of(document, rules.get(document.pk, ())) for document in documents]


def pack_of(document: PolicyDocument, rules: Iterable[RuleSpec] = ()) -> PackSpec:
    """A stored document as the value that the engine works on."""
    facts = {name: getattr(document, name) for name in (*_TEXTS, *_DATES)}
    return _pack(document.code, facts, document.body, rules)


def pack_of_version(code: str, version: str) -> PackSpec:
    """A kept version of a document as the value that the engine works on."""
    kept = (
        PolicyVersion.objects.filter(document__code=code, version=version)
        .select_related("document")
        .latest("pk")
    )
    facts = {name: kept.content[name] for name in _TEXTS}
    facts |= {name: kept.content[name] and date.fromisoformat(kept.content[name]) for name in _DATES}
    return _pack(
        code, facts, kept.content["body"], (RuleSpec.from_body(rule.body) for rule in rules_of_version(kept))
    )


def rules_of_version(kept: PolicyVersion) -> list[Rule]:
    """The rules of a kept version, in the order of its text."""
    wanted = [tuple(pair) for pair in kept.rules]
    among = Q(provision__in=[provision for provision, _ in wanted], document=kept.document_id)
    known = {
        (rule.provision, rule.version): rule
        for rule in Rule.objects.filter(among).select_related("document").order_by("pk")
    }
    return [known[pair] for pair in wanted]


def _pack(
    code: str, facts: Mapping[str, Any], body: Mapping[str, Any], rules: Iterable[RuleSpec]
) -> PackSpec:
    return PackSpec(
        id=code, **facts, parents=tuple(body.get("parents", ())), note=body.get("note", ""),
        vocabulary=body.get("vocabulary", {}), named=body.get("named", {}), rules=tuple(rules),
    )  # fmt: skip
