"""A commission brings in what exists: recorded as it is, never guessed, all or nothing."""

import datetime as dt
import io
import json

import pytest
from django.core.management import call_command

from filing.imports.service import import_consortia
from filing.models import Filing, NumberSeries
from grids.models import GridAssignment
from registry.imports.limits import FileRefused
from registry.models import (
    AuditEntry,
    CalendarYear,
    Consortium,
    Credential,
    InstitutionName,
    Lead,
    Membership,
)
from registry.workdays import load_year
from tests.actors import planner_of, registry_admin_of
from tests.factories import (
    AuthorityFactory,
    CityFactory,
    CountyFactory,
    InstitutionFactory,
    ProvinceFactory,
    TownshipFactory,
)
from tests.filing.imports.workbook import consortia_workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def area():
    """A district of Chongqing with its bureau, a lead and two members."""
    municipality = AuthorityFactory(division=ProvinceFactory())
    county = CountyFactory(code="500103", name="渝中区", parent=CityFactory())
    AuthorityFactory(division=county, parent=municipality)
    InstitutionFactory(
        name="重庆市第一医院", uscc="12500103MB1A2B3CX6", municipal_hospital=True, division=county
    )
    InstitutionFactory(name="七星岗社区卫生服务中心", community_centre=True, division=county)
    InstitutionFactory(name="渝中区护理院", division=county)
    for year in (2019, 2020):
        load_year(year, {}, state=CalendarYear.State.LOADED)
    return municipality


@pytest.fixture
def admin(area):
    from registry import access

    user = registry_admin_of(area)
    access.grant(user, "planner", area)
    return user


GROUP = {
    "医联体名称": "重庆市第一医院医疗集团",
    "类型": "城市医疗集团",
    "牵头单位": "重庆市第一医院",
    "区划代码": "500103",
}
MEMBER = {"医联体名称": GROUP["医联体名称"], "机构": "七星岗社区卫生服务中心"}


def bring_in(tmp_path, admin, *, apply=True, **sheets):
    return import_consortia(consortia_workbook(tmp_path / "现状.xlsx", **sheets), by=admin, apply=apply)


def only(issues):
    assert len(issues) == 1, [issue.message for issue in issues]
    return issues[0]


def test_a_consortium_with_lead_members_and_credentials_comes_in(tmp_path, admin):
    outcome = bring_in(
        tmp_path,
        admin,
        医联体=[GROUP | {"成立日期": "2019-06-25", "以专科服务为主": "否", "紧密程度": "紧密型"}],
        成员单位=[
            MEMBER,
            MEMBER | {"机构": "渝中区护理院", "加入日期": dt.date(2020, 1, 2), "退出日期": "2020-03-31"},
        ],
        专科资质=[
            {"机构": "12500103MB1A2B3CX6", "诊疗科目": "疑难病", "级别": "国家级", "类别": "临床重点专科"}
        ],
    )
    assert (outcome.applied, outcome.rows, outcome.counts["create"]) == (True, 4, 4)
    group = Consortium.objects.get()
    assert (group.kind, group.founded_on, group.specialty_focus) == (
        "city_group",
        dt.date(2019, 6, 25),
        "none",
    )
    assert Lead.objects.get().institution.name == "重庆市第一医院"
    periods = {m.institution.name: m.during for m in Membership.objects.select_related("institution")}
    assert periods["七星岗社区卫生服务中心"].lower == dt.date(2019, 6, 25)
    assert periods["渝中区护理院"].upper == dt.date(2020, 4, 1)  # the last day belongs to the membership
    assert Credential.objects.get().subject_text == "疑难病"
    assert not Filing.objects.exists()  # no 备案日期: nothing is assumed


def test_a_preview_changes_nothing_and_promises_what_happens(tmp_path, admin):
    sheets = {"医联体": [GROUP], "成员单位": [MEMBER]}
    entries = AuditEntry.objects.count()
    preview = bring_in(tmp_path, admin, apply=False, **sheets)
    assert (preview.applied, Consortium.objects.count(), AuditEntry.objects.count()) == (False, 0, entries)
    applied = bring_in(tmp_path, admin, **sheets)
    assert applied.counts == preview.counts


def test_the_same_file_again_changes_nothing(tmp_path, admin):
    TownshipFactory(code="500103001", name="七星岗街道", parent=CountyFactory(code="500103"))
    sheets = {
        "医联体": [
            GROUP
            | {
                "成立日期": "2019-06-25",
                "备案日期": "2019-07-10",
                "备案编号": "渝卫备〔2019〕12号",
                "备案机关区划代码": "500000",
            }
        ],
        "成员单位": [MEMBER | {"远程开通日期": "2020-01-01"}],
        "网格": [
            {
                "网格名称": "渝中网格",
                "区划代码": "500103001",
                "责任医联体": GROUP["医联体名称"],
                "起": "2019-07-01",
            }
        ],
        "专科资质": [{"机构": "重庆市第一医院", "诊疗科目": "肿瘤科", "级别": "省级"}],
    }
    first = bring_in(tmp_path, admin, **sheets)
    assert first.counts["create"] == 4
    entries = AuditEntry.objects.count()
    again = bring_in(tmp_path, admin, **sheets)
    assert (again.counts["unchanged"], again.counts["create"], again.counts["update"]) == (4, 0, 0)
    assert AuditEntry.objects.count() == entries


