"""One of everything, and one person of every kind: what the permission matrix is asked about.

The things stand in one district; each kind of commission staff exists twice, at the municipality above it and at
another district.
"""

import datetime as dt
from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.utils import timezone

from evaluation.declaring import years
from evaluation.models import ComplianceRun, Finding, Grade, ImpactPreview, Rectification, RectificationStep
from filing import delegation, reviewing, timing, transitions
from filing.models import Urge
from registry import access
from registry.duplicates.merge import merge
from registry.models import (
    AuditEntry,
    ColumnAlias,
    Credential,
    Declaration,
    DivisionChange,
    DuplicatePair,
    ForeignCodeList,
    ForeignCodeRow,
    ImportBatch,
    ImportSheet,
    InstitutionExport,
    InstitutionRequest,
    Job,
    Notification,
    PlannedFacility,
    PolicyDocument,
    PolicyDraft,
    RememberedColumns,
    Rule,
)
from registry.people import links
from tests.actors import filer_of, stranger, unit_admin_of
from tests.factories import (
    AuthorityFactory,
    ConsortiumFactory,
    CountyFactory,
    InstitutionFactory,
    UserFactory,
)
from tests.factories.evaluation import CampaignFactory, IndicatorFactory, ParticipantFactory
from tests.factories.filing import Case
from tests.factories.grids import GridAssignmentFactory, GridFactory, GridUnitFactory

STAFF = ("reviewer", "registry_admin", "planner", "evaluator", "leader", "authority_admin", "unit_admin")
WITHOUT_REGISTER = ("authority_admin", "unit_admin")  # staff who do not see the institutions
SYSTEM = ("system_admin", "security_admin", "auditor")
ACTORS = (
    "anonymous",
    "stranger",
    "filer",
    "other_filer",
    "hospital_admin",
    *STAFF,
    *(f"{role}_elsewhere" for role in STAFF),
    *SYSTEM,
)


def build() -> SimpleNamespace:
    """The world: `people` by actor, and the arguments of each URL by name."""
    case = Case()
    elsewhere = AuthorityFactory(division=CountyFactory(), parent=case.commission)
    other_hospital = InstitutionFactory(division=elsewhere.division)
    people = {
        "anonymous": None,
        "stranger": stranger(),
        "filer": case.filer,
        "other_filer": filer_of(other_hospital),
        "hospital_admin": unit_admin_of(case.hospital),
    }
    for role in STAFF:
        for actor, unit in ((role, case.commission), (f"{role}_elsewhere", elsewhere)):
            people[actor] = UserFactory()
            access.grant(people[actor], role, unit)
    for role in SYSTEM:
        people[role] = UserFactory()
        access.grant(people[role], role)
    return SimpleNamespace(people=people, case=case, elsewhere=elsewhere)


def person_arguments(world, url: str) -> list:
    """A further filer of the world's hospital, or that person's assignment."""
    person = filer_of(world.case.hospital)
    return [person.assignments.get().pk if url == "assignment_end" else person.pk]


def audit_arguments(world, url: str) -> list:
    """The latest entry."""
    return [AuditEntry.objects.latest("pk").pk]


def link_arguments(world, url: str) -> list:
    """The token of an invitation."""
    return [links.issue(stranger(), "invite", by=world.people["security_admin"])]


def filing_arguments(world, url: str) -> list:
    """A submitted filing with a remark; a registered one for its receipt, a returned one for an answer."""
    case = world.case
    if url == "urge_seen":
        filing = case.submitted().filing
        return [Urge.objects.create(filing=filing, text="请尽快办理", by=stranger()).pk]
    if url in ("receipt", "receipt_word"):
        return [case.registered().filing.pk]
    filing = case.submitted().filing
    remark = reviewing.add_remark(filing.pk, section="A", field="name", text="请核对名称。", by=case.reviewer)
    if url == "remark_answer":
        transitions.send_back(filing.pk, note="见意见。", by=case.reviewer)
    if url in ("notice", "notice_word"):
        transitions.receive(filing.pk, by=case.reviewer)
        return [filing.pk, filing.events.get(action="receive").pk]
    if url in ("clock_decide", "clock_resume"):
        asked = {"kind": "extend", "workdays": 5, "ground": "疫情"}
        return [timing.ask(filing.pk, **asked, by=case.filer).pk]
    member, material = filing.members.order_by("pk").first(), filing.materials.order_by("pk").first()
    return {
        "section": [filing.pk, "A"],
        "aside": [filing.pk, "A"],
        "mark": [filing.pk, "CQ-15"],
        "move": [filing.pk, "receive"],
        "member": [member.pk],
        "member_remove": [member.pk],
        "material": [material.pk],
        "material_remove": [material.pk],
        "remark_answer": [remark.pk],
        "remark_remove": [remark.pk],
        "remark_resolve": [remark.pk],
    }.get(url, [filing.pk])


