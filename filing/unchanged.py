"""Saying that nothing has changed this year (本年度无变更)."""

from django.db import transaction
from django.utils import timezone

from filing import changes
from filing.models import Filing, UnchangedStatement
from registry import access
from registry.errors import Refused
from registry.models import Consortium


@transaction.atomic
def state_unchanged(consortium_id: int, *, by) -> UnchangedStatement:
    """The lead hospital answers for this year that the register is right as it stands."""
    consortium = Consortium.objects.select_for_update(of=("self",)).get(pk=consortium_id)
    today = timezone.localdate()
    lead = consortium.leads.filter(during__contains=today).select_related("institution").first()
    if lead is None or lead.institution is None:
        raise Refused(f"“{consortium}”目前没有登记牵头医院，不能声明。")
    access.require(by, "edit_filing", lead.institution)
    if consortium.closed_on:
        raise Refused(f"“{consortium}”已于 {consortium.closed_on} 终止，不需要声明。")
    if open_ := changes.open_filings(consortium).first():
        raise Refused(f"有变更或终止正在办理（{open_.case_number or '草稿'}），办结以后再声明，或者先撤回。")
    kinds = (Filing.Kind.CHANGE, Filing.Kind.CLOSE)
    done = consortium.filings.filter(
        kind__in=kinds, registered_on__year=today.year, status=Filing.Status.REGISTERED
    )
    if done.exists():
        raise Refused(f"{today.year} 年度已经备案过变更，不需要再声明无变更。")
    statement, made = UnchangedStatement.objects.get_or_create(
        consortium=consortium,
        year=today.year,
        defaults={"applicant": lead.institution, "consortium_version": consortium.version, "by": by},
    )
    if not made:
        raise Refused(f"{statement.by}已经声明过 {today.year} 年度无变更。")
    return statement
