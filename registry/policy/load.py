"""Loading packs into the database (载入政策包): every published version of a rule is kept."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from registry.models import PolicyDocument, PolicyVersion, Rule
from registry.policy.facilities import register_facilities
from registry.policy.library import published_packs
from registry.policy.pack import PackSpec, RuleSpec, digest
from registry.policy.parse import PackError, Problem, line_naming, read_pack, source_of

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "policies"
_SAME = (
    "title", "short_title", "number", "issuer", "jurisdiction", "status",
    "issued_on", "effective_from", "effective_to", "plan_from", "plan_to", "text",
)  # fmt: skip


def read_packs(folder: Path = FOLDER) -> list[PackSpec]:
    """Every pack of a folder; PackError with all problems of all files when one may not be loaded."""
    packs, problems = [], []
    for path in sorted(folder.glob("*.toml")):
        try:
            packs.append(read_pack(path))
        except PackError as error:
            problems += error.problems
    problems = problems or list(across(packs))
    if problems:
        raise PackError(problems)
    return packs


def across(
    packs: list[PackSpec], sources: Mapping[str, str] | None = None, only: str = ""
) -> Iterator[Problem]:
    """What only shows when the packs are seen together: of all of them, or of one (``only``) that joins the others.

    ``sources`` gives the texts of packs whose mistakes are to be shown at their lines.
    """
    documents = Counter(pack.id for pack in packs)
    used_in = {rule.id: pack for pack in packs if pack.id != only for rule in pack.rules}
    provisions = Counter(rule.id for pack in packs for rule in pack.rules)
    cited = {name for pack in packs if pack.id != only for name in _cited(pack)} if only else set()
    for pack in packs:
        if only and pack.id != only:
            continue
        source = (sources or {}).get(pack.id, "")

        def wrong(rule: str, message: str, named: str = "", pack=pack, source=source) -> Problem:
            return Problem(f"{pack.id}.toml", line_naming(source, rule, named), rule, message)

        if documents[pack.id] > 1:
            yield wrong("", f"文件标识 {pack.id} 重复。换一个标识。")
        for parent in pack.parents:
            if parent not in documents:
                yield wrong(
                    "",
                    f'没有上位文件 {parent}。先载入它，没有正文的写一个 status = "placeholder" 的政策包。',
                    parent,
                )
        for rule in pack.rules:
            if provisions[rule.id] > 1:
                yield wrong(rule.id, f"条款编号重复，{_title(used_in, rule, pack)}已经用过。请换一个编号。")
            if rule.refers_to and rule.refers_to not in documents:
                yield wrong(
                    rule.id,
                    f"没有所引文件 {rule.refers_to}。先载入它，没有正文的写一个占位的政策包。",
                    rule.refers_to,
                )
            for other in (*rule.adds, *rule.replaces, *rule.exempts):
                if other == rule.id:
                    yield wrong(rule.id, "条款不能补充、替代或豁免自己。写另一条的编号，或删去。", other)
                elif other not in provisions:
                    yield wrong(rule.id, f"没有条款 {other}。核对编号，或先载入它所在的文件。", other)
        for name in sorted(cited - set(provisions)):
            yield wrong("", f"其他文件的条款引用了 {name}，不能删去。先改引用它的文件。")


def _title(used_in: Mapping[str, PackSpec], rule: RuleSpec, pack: PackSpec) -> str:
    """The other document that uses a number; all of them look alike where a whole folder is read at once."""
    other = used_in.get(rule.id, pack)
    return f"《{other.short_title}》" if other.id != pack.id else "另一份文件"


def _cited(pack: PackSpec) -> Iterator[str]:
    for rule in pack.rules:
        yield from (*rule.adds, *rule.replaces, *rule.exempts)


@transaction.atomic
def load_packs(folder: Path = FOLDER) -> dict[str, int]:
    """Bring documents and rules up to what the files say. Safe to repeat; answers how many changed.

    A document that two persons have published on the screen stays as they published it, whatever the files say.
    """
    packs = read_packs(folder)
    kept = {pack.id: pack for pack in published_packs() if pack.id in _kept()}
    if kept:
        packs = [pack for pack in packs if pack.id not in kept]
        if problems := list(across([*packs, *kept.values()])):
            raise PackError(problems)
    count = Counter(
        documents=len(packs), provisions=sum(len(pack.rules) for pack in packs), published=0, retired=0,
        kept=len(kept),
    )  # fmt: skip
    for pack in _parents_first(packs):
        path = folder / f"{pack.id}.toml"
        source = source_of(path) if path.is_file() else ""
        count.update(publish(pack, source))
    return dict(count)


def publish(pack: PackSpec, source: str, *, draft=None, effective_on: date | None = None) -> Counter:
    """Make a pack the law of its place; call inside a transaction. What it follows is kept as a version."""
    count: Counter = Counter()
    document, changed = _document(pack, source, kept=draft is not None)
    count["changed"] = changed
    document.parents.set(PolicyDocument.objects.filter(code__in=pack.parents))
    count["published"], count["retired"] = _rules(document, pack.rules)
    count["facilities"] = register_facilities(document, pack)
    if changed or draft or not document.versions.exists():
        PolicyVersion.objects.create(
            document=document, version=document.version, source=source, content=_content(pack), text=pack.text,
            rules=[[rule.id, rule.version] for rule in pack.rules], draft=draft,
            effective_on=effective_on or timezone.localdate(),
        )  # fmt: skip
    return count


def _kept() -> set[str]:
    return set(PolicyDocument.objects.filter(kept=True).order_by().values_list("code", flat=True))


def _parents_first(packs: list[PackSpec]) -> list[PackSpec]:
    """Parents before those that cite them; a circle is entered as it stands, its links follow at the next load."""
    known = {pack.id for pack in packs}
    waiting, ordered = list(packs), []
    while waiting:
        done = {pack.id for pack in ordered}
        ready = [pack for pack in waiting if not (set(pack.parents) & known) - done] or waiting
        ordered += ready
        waiting = [pack for pack in waiting if pack not in ready]
    return ordered


def version_of(pack: PackSpec) -> str:
    """What stands for the whole content of a document: its facts, its words and all its rules."""
    content = _content(pack)
    return digest([content, [rule.version for rule in pack.rules]])


def _facts(pack: PackSpec) -> dict:
    body = {
        "vocabulary": pack.vocabulary,
        "named": pack.named,
        "note": pack.note,
        "parents": list(pack.parents),
    }
    return {name: getattr(pack, name) for name in _SAME} | {"body": body}


def _content(pack: PackSpec) -> dict:
    """The facts of a document as JSON-able values."""
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in _facts(pack).items()
    }


def _document(pack: PackSpec, source: str, *, kept: bool) -> tuple[PolicyDocument, bool]:
    facts = _facts(pack) | {"version": version_of(pack), "source": source, "kept": kept}
    current = PolicyDocument.objects.select_for_update().filter(code=pack.id).first()
    if current is None:
        return PolicyDocument.objects.create(code=pack.id, **facts), True
    changed = current.version != facts["version"]
    written = [name for name, value in facts.items() if getattr(current, name) != value]
    if changed:
        written = list(facts)
    for name in written:
        setattr(current, name, facts[name])
    if written:
        current.save(update_fields=written)
    return current, changed


def _rules(document: PolicyDocument, specs: Iterable[RuleSpec]) -> tuple[int, int]:
    """Publish what is new or changed, retire what it follows; a version is never edited."""
    current = {rule.provision: rule for rule in Rule.objects.in_force().filter(document=document)}
    fresh, moved = [], []
    for position, spec in enumerate(specs, 1):
        known = current.get(spec.id)
        if known and known.version == spec.version:
            del current[spec.id]
            if known.position != position:
                known.position = position
                moved.append(known)
            continue
        fresh.append(
            Rule(
                document=document, provision=spec.id, position=position, clause=spec.clause, quote=spec.quote,
                modality=spec.modality, subject=spec.subject, handling=spec.handling, check_name=spec.check,
                body=spec.body(), version=spec.version,
            )
        )  # fmt: skip
    retired = Rule.objects.filter(pk__in=[rule.pk for rule in current.values()]).update(
        retired_at=timezone.now()
    )
    Rule.objects.bulk_update(moved, ["position"])
    Rule.objects.bulk_create(fresh)
    return len(fresh), retired
