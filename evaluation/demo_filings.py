"""Filings under way in the demonstration (演示备案件): one waiting, one late and received, one sent back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from filing import editing, materials, reviewing, transitions
from filing.models import Filing, Material
from registry import workdays
from registry.models import Institution, User

SIGNED = {"founding_basis": "agreement"}
GROUP = {
    "consortium_kind": "city_group",
    "specialty_focus": "none",
    "cooperation": ["专科共建", "业务指导"],
    **SIGNED,
}
NETWORK = {"consortium_kind": "telemedicine_network", **SIGNED}
REMOTE = {
    "remote_office": "远程医疗协作管理办公室，院办〔2026〕18号",
    "platform": "区域远程会诊平台",
    "remote_services": ["远程医疗", "远程影像心电"],
}
GOVERNANCE = {
    "board_kind": "council",
    "charter_lead": "章程第四条",
    "charter_mechanism": "章程第三条",
    "referral": "章程第六条",
    "functions_cq": ["预防", "诊断", "治疗", "康复", "护理"],
}


@dataclass(frozen=True)
class Case:
    """A filing, how many workdays ago its consortium was founded, and where it stands now."""

    filer: str
    hospital: str
    title: str
    answers: Mapping[str, Any]
    founded: int
    members: Sequence[tuple[str, str]]  # county, class
    reviewer: str = ""
    received: bool = False
    remark: tuple[str, str, str] | None = None  # section, field, words
    lead_answers: Mapping[str, Any] | None = None


CASES = (
    Case(
        "cy2_filer", "重庆医科大学附属第二医院", "重庆医科大学附属第二医院医疗集团", GROUP, 6,
        [("500108", "A527"), ("500108", "B100"), ("500113", "B100")],
    ),
    Case(
        "yc_filer", "重庆医科大学附属永川医院", "重庆医科大学附属永川医院医疗集团", GROUP, 18,
        [("500118", "A710"), ("500118", "B100")], reviewer="cq_reviewer", received=True,
    ),
    Case(
        "yb_filer", "重庆市渝北区人民医院", "重庆市渝北区人民医院远程医疗协作网", NETWORK, 9,
        [("500112", "C210"), ("500112", "C220")], reviewer="yb_reviewer",
        remark=("B", "remote_office", "请补充管理机构的设立文件，并写明负责人。"), lead_answers=REMOTE,
    ),
)  # fmt: skip


def load() -> int:
    """File the cases that are not there yet, each in the name of its own people; answers how many."""
    return sum(_file(case) for case in CASES if not Filing.objects.filter(name=case.title).exists())


def _file(case: Case) -> bool:
    filer = User.objects.get(username=case.filer)
    hospital = Institution.objects.live().get(name=case.hospital)
    filing = editing.start(applicant=hospital, by=filer)
    answers = {
        "A": {**case.answers, "name": case.title, "founded_on": workdays_ago(case.founded)},
        "B": {"contact": filer.name, "contact_phone": "023-00000000", **(case.lead_answers or {})},
        "D": GOVERNANCE,
        "F": {"handler": filer.name, "truthful": True},
    }
    for key, values in answers.items():
        editing.save_section(filing.pk, key, values, version=1, by=filer)
    members = [pk for county, kind in case.members for pk in _institutions(county, kind)]
    editing.add_members(filing.pk, members, by=filer)
    for kind in (Material.Kind.CHARTER, Material.Kind.AGREEMENT):
        materials.add(filing.pk, kind, _material(kind), by=filer)
    transitions.submit(filing.pk, by=filer)
    if case.reviewer:
        _review(filing.pk, case, User.objects.get(username=case.reviewer))
    return True


def _review(filing_id: int, case: Case, reviewer: User) -> None:
    if case.received:
        transitions.receive(filing_id, by=reviewer)
    if case.remark:
        section, field, words = case.remark
        reviewing.add_remark(filing_id, section=section, field=field, text=words, by=reviewer)
        transitions.send_back(filing_id, by=reviewer)


def _institutions(county: str, kind: str) -> list[int]:
    found = Institution.objects.live().filter(division__code=county, institution_class=kind, is_demo=True)
    return list(found.order_by("name", "pk").values_list("pk", flat=True)[:3])


def _material(kind: str) -> SimpleUploadedFile:
    folder: Path = settings.BASE_DIR / "fixtures" / "demo" / "materials"
    title = {"charter": "章程", "agreement": "协议书"}[kind]
    return SimpleUploadedFile(f"{title}.pdf", (folder / f"{kind}.pdf").read_bytes(), "application/pdf")


def workdays_ago(number: int) -> date:
    """The latest day from which `number` workdays have passed up to today."""
    calendar, day = workdays.current_calendar(), timezone.localdate()
    today = day
    while calendar.workdays_between(day, today) < number:
        day -= timedelta(days=1)
    return day