def led_consortium_arguments(world, url: str) -> list:
    """A registered consortium that the filer's hospital leads."""
    return [world.case.registered().filing.consortium_id]


def grid_arguments(world, url: str) -> list:
    grid = GridFactory(division=world.case.county)
    unit = GridUnitFactory(grid=grid, status="claimed")
    held = GridAssignmentFactory(grid=grid, status="claimed")
    return [
        {"confirm": held, "dismiss": held, "end": held, "keep_township": unit, "dismiss_township": unit}.get(
            url, grid
        ).pk
    ]


def campaign_arguments(world, url: str) -> list:
    """A scored campaign with one participant."""
    campaign = CampaignFactory(authority=world.case.county_bureau, state="scored", scored_at=timezone.now())
    IndicatorFactory(scheme=campaign.scheme)
    consortium = ConsortiumFactory(division=world.case.county)
    participant = ParticipantFactory(campaign=campaign, consortium=consortium)
    Grade.objects.create(participant=participant, points=0, possible=100, missing=1)
    if url == "scheme":
        return [campaign.scheme_id]
    return [campaign.pk, participant.pk] if url == "score_sheet" else [campaign.pk]


def return_arguments(world, url: str) -> list:
    """The registered consortium's return for the last closed year."""
    consortium = world.case.registered().filing.consortium_id
    return ["consortium", consortium, years()[0], *(["service_functions"] if url == "return_item" else [])]


def declaration_arguments(world, url: str) -> list:
    """A fact that the lead hospital has handed in, with its evidence."""
    row = Declaration(
        consortium_id=world.case.registered().filing.consortium_id,
        key="green_channel",
        value={"answer": "yes"},
        evidence_name="依据.pdf",
        evidence_type="application/pdf",
        declared_by=world.people["filer"],
    )
    row.evidence_file.save("依据.pdf", ContentFile(b"%PDF-1.4"))
    row.save()
    return [row.pk]


def facility_arguments(world, url: str) -> list:
    document = PolicyDocument.objects.get(code="chongqing-2018")
    facility = PlannedFacility.objects.create(document=document, division=world.case.county, name="甲中心")
    return [facility.pk]


def run_arguments(world, url: str) -> list:
    owner = world.people["evaluator"]
    job = Job.objects.create(kind="compliance", title="检查", task="test", owner=owner)
    run = ComplianceRun.objects.create(
        division=world.case.county,
        as_of=dt.date(2020, 1, 1),
        origin="on_demand",
        started_by=owner,
        job=job,
    )
    return [run.pk]


def finding_arguments(world, url: str) -> list:
    finding = Finding.objects.create(
        subject_type="division",
        subject_id=world.case.county.pk,
        subject_name=world.case.county.name,
        division=world.case.county,
        rule=Rule.objects.get(provision="CQ-06"),
        provision="CQ-06",
        modality="应当",
        verdict="FAIL",
        explanation="有未覆盖的街道",
        reference_date=dt.date(2020, 1, 1),
        first_seen=dt.date(2020, 1, 1),
    )
    return [finding.pk]


def rectification_arguments(world, url: str) -> list:
    """A finding that the filer's hospital has to put right, with a file where one is asked for."""
    finding = Finding.objects.get(pk=finding_arguments(world, url)[0])
    state = "reported" if url in ("rectification_return", "rectification_close") else "asked"
    row = Rectification.objects.create(
        finding=finding, responsible=world.case.hospital, due_on=dt.date(2020, 11, 1), state=state,
        asked_by=world.people["evaluator"],
    )  # fmt: skip
    if url != "rectification_proof":
        return [row.pk]
    step = RectificationStep(
        rectification=row, act="report", by=world.case.filer, text="已补", original_name="证明.pdf",
        content_type="application/pdf",
    )  # fmt: skip
    step.file.save("证明.pdf", ContentFile(b"%PDF-1.4"))
    return [row.pk, step.pk]


def duplicate_arguments(world, url: str) -> list:
    """Two hospitals of the district that look alike; for a merge that was done, two others."""
    one, other = (InstitutionFactory(division=world.case.county) for _ in range(2))
    if url in ("merge_detail", "merge_undo"):
        return [merge(kept=one.pk, gone=other.pk, by=world.people["registry_admin"]).pk]
    if url == "merge_new":
        return [one.pk, other.pk]
    return [DuplicatePair.objects.create(first=one, second=other, reason="similar", score=80).pk]


def division_arguments(world, url: str) -> list:
    place = world.case.county
    if url == "division_change_new":
        return [place.pk, "rename"]
    if url == "division_change":
        by = world.people["registry_admin"]
        return [
            DivisionChange.objects.create(
                kind="rename", on=dt.date(2020, 1, 1), summary="更名", basis="批复", by=by
            ).pk
        ]
    return [place.pk]


