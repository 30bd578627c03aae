"""Loading packs into the database (载入政策包): every published version of a rule is kept."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from registry.models import PolicyDocument, Rule
from registry.policy.facilities import register_facilities
from registry.policy.pack import PackSpec, RuleSpec, digest
from registry.policy.parse import PackError, Problem, read_pack

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
    problems = problems or list(_across(packs))
    if problems:
        raise PackError(problems)
    return packs


def _across(packs: list[PackSpec]) -> Iterable[Problem]:
    """What only shows when the packs are seen together."""
    documents = Counter(pack.id for pack in packs)
    provisions = Counter(rule.id for pack in packs for rule in pack.rules)
    for pack in packs:
        file = f"{pack.id}.toml"
        if documents[pack.id] > 1:
            yield Problem(file, 1, "", f"文件标识 {pack.id} 重复")
        for parent in pack.parents:
            if parent not in documents:
                yield Problem(file, 1, "", f"没有上位文件 {parent}，至少应有占位")
        for rule in pack.rules:
            if provisions[rule.id] > 1:
                yield Problem(file, 1, rule.id, "条款编号重复")
            if rule.refers_to and rule.refers_to not in documents:
                yield Problem(file, 1, rule.id, f"没有所引文件 {rule.refers_to}")
            for other in (*rule.adds, *rule.replaces, *rule.exempts):
                if other not in provisions:
                    yield Problem(file, 1, rule.id, f"没有条款 {other}")


@transaction.atomic
def load_packs(folder: Path = FOLDER) -> dict[str, int]:
    """Bring documents and rules up to what the files say. Safe to repeat; answers how many changed."""
    packs = read_packs(folder)
    count = Counter(
        documents=len(packs), provisions=sum(len(pack.rules) for pack in packs), published=0, retired=0
    )
    documents = {}
    for pack in packs:
        documents[pack.id], changed = _document(pack)
        count["changed"] += changed
    for pack in packs:
        if pack.parents:
            documents[pack.id].parents.set(documents[parent] for parent in pack.parents)
        published, retired = _rules(documents[pack.id], pack.rules)
        count["published"] += published
        count["retired"] += retired
        count["facilities"] += register_facilities(documents[pack.id], pack)
    return dict(count)


def _document(pack: PackSpec) -> tuple[PolicyDocument, bool]:
    facts = {name: getattr(pack, name) for name in _SAME}
    facts["body"] = {
        "vocabulary": pack.vocabulary,
        "named": pack.named,
        "note": pack.note,
        "parents": list(pack.parents),
    }
    plain = {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in facts.items()
    }
    facts["version"] = digest([plain, [rule.version for rule in pack.rules]])
    current = PolicyDocument.objects.select_for_update().filter(code=pack.id).first()
    if current is None:
        return PolicyDocument.objects.create(code=pack.id, **facts), True
    if current.version == facts["version"]:
        return current, False
    for name, value in facts.items():
        setattr(current, name, value)
    current.save(update_fields=list(facts))
    return current, True


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
