"""Who may lift a rule inside a filing (案内豁免的权限): a reviewer of the level that made the rule, or above.

Otherwise a county bureau could free its own hospitals from what the province demands. A reviewer of the level above
sees the filings of the bureaus below and lifts the rule in the very case.
"""

from collections.abc import Iterable

from django.utils import timezone

from filing.assessment import D, Row
from filing.models import Filing
from registry import waivers
from registry.policy.book import BoundRule, RuleBook
from registry.policy.library import current_book
from registry.policy.lifting import lifting_level

PERMISSION = "review_filings"


def why_not(filing: Filing, provision: str, user, book: RuleBook | None = None) -> str:
    """Why this person cannot lift the rule here; nothing when he can."""
    rule = (book or current_book()).rule(provision, timezone.localdate())
    return _why_not(filing, rule, user) if rule else ""


def barred(filing: Filing, rows: Iterable[Row], user) -> dict[str, str]:
    """By provision, why the person cannot lift what the sheet says is unmet."""
    lines = [row.rule for row in rows if D.WAIVED in dict(row.answers) and row.settleable]
    book = current_book() if lines else None
    return {rule: reason for rule in lines if (reason := why_not(filing, rule, user, book))}


def _why_not(filing: Filing, rule: BoundRule, user) -> str:
    place = filing.authority.division or filing.authority.management_area.host
    pack = rule.pack
    level = lifting_level(rule.id, pack.jurisdiction, pack.issuer, pack.named, place.path)
    if waivers.holds_at(user, PERMISSION, level, place):
        return ""
    return (
        f"{rule.id} 出自《{pack.short_title}》，由{level.words}豁免，{filing.authority}不能免去上级的要求。"
        "请把理由和材料报上级，由上级的审核人在本案中登记豁免；或退回医院改正。"
    )