def test_a_blank_cell_never_erases_what_is_known(tmp_path, admin):
    bring_in(tmp_path, admin, 医联体=[GROUP | {"理事长": "周敏"}])
    bring_in(tmp_path, admin, 医联体=[GROUP])
    assert Consortium.objects.get().council_chair == "周敏"


class TestFilings:
    REGISTERED = GROUP | {"成立日期": "2019-06-25", "备案日期": "2019-07-16", "备案机关区划代码": "500000"}

    def test_a_registration_date_makes_an_imported_filing_and_moves_the_counter_on(
        self, tmp_path, admin, area
    ):
        bring_in(tmp_path, admin, 医联体=[self.REGISTERED | {"备案编号": "渝卫备〔2019〕37号"}])
        filing = Filing.objects.get()
        assert (filing.origin, filing.status, filing.authority) == ("imported", "registered", area)
        assert (filing.applicant, filing.first_submitted_at) == (None, None)  # the sheet does not say
        series = NumberSeries.objects.get(authority=area, year=2019, series="registration")
        assert series.last == 37

    def test_a_number_used_twice_at_one_bureau_is_an_error_at_its_cell(self, tmp_path, admin):
        second = self.REGISTERED | {"医联体名称": "第二集团", "牵头单位": "待定"}
        number = {"备案编号": "渝卫备〔2019〕37号"}
        outcome = bring_in(tmp_path, admin, 医联体=[self.REGISTERED | number, second | number])
        issue = only(outcome.issues)
        assert (issue.rule, issue.row, issue.column) == ("number-taken", 3, "备案编号")
        assert not Consortium.objects.exists()

    def test_a_number_needs_its_date(self, tmp_path, admin):
        outcome = bring_in(tmp_path, admin, 医联体=[GROUP | {"备案编号": "渝卫备〔2019〕37号"}])
        assert only(outcome.issues).rule == "number-without-date"


class TestLeads:
    @pytest.mark.parametrize("words", ["", "待定", None])
    def test_a_lead_may_be_unknown(self, tmp_path, admin, words):
        bring_in(tmp_path, admin, 医联体=[GROUP | {"牵头单位": words}])
        assert Consortium.objects.exists()
        assert not Lead.objects.exists()

    def test_a_lead_may_be_a_company_by_name_and_code(self, tmp_path, admin):
        bring_in(tmp_path, admin, 医联体=[GROUP | {"牵头单位": "某某健康管理有限公司（91110000600037341L）"}])
        lead = Lead.objects.get()
        assert (lead.institution, lead.company_name, lead.company_code) == (
            None,
            "某某健康管理有限公司",
            "91110000600037341L",
        )

    def test_a_lead_that_differs_from_the_register_is_a_decision(self, tmp_path, admin):
        bring_in(tmp_path, admin, 医联体=[GROUP])
        outcome = bring_in(tmp_path, admin, 医联体=[GROUP | {"牵头单位": "渝中区护理院"}])
        assert only(outcome.issues).rule == "lead-conflict"
        assert Lead.objects.get().institution.name == "重庆市第一医院"

    def test_a_lead_repeated_as_member_is_accepted_and_warned(self, tmp_path, admin):
        outcome = bring_in(tmp_path, admin, 医联体=[GROUP], 成员单位=[MEMBER | {"机构": "重庆市第一医院"}])
        assert outcome.applied
        assert (only(outcome.issues).rule, only(outcome.issues).severity) == ("lead-as-member", "warning")


