"""Subjects of every kind that do not meet a rule, and lifting it for them."""

from evaluation import recheck
from evaluation.models import Finding
from registry import waivers
from registry.models import PlannedFacility, PolicyDocument, Rule, Waiver
from tests.actors import evaluator_of
from tests.factories import (
    AuthorityFactory,
    CityFactory,
    GridFactory,
    GridUnitFactory,
    InstitutionFactory,
    ProvinceFactory,
)
from tests.factories.filing import pdf

GROUNDS = {
    "kind": "waiver", "reason": "暂不具备条件", "document": "渝卫函〔2026〕2号", "approver": "王主任",
}  # fmt: skip


def rule(provision: str) -> Rule:
    return Rule.objects.in_force().select_related("document").get(provision=provision)


def grant(by, subject, provision, **more) -> Waiver:
    return waivers.grant(
        by=by, subject=subject, rule=rule(provision), **(GROUNDS | {"upload": pdf("批复.pdf")} | more)
    )


def grid_without_responsible(district):
    return GridUnitFactory(grid=GridFactory(division=district, name="东网格")).grid


def named_lead(district):
    """A hospital that the plan names as the lead of a group, and that leads none: CQ-20."""
    named = rule("CQ-20").body["params"]["named"][0]
    return InstitutionFactory(name=named["name"], division=district)


def place(district):
    GridFactory(division=district)
    return district


def facility(district):
    """Operated by a company of which no award is recorded: CZ-12."""
    chuzhou = CityFactory(code="341100", name="滁州市", parent=ProvinceFactory(code="340000", name="安徽省"))
    document = PolicyDocument.objects.get(code="chuzhou-2020")
    return PlannedFacility.objects.create(
        document=document, division=chuzhou, name="万桥社区卫生服务中心", operator="某公司"
    )


def verdicts(kind: str, subject) -> dict[str, str]:
    recheck.judge_now(kind, [subject.pk])
    rows = Finding.objects.standing().filter(subject_type=kind, subject_id=subject.pk)
    return dict(rows.order_by("pk").values_list("provision", "verdict"))


KINDS = [
    ("grid", grid_without_responsible),
    ("institution", named_lead),
    ("division", place),
    ("planned_facility", facility),
]


def official_over(kind: str, commission):
    """Who may lift a rule for such a subject: the facilities are those of Chuzhou."""
    if kind == "planned_facility":
        return evaluator_of(AuthorityFactory(division__code="341100"))
    return evaluator_of(commission)
