"""The published rules (已发布的条款), read from the database and kept in memory while they do not change."""

from collections.abc import Iterable
from functools import lru_cache

from registry.models import PolicyDocument, Rule
from registry.policy.book import RuleBook
from registry.policy.pack import PackSpec, RuleSpec, digest


def current_book() -> RuleBook:
    """The rule book as published. One small query; everything is read again only when a document has changed."""
    return _book(tuple(PolicyDocument.objects.order_by("code").values_list("code", "version")))


def book_version() -> str:
    """What stands for all that is published now."""
    return digest(
        [list(pair) for pair in PolicyDocument.objects.order_by("code").values_list("code", "version")]
    )


@lru_cache(maxsize=4)
def _book(versions: tuple[tuple[str, str], ...]) -> RuleBook:
    return RuleBook(published_packs([code for code, _ in versions]))


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
    body = document.body
    return PackSpec(
        id=document.code, title=document.title, short_title=document.short_title, number=document.number,
        issuer=document.issuer, jurisdiction=document.jurisdiction, status=document.status,
        issued_on=document.issued_on, effective_from=document.effective_from, effective_to=document.effective_to,
        plan_from=document.plan_from, plan_to=document.plan_to, parents=tuple(body.get("parents", ())),
        note=body.get("note", ""), vocabulary=body.get("vocabulary", {}), named=body.get("named", {}),
        text=document.text, rules=tuple(rules),
    )  # fmt: skip