class TestNames:
    def test_an_alias_finds_the_institution(self, tmp_path, admin):
        centre = InstitutionFactory(name="石油路社区卫生服务中心", division=CountyFactory(code="500103"))
        InstitutionName.objects.create(institution=centre, name="石油路中心", kind="alias")
        bring_in(tmp_path, admin, 医联体=[GROUP], 成员单位=[MEMBER | {"机构": "石油路中心"}])
        assert Membership.objects.get().institution == centre

    def test_a_name_in_two_places_means_the_one_in_the_consortiums_county(self, tmp_path, admin):
        near = InstitutionFactory(name="人民医院", division=CountyFactory(code="500103"))
        InstitutionFactory(name="人民医院", division=CountyFactory(code="500106", parent=CityFactory()))
        bring_in(tmp_path, admin, 医联体=[GROUP], 成员单位=[MEMBER | {"机构": "人民医院"}])
        assert Membership.objects.get().institution == near

    def test_two_of_one_name_in_the_county_need_a_decision(self, tmp_path, admin):
        InstitutionFactory.create_batch(2, name="人民医院", division=CountyFactory(code="500103"))
        outcome = bring_in(tmp_path, admin, 医联体=[GROUP], 成员单位=[MEMBER | {"机构": "人民医院"}])
        issue = only(outcome.issues)
        assert (issue.rule, issue.severity, issue.sheet, issue.cell) == (
            "ambiguous-institution",
            "decision",
            "成员单位",
            "B2",
        )

    def test_every_error_is_said_at_its_cell_and_nothing_is_written(self, tmp_path, admin):
        outcome = bring_in(
            tmp_path,
            admin,
            医联体=[
                GROUP | {"类型": "联合体", "成立日期": "去年"},
                GROUP | {"医联体名称": "乙", "区划代码": "999999"},
            ],
            成员单位=[MEMBER | {"机构": "没有的医院"}, MEMBER | {"角色": "队长"}],
        )
        found = {(issue.sheet, issue.cell, issue.rule) for issue in outcome.issues}
        assert found >= {
            ("医联体", "B2", "not-in-list"),
            ("医联体", "D2", "not-a-date"),
            ("医联体", "K3", "unknown-division"),
            ("成员单位", "B2", "unknown-institution"),
            ("成员单位", "C3", "not-in-list"),
        }
        assert not outcome.applied
        assert not Consortium.objects.exists()


def test_grids_that_collide_come_in_as_contested_claims_with_a_warning_each(tmp_path, admin):
    county = CountyFactory(code="500103")
    TownshipFactory(code="500103001", name="七星岗街道", parent=county)
    TownshipFactory(code="500103002", name="大溪沟街道", parent=county)
    second = GROUP | {"医联体名称": "第二集团", "牵头单位": "待定"}
    outcome = bring_in(
        tmp_path,
        admin,
        医联体=[GROUP, second],
        网格=[
            {
                "网格名称": "东网格",
                "区划代码": "500103",
                "责任医联体": GROUP["医联体名称"],
                "起": "2020-01-01",
            },
            {"网格名称": "西网格", "区划代码": "500103001", "责任医联体": "第二集团", "起": "2020-01-01"},
        ],
    )
    assert outcome.applied
    assert {issue.row for issue in outcome.of("warning")} == {2, 3}
    assert GridAssignment.objects.count() == 2


def test_rows_outside_the_persons_area_are_refused_row_by_row(tmp_path, area):
    elsewhere = AuthorityFactory(division=CountyFactory(code="500106", parent=CityFactory()))
    outcome = bring_in(tmp_path, registry_admin_of(elsewhere), 医联体=[GROUP])
    assert (only(outcome.issues).rule, only(outcome.issues).cell) == ("outside-area", "K2")


def test_a_planner_alone_may_not_bring_consortia_in(tmp_path, area):
    outcome = bring_in(tmp_path, planner_of(area), 医联体=[GROUP])
    assert only(outcome.issues).rule == "outside-area"


def test_a_workbook_without_any_of_the_sheets_is_refused_as_a_whole(tmp_path, admin):
    from openpyxl import Workbook

    Workbook().save(tmp_path / "x.xlsx")
    with pytest.raises(FileRefused, match="医联体"):
        import_consortia(tmp_path / "x.xlsx", by=admin)


class TestCommand:
    def run(self, *arguments):
        out, status = io.StringIO(), 0
        try:
            call_command("import_consortia", *map(str, arguments), "--format", "json", stdout=out)
        except SystemExit as end:
            status = end.code
        return status, json.loads(out.getvalue())

    def test_clean_applied_answers_0_and_one_document(self, tmp_path, area):
        path = consortia_workbook(tmp_path / "a.xlsx", 医联体=[GROUP], 成员单位=[MEMBER])
        status, answer = self.run(path, "--apply")
        assert (status, answer["rows"], answer["create"], answer["applied"]) == (0, 2, 2, True)
        assert {"update", "unchanged", "errors", "warnings", "decisions", "repaired"} <= set(answer)

    def test_errors_answer_1_with_sheet_row_column_value_rule_and_message(self, tmp_path, area):
        path = consortia_workbook(
            tmp_path / "a.xlsx", 医联体=[GROUP], 成员单位=[MEMBER | {"机构": "没有的医院"}]
        )
        status, answer = self.run(path, "--apply")
        error = answer["errors"][0]
        assert (status, answer["applied"]) == (1, False)
        assert (error["sheet"], error["row"], error["column"], error["value"]) == (
            "成员单位",
            2,
            "机构",
            "没有的医院",
        )

    def test_a_refused_file_answers_2_with_the_reason(self, tmp_path, area):
        path = tmp_path / "a.xlsx"
        path.write_bytes(b"%PDF-1.7 not a workbook")
        status, answer = self.run(path)
        assert status == 2
        assert "PDF" in answer["refused"]
