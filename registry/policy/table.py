"""Which provision is decided by which check (条款与判定方法对照), as a page of the docs."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from registry.policy.check import find_check
from registry.policy.pack import HANDLINGS, PackSpec

INTRODUCTION = """# Provisions and the checks that decide them

Written by `manage.py list_provisions --format markdown > docs/provisions.md`; a test holds this page against the packs.
"""


def provisions_page(packs: Iterable[PackSpec]) -> str:
    """The page: numbers first, then each check with its provisions, then every provision in order."""
    rules = [rule for pack in packs for rule in pack.rules]
    handled = Counter(rule.handling for rule in rules)
    decided = sum(rule.decided for rule in rules)
    by_check = defaultdict(list)
    for rule in rules:
        if rule.decided:
            by_check[rule.check].append(rule.id)
    lines = [INTRODUCTION]
    lines.append(f"{len(rules)} provisions, {decided} decided by {len(by_check)} checks.\n")
    lines += ["| Handling | Provisions |", "|---|---|"]
    lines += [f"| {word} | {handled[key]} |" for key, word in HANDLINGS.items()]
    lines += ["\n## Checks\n", "| Check | What it decides | Provisions |", "|---|---|---|"]
    for name, ids in sorted(by_check.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        lines.append(f"| `{name}` | {find_check(name).description} | {', '.join(ids)} |")
    lines += ["\n## Provisions\n", "| Id | Clause | Handling | Check |", "|---|---|---|---|"]
    for rule in rules:
        method = f"`{rule.check}`" if rule.check else ""
        lines.append(f"| {rule.id} | {rule.clause} | {HANDLINGS[rule.handling]} | {method} |")
    return "\n".join(lines) + "\n"
