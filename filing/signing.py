"""Two signatures (双人签署): the filer prepares, the person in charge confirms by submitting.

Whether a hospital signs by two follows from its own setting, else from that of the authority it files with.
"""

from django.db import transaction
from django.utils import timezone

from filing import completeness
from filing.editing import editable
from filing.models import Filing, FilingEvent, SigningRule
from registry import access
from registry.errors import Refused
from registry.models import Authority, Institution


def by_two(filing: Filing) -> bool:
    """Whether this filing needs a second person."""
    rules = {
        "institution" if rule.institution_id else "authority": rule.two_persons
        for rule in SigningRule.objects.filter(institution=filing.applicant_id)
        | SigningRule.objects.filter(authority=filing.authority_id, authority__isnull=False)
    }
    return rules.get("institution", rules.get("authority", False))


def why_not_submit(filing: Filing, user) -> str:
    """Why this person's submission would not be a second signature; nothing where none is needed or it would be."""
    if not by_two(filing):
        return ""
    if filing.prepared_at is None:
        return "本单位实行双人签署：经办人填好后送负责人确认，由负责人提交。"
    if not access.covers(user, "confirm_filing", filing.applicant):
        return f"已由{filing.prepared_by}送负责人确认，由负责人提交。"
    if filing.prepared_by_id == user.pk:
        return "送确认的人不能自己确认，请由另一位负责人提交。"
    return ""


@transaction.atomic
def prepare(filing_id: int, *, by) -> Filing:
    """送负责人确认: the filer says that it is complete; any later change of it takes that back."""
    filing = editable(filing_id, by=by)
    if not by_two(filing):
        raise Refused("本单位没有实行双人签署，填好后可以直接提交。")
    if problems := completeness.problems(filing):
        raise Refused("送确认前还须处理：" + "；".join(problems) + "。")
    filing.prepared_by, filing.prepared_at = by, timezone.now()
    filing.save(update_fields=["prepared_by", "prepared_at"])
    FilingEvent.objects.create(
        filing=filing, action="prepare", from_status=filing.status, to_status=filing.status, by=by
    )
    return filing


@transaction.atomic
def set_rule(unit: Institution | Authority, *, two_persons: bool, by) -> SigningRule:
    """设置双人签署: by a signer for the own hospital, by a reviewer for every hospital that files with the authority."""
    hospital = isinstance(unit, Institution)
    access.require(by, "confirm_filing" if hospital else "review_filings", unit)
    rule, _ = SigningRule.objects.update_or_create(
        **{"institution" if hospital else "authority": unit}, defaults={"two_persons": two_persons}
    )
    return rule
