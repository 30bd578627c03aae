"""Factories of filing. A draft is made by the same services that the pages use; a trait takes it further by moves."""

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile

from filing import assessment, editing, materials, reviewing, transitions
from tests.actors import filer_of, reviewer_of
from tests.factories.registry import (
    AuthorityFactory,
    CountyFactory,
    InstitutionClassFactory,
    InstitutionFactory,
    ProvinceFactory,
)

ANSWERS = {
    "A": {
        "consortium_kind": "city_group",
        "founding_basis": "agreement",
        "specialty_focus": "none",
        "cooperation": ["专科共建", "业务指导"],
    },
    "B": {"contact": "罗静", "contact_phone": "023-89012345"},
    "D": {},
    "F": {"handler": "罗静", "truthful": True},
}


def pdf(name: str = "章程.pdf", text: str = "") -> SimpleUploadedFile:
    """A small file that is a PDF by its content."""
    return SimpleUploadedFile(name, f"%PDF-1.4\n{name}{text}\n%%EOF".encode(), "application/pdf")


def settle(filing, reviewer) -> None:
    """Note what the sheet cannot tell and judge what is left to a person, as a reviewer does before he registers."""
    for row in assessment.live(filing).open_rows:
        if decision := {"INSUFFICIENT": "noted", "REVIEW": "met"}.get(str(row.verdict)):
            reviewing.set_mark(filing.pk, row.rule, decision=decision, note="下期填报", by=reviewer)


class Case:
    """A hospital of the municipality, its filer, the commission and a reviewer, and one filing between them."""

    def __init__(self, name: str = "重庆测试医院", founded_on: dt.date = dt.date(2020, 9, 18)):
        province = ProvinceFactory()
        self.county = CountyFactory()
        self.commission = AuthorityFactory(division=province, level="province", short_name="重庆市卫生健康委")
        self.county_bureau = AuthorityFactory(division=self.county, parent=self.commission)
        self.hospital = InstitutionFactory(name=name, municipal_hospital=True, division=self.county)
        self.members = [
            InstitutionFactory(community_centre=True, division=self.county),
            InstitutionFactory(
                name=f"{name}护理院",
                institution_class=InstitutionClassFactory(code="A710"),
                division=self.county,
                level="",
            ),
        ]
        self.filer = filer_of(self.hospital)
        self.reviewer = reviewer_of(self.commission)
        self.founded_on = founded_on
        self.filing = None

    def draft(self, **answers) -> "Case":
        """填好的草稿, ready to submit."""
        self.filing = editing.start(applicant=self.hospital, by=self.filer)
        values = {
            **ANSWERS,
            "A": {
                **ANSWERS["A"],
                "name": f"{self.hospital.name}医疗集团",
                "founded_on": self.founded_on,
                **answers,
            },
        }
        for key, section in values.items():
            editing.save_section(self.filing.pk, key, section, version=1, by=self.filer)
        editing.add_members(self.filing.pk, [m.pk for m in self.members], by=self.filer)
        materials.add(self.filing.pk, "charter", pdf("章程.pdf"), by=self.filer)
        materials.add(self.filing.pk, "agreement", pdf("协议书.pdf"), by=self.filer)
        return self.fresh()

    def submitted(self, **answers) -> "Case":
        self.draft(**answers)
        transitions.submit(self.filing.pk, by=self.filer)
        return self.fresh()

    def received(self, **answers) -> "Case":
        self.submitted(**answers)
        transitions.receive(self.filing.pk, by=self.reviewer)
        return self.fresh()

    def registered(self, **answers) -> "Case":
        self.received(**answers)
        settle(self.filing, self.reviewer)
        transitions.register(self.filing.pk, by=self.reviewer)
        return self.fresh()

    def fresh(self) -> "Case":
        """Read the filing again."""
        self.filing = type(self.filing).objects.select_related("authority").get(pk=self.filing.pk)
        return self
