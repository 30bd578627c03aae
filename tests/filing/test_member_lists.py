"""Members by list: pasted or uploaded, each line matched or explained."""

import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from filing import member_lists
from registry.errors import Refused
from registry.models import InstitutionName
from tests.factories import InstitutionFactory
from tests.factories.filing import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]
CODE = "12500000450400000X"


@pytest.fixture
def case():
    return Case().draft()


def workbook(*rows) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("名单")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return SimpleUploadedFile("名单.xlsx", buffer.getvalue())


def match(case, text):
    return member_lists.match(case.filing, member_lists.pasted(text), user=case.filer)


def test_names_codes_and_aliases_are_matched_and_every_other_line_explained(case):
    by_name = InstitutionFactory(name="龙山（新区）社区卫生服务中心", division=case.county)
    by_code = InstitutionFactory(name="甲医院", uscc=CODE, division=case.county)
    by_alias = InstitutionFactory(name="乙医院", division=case.county)
    InstitutionName.objects.create(institution=by_alias, name="第二人民医院", kind="alias")
    InstitutionFactory.create_batch(2, name="同名卫生院", division=case.county)
    closed = InstitutionFactory(name="已停业医院", status="closed", division=case.county)
    lines = match(
        case,
        f"龙山(新区)社区卫生服务中心\n{CODE.lower()}\n 第二人民医院 \n\n同名卫生院\n查无此院\n{closed.name}\n"
        f"{case.hospital.name}\n{case.members[0].name}\n甲医院",
    )
    assert [line.institution for line in lines[:3]] == [by_name, by_code, by_alias]
    reasons = {line.number: line.reason for line in lines[3:]}
    for number, words in {
        5: "名录中有 2 家", 6: "没有完全相同", 7: "不能列入", 8: "是牵头医院", 9: "已在成员单位中", 10: "与第 2 行",
    }.items():  # fmt: skip
        assert words in reasons[number], reasons


def test_a_workbook_is_read_by_its_header(case):
    one = InstitutionFactory(name="甲医院", uscc=CODE, division=case.county)
    two = InstitutionFactory(name="乙医院", division=case.county)
    said = member_lists.uploaded(
        workbook(
            ["成员单位名单"], ["序号", "单位名称", "社会信用代码"], [1, "写错的名称", CODE], [2, "乙医院", ""]
        )
    )
    lines = member_lists.match(case.filing, said, user=case.filer)
    assert [(line.number, line.institution) for line in lines] == [(3, one), (4, two)]


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (SimpleUploadedFile("名单.xlsx", b"PK\x03\x04 broken"), "损坏|不完整|打开"),
        (SimpleUploadedFile("名单.csv", "甲,乙\n1,2\n".encode()), "没有找到表头"),
    ],
)
def test_what_cannot_be_read_says_why(upload, words):
    with pytest.raises(Refused, match=words):
        member_lists.uploaded(upload)


def test_nobody_is_matched_outside_what_one_may_see(case):
    elsewhere = InstitutionFactory(name="外省医院")
    elsewhere.division.path = "/510000/510100/510104/"
    elsewhere.division.save(update_fields=["path"])
    assert match(case, "外省医院")[0].institution is None


def test_the_cost_of_matching_does_not_grow_with_the_list(case, django_assert_max_num_queries):
    rows = InstitutionFactory.create_batch(30, community_centre=True, division=case.county)
    with django_assert_max_num_queries(8):
        lines = match(case, "\n".join(row.name for row in rows))
    assert all(line.institution for line in lines)


def test_the_page_shows_both_and_adds_what_is_confirmed(client, case):
    row = InstitutionFactory(name="甲医院", division=case.county)
    client.force_login(case.filer)
    url = reverse("filing:members_match", args=[case.filing.pk])
    text = client.post(url, {"lines": "甲医院\n查无此院"}).text
    assert f'value="{row.pk}" checked' in text and "没有完全相同" in text
    assert case.filing.members.count() == 2, "nothing is added before it is confirmed"
    empty = client.post(url, {"lines": " "}, follow=True)
    assert "没有内容" in empty.text
