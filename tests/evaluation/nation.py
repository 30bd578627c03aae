"""A small country in which everything that rules cross is present, and a hand that changes it at random."""

import datetime as dt
import random

from django.core.files.base import ContentFile
from django.db import Error, connection, transaction

from filing.models import Filing, Material
from grids.models import Grid, GridAssignment, GridUnit
from registry.models import (
    Consortium,
    Credential,
    Declaration,
    Division,
    Institution,
    InstitutionName,
    Lead,
    Membership,
    Waiver,
)
from tests.factories import (
    AuthorityFactory,
    CityFactory,
    ConsortiumFactory,
    CountyFactory,
    GridAssignmentFactory,
    GridFactory,
    GridUnitFactory,
    InstitutionClassFactory,
    InstitutionFactory,
    LeadFactory,
    MembershipFactory,
    ProvinceFactory,
    TownshipFactory,
    UserFactory,
)

KINDS = [kind for kind, _ in Consortium.Kind.choices]
CLASSES = ("A100", "A210", "A720", "B100", "B200", "C200", "D600", "G100")


class Nation:
    """Two provinces with cities, counties, townships, hospitals, consortia of every kind, grids and filings."""

    def __init__(self, seed: int):
        self.chance = random.Random(seed)  # noqa: S311 (a test's dice)
        for code in CLASSES:
            InstitutionClassFactory(code=code)
        self.official = UserFactory(name="张处长")
        self.counties, self.townships, self.hospitals = [], [], []
        for province, name, city in (("500000", "重庆市", "500100"), ("340000", "安徽省", "340200")):
            above = ProvinceFactory(code=province, name=name)
            AuthorityFactory(division=above)
            town = CityFactory(code=city, name=f"{name}城", kind="地级市", parent=above)
            for number in (2, 3):
                county = CountyFactory(
                    code=f"{city[:4]}{number:02d}", name=f"{name}{number}区", parent=town, kind="市辖区"
                )
                AuthorityFactory(division=county)
                self.counties.append(county)
                self.townships += [
                    TownshipFactory(parent=county, code=f"{county.code}{n:03d}", name=f"{county.name}{n}街")
                    for n in (1, 2, 3)
                ]
        for number in range(24):
            township = self.chance.choice(self.townships)
            self.hospitals.append(
                InstitutionFactory(
                    name=f"第{number}机构", division=township.parent, township=township,
                    institution_class=InstitutionClassFactory(code=CLASSES[number % len(CLASSES)]),
                    level=self.chance.choice(("1", "2", "3", "")),
                )
            )  # fmt: skip
        self.consortia = []
        for number in range(10):
            consortium = ConsortiumFactory(
                name=f"第{number}医联体",
                kind=KINDS[number % len(KINDS)],
                division=self.chance.choice(self.counties),
            )
            self.consortia.append(consortium)
            lead, *members = self.chance.sample(self.hospitals, 5)
            LeadFactory(consortium=consortium, institution=lead)
            for one in members:
                MembershipFactory(consortium=consortium, institution=one)
        for number in range(4):
            grid = GridFactory(name=f"第{number}网格", division=self.counties[number])
            for township in self.chance.sample(self.townships, 2):
                GridUnitFactory(grid=grid, division=township, status="claimed")
            GridAssignmentFactory(grid=grid, consortium=self.chance.choice(self.consortia), status="claimed")
        for consortium in self.consortia[:3]:
            Filing.objects.create(
                consortium=consortium, applicant=self.hospitals[0], created_by=self.official, origin="imported", kind="establish",
                status="registered", registered_on=dt.date(2020, 1, 6), founded_on=dt.date(2019, 12, 2),
            )  # fmt: skip

    def change(self) -> str:
        """One change at random, by whatever door; its name. What the database refuses is no change."""
        changes = [name for name in sorted(dir(self)) if name.startswith("do_")]
        name = self.chance.choice(changes)
        try:
            with transaction.atomic():
                getattr(self, name)()
        except Error:
            return f"{name} refused"
        return name

    # -- Doors ---------------------------------------------------------------------------------------------
    def _one(self, model):
        return self.chance.choice(list(model.objects.order_by("pk")))

    def _set(self, model, **choices):
        name = self.chance.choice(sorted(choices))
        model.objects.filter(pk=self._one(model).pk).update(**{name: self.chance.choice(choices[name])})

    def do_institution(self):
        self._set(
            Institution,
            level=["1", "2", "3", ""], grade=["A", "B", ""], affiliation=["county", "city", "province", ""],
            ownership=["public", "private"], status=["open", "closed"], division=self.counties,
            township=[*self.townships, None], institution_class_id=CLASSES, name=["改名医院", "又改名医院"],
            is_military=[True, False], legal_representative=["甲", "乙"],
        )  # fmt: skip

    def do_institutions_by_plain_sql(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE registry_institution SET level = %s, institution_class_id = %s WHERE division_id = %s",
                [
                    self.chance.choice("123"),
                    self.chance.choice(CLASSES),
                    self.chance.choice(self.counties).pk,
                ],
            )

    def do_new_institution(self):
        township = self.chance.choice(self.townships)
        self.hospitals.append(
            InstitutionFactory(
                division=township.parent, township=township, institution_class_id=self.chance.choice(CLASSES)
            )
        )

    def do_merge(self):
        one, other = self.chance.sample(self.hospitals, 2)
        Institution.objects.filter(pk=one.pk).update(merged_into=other)

    def do_name(self):
        InstitutionName.objects.create(institution=self._one(Institution), name="第二名称", kind="second")

    def do_consortium(self):
        self._set(
            Consortium,
            name=["甲联体", "乙联体", "丙联体"], kind=KINDS, scope=["in_city", "cross_province", ""],
            closed_on=[dt.date(2020, 5, 1), None], founded_on=[dt.date(2019, 3, 1), None],
            registered_on=[dt.date(2019, 4, 1), None], division=self.counties,
            specialty_focus=["none", "tcm", ""], closeness=["tight", "loose"], council_chair=["甲", "乙", ""],
            approved_on=[dt.date(2019, 2, 1), None], specialty_text=["眼科", "儿科"],
        )  # fmt: skip

    def do_join(self):
        MembershipFactory(consortium=self._one(Consortium), institution=self._one(Institution))

    def do_leave(self):
        row = self._one(Membership)
        Membership.objects.filter(pk=row.pk).update(during=(dt.date(2015, 1, 1), dt.date(2020, 1, 1)))

    def do_vanish(self):
        Membership.objects.filter(consortium=self._one(Consortium)).delete()

    def do_move_membership(self):
        Membership.objects.filter(pk=self._one(Membership).pk).update(institution=self._one(Institution))

    def do_role(self):
        Membership.objects.filter(pk=self._one(Membership).pk).update(role="participant")

    def do_lead(self):
        Lead.objects.filter(pk=self._one(Lead).pk).update(institution=self._one(Institution))

    def do_no_lead(self):
        Lead.objects.filter(pk=self._one(Lead).pk).delete()

    def do_credential(self):
        Credential.objects.create(
            institution=self._one(Institution),
            subject_text="眼科",
            level=self.chance.choice(["national", "municipal"]),
        )

    def do_waiver(self):
        Waiver.objects.create(
            consortium=self._one(Consortium), provision=self.chance.choice(["CQ-05", "CQ-12", "CQ-54"]), reason="紧缺",
            document="批复1号", granted_by=self.official, granted_on=dt.date(2020, 1, 1),
        )  # fmt: skip

    def do_waiver_beyond_consortia(self):
        """A rule of a grid, a hospital or a place, lifted."""
        kind, model = self.chance.choice(
            [("grid", Grid), ("institution", Institution), ("division", Division)]
        )
        one = self.chance.choice(self.counties) if model is Division else self._one(model)
        Waiver.objects.get_or_create(
            subject_type=kind, subject_id=one.pk, provision=self.chance.choice(["CQ-07", "CQ-20", "CQ-06"]),
            granted_on=dt.date(2020, 1, 1),
            defaults={
                "subject_name": one.name, "division": getattr(one, "division", one), "reason": "暂不具备条件",
                "document": "批复2号", "granted_by": self.official,
            },
        )  # fmt: skip

    def do_rename_official(self):
        self.official.name = self.chance.choice(["李处长", "王处长"])
        self.official.save(update_fields=["name"])

    def do_declaration(self):
        key = self.chance.choice(["independent_legal_person", "unified_management"])
        Declaration.objects.update_or_create(
            consortium=self._one(Consortium), key=key,
            defaults={"value": self.chance.choice([True, False]), "evidence": "章程", "state": self.chance.choice(["declared", "accepted"])},
        )  # fmt: skip

    def do_grid(self):
        self._set(
            Grid,
            name=["东网格", "西网格"], division=self.counties,
            during=[(dt.date(2015, 1, 1), None), (dt.date(2015, 1, 1), dt.date(2020, 1, 1))],
        )  # fmt: skip

    def do_unit(self):
        GridUnitFactory(grid=self._one(Grid), division=self.chance.choice(self.townships), status="in_force")

    def do_no_unit(self):
        GridUnit.objects.filter(pk=self._one(GridUnit).pk).delete()

    def do_assignment(self):
        GridAssignmentFactory(grid=self._one(Grid), consortium=self._one(Consortium), status="claimed")

    def do_decide(self):
        row = self._one(GridAssignment)
        GridAssignment.objects.filter(pk=row.pk).update(
            status=self.chance.choice(["in_force", "claimed", "dismissed"])
        )

    def do_hand_over(self):
        GridAssignment.objects.filter(pk=self._one(GridAssignment).pk).update(
            consortium=self._one(Consortium)
        )

    def do_filing(self):
        self._set(
            Filing, status=["registered", "revoked"], registered_on=[dt.date(2020, 2, 3), dt.date(2021, 1, 4)]
        )

    def do_material(self):
        material = Material(
            filing=self._one(Filing), kind="charter", original_name="章程.pdf", content_type="application/pdf", size=1,
            sha256=f"{self.chance.random()}"[:64], uploaded_by=self.official,
        )  # fmt: skip
        material.file.save("x", ContentFile(b"x"), save=True)
