"""Facts about a document itself (文件事实), and what its own rules say about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from registry.policy.engine import Judgement, judge_one
from registry.policy.subjects import facts_of


@facts_of("document")
@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """政策文件. ``missing_parents`` are the cited documents whose text is not loaded."""

    name: str = ""
    ancestry: tuple[str, ...] = ()
    effective_from: date | None = None
    plan_to: date | None = None
    trial: bool = False
    missing_parents: tuple[str, ...] = ()


def document_facts(pack, packs) -> DocumentFacts:
    """The facts of one pack among all of them (by id)."""
    missing = [
        packs[parent].number or packs[parent].title
        for parent in pack.parents
        if parent in packs and packs[parent].is_placeholder
    ]
    return DocumentFacts(
        pack.title,
        (pack.jurisdiction,),
        pack.effective_from,
        pack.plan_to,
        pack.status == "trial",
        tuple(missing),
    )


def judged_documents(book, code: str, day: date) -> Iterator[Judgement]:
    """The verdicts of a document's rules about itself on a day."""
    pack = book.packs.get(code)
    if pack is None:
        return iter(())
    own = [rule for spec in pack.rules if spec.subject == "document" and (rule := book.rule(spec.id, day))]
    return judge_one(document_facts(pack, book.packs), own, day)