def foreign_arguments(world, url: str) -> list:
    kept = ForeignCodeList.objects.create(system="字典", source="测试", by=world.people["registry_admin"])
    row = ForeignCodeRow.objects.create(code_list=kept, number=2, code="1", name="某街道", state="open")
    return [row.pk if url == "foreign_decide" else kept.pk]


def import_arguments(world, url: str) -> list:
    batch = ImportBatch(
        file_name="名录.csv",
        sha256="0" * 64,
        size=1,
        sent_by=world.people["registry_admin"],
        authority=world.case.commission,
    )
    batch.file.save("名录.csv", ContentFile("机构名称\n".encode()), save=False)
    batch.state = ImportBatch.State.STAGED
    batch.save()
    return [batch.pk]


def survey_arguments(world, url: str) -> list:
    """An import of which one sheet has been surveyed."""
    (pk,) = import_arguments(world, url)
    columns = [{"at": 0, "letter": "A", "title": "机构名称", "samples": [], "field": "name", "how": "known"}]
    ImportSheet.objects.create(batch_id=pk, position=1, signature="0" * 64, columns=columns)
    return [pk]


def marked_arguments(world, url: str) -> list:
    """An import with the sender's workbook marked."""
    (pk,) = import_arguments(world, url)
    ImportBatch.objects.get(pk=pk).marked.save("名录-marked.xlsx", ContentFile(b"PK"))
    return [pk]


def alias_arguments(world, url: str) -> list:
    alias = ColumnAlias.objects.create(
        authority=world.case.commission,
        title="医院名",
        key="医院名",
        field="name",
        added_by=world.people["registry_admin"],
    )
    return [alias.pk]


def remembered_arguments(world, url: str) -> list:
    remembered = RememberedColumns.objects.create(
        authority=world.case.commission,
        signature="0" * 64,
        columns={"0": "name"},
        confirmed_by=world.people["registry_admin"],
    )
    return [remembered.pk]


def applied_import_arguments(world, url: str) -> list:
    (pk,) = import_arguments(world, url)
    ImportBatch.objects.filter(pk=pk).update(
        state=ImportBatch.State.APPLIED,
        applied_at=timezone.now(),
        applied_by=world.people["registry_admin"],
        last_entry=0,
    )
    return [pk]


def job_arguments(world, url: str) -> list:
    return [
        Job.objects.create(kind="test", title="任务", task="test", owner=world.people["registry_admin"]).pk
    ]


def policy_arguments(world, url: str) -> list:
    return [PolicyDocument.objects.get(code="chongqing-2018").code]


def draft_arguments(world, url: str) -> list:
    """A draft of Chongqing's document; a preview of it where one is asked for."""
    by = world.people["evaluator"]
    document = PolicyDocument.objects.get(code="chongqing-2018")
    draft = PolicyDraft.objects.create(
        code=document.code, title=document.title, division=world.case.commission.division,
        source='[document]\nid = "chongqing-2018"\n\n[[rule]]\nid = "CQ-19"\nquote = "一"\nmodality = "应当"\n',
        digest="0" * 16, base_version=document.version, note="测试", created_by=by,
    )  # fmt: skip
    if url == "policy_draft_rule":
        return [draft.pk, "CQ-19"]
    if url not in ("impact", "impact_cancel"):
        return [draft.pk]
    job = Job.objects.create(kind="impact", title="预览", task="test", owner=by)
    preview = ImpactPreview.objects.create(
        draft=draft, draft_digest=draft.digest, as_of=dt.date(2020, 1, 1), started_by=by, job=job
    )
    return [preview.pk]


def institution_arguments(world, url: str) -> list:
    one = world.case.members[0]
    if url in ("credential_edit", "credential_remove"):
        return [Credential.objects.create(institution=one, subject_text="内科", level="city").pk]
    return [one.pk]


def export_arguments(world, url: str) -> list:
    one = InstitutionExport(owner=world.people["reviewer"])
    one.file.save("名录.xlsx", ContentFile(b"PK"), save=False)
    one.save()
    return [one.pk]


def request_arguments(world, url: str) -> list:
    """A request of the filer's hospital for an institution of the case's county."""
    one = InstitutionRequest.objects.create(
        hospital=world.case.hospital,
        division=world.case.county,
        name="新卫生院",
        content={"name": "新卫生院"},
        note="拟为成员",
        requested_by=world.people["filer"],
    )
    return [one.pk]


def notice_arguments(world, url: str) -> list:
    return [
        Notification.objects.create(
            recipient=world.people["reviewer"], kind="state", event="test", title="通知"
        ).pk
    ]


def delegation_arguments(world, url: str) -> list:
    today = timezone.localdate()
    row = delegation.delegate(
        authority=world.case.commission,
        to=world.people["leader"],
        start=today,
        end=today,
        by=world.people["reviewer"],
    )
    return [row.pk]


def authority_arguments(world, url: str) -> list:
    return [world.case.commission.pk]
