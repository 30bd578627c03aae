"""Who answers for a finding (责任单位), and who may report and verify what was done about it."""

from django.utils import timezone

from evaluation.models import Finding, Rectification, RectificationStep
from registry import access
from registry.models import Authority, Institution, Lead

HOSPITAL, BUREAU = "hospital", "bureau"
BUREAU_WORD = "卫生健康行政部门"  # in what a rule says of whom it binds
# At the bureau that has to put something right: who follows rectifications, and who divides the area into grids.
BUREAU_REPORTS = ("run_compliance", "plan_grids")
_ABOVE = "交办给卫生健康行政部门的整改，由交办的上级机关办理，责任单位不能自行核验销号。"
_OWN = "整改由责任单位的考核人或规划处报送。"


def units_for(finding: Finding) -> dict[str, Institution | Authority]:
    """Who can be asked to put a finding right, the likeliest first.

    A hospital for what concerns its consortium or itself, and the bureau responsible for the place: much of what
    fails (grids, plans, yearly evaluations) only a bureau can put right. Whom the provision binds comes first.
    """
    units = {HOSPITAL: _hospital(finding), BUREAU: Authority.objects.nearest_to(finding.division)}
    order = (BUREAU, HOSPITAL) if BUREAU_WORD in finding.rule.body["applies_to"] else (HOSPITAL, BUREAU)
    return {kind: unit for kind in order if (unit := units[kind]) is not None}


def _hospital(finding: Finding) -> Institution | None:
    if finding.consortium_id:
        lead = Lead.objects.filter(
            consortium=finding.consortium_id, during__contains=timezone.localdate(), institution__isnull=False
        )
        row = lead.select_related("institution").order_by("pk").first()
        return row.institution if row else None
    if finding.subject_type == "institution":
        return Institution.objects.filter(pk=finding.subject_id).first()
    return None


def asks_itself(bureau: Authority, by) -> bool:
    """Whether a bureau is asked by its own people, and so verifies what it has done itself."""
    return not access.authorities_above(by, "run_compliance", bureau)


def require(row: Rectification, act: str, by) -> None:
    """Raise Denied unless the person may do this to it, whatever its state."""
    if may(row, act, by):
        return
    if act != RectificationStep.Act.REPORT:
        access.require(by, "run_compliance", row.finding.division)
        access.deny(by, "run_compliance", row.bureau, _ABOVE)
    if row.responsible is not None:
        access.deny(by, "report_values", row.responsible)
    access.deny(by, BUREAU_REPORTS[0], row.bureau, _OWN)


def may(row: Rectification, act: str, user) -> bool:
    """Whether the person may do this to it: report for the unit itself, or verify for those who asked."""
    if act == RectificationStep.Act.REPORT:
        if row.responsible is not None:
            return access.covers(user, "report_values", row.responsible)
        return any(_holds_at(user, permission, row.bureau) for permission in BUREAU_REPORTS)
    if not access.covers(user, "run_compliance", row.finding.division):
        return False
    return (
        row.bureau is None
        or row.own_initiative
        or bool(access.authorities_above(user, "run_compliance", row.bureau))
    )


def _holds_at(user, permission: str, bureau: Authority | None) -> bool:
    """At this very bureau: those above it verify and do not report for it."""
    return (
        bureau is not None
        and access.covers(user, permission, bureau)
        and not access.authorities_above(user, permission, bureau)
    )


def people_of(row: Rectification) -> list:
    """Who is told what is asked of the unit; where the bureau has nobody, the next above that has."""
    if row.responsible is not None:
        return list(access.people_with("report_values", row.responsible))
    people = [one for permission in BUREAU_REPORTS for one in access.people_with(permission, row.bureau)]
    return people or list(access.people_near("run_compliance", row.bureau))
