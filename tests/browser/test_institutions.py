"""An administrator mends an institution, reads the history, and takes the list home."""

import re
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.actors import registry_admin_of
from tests.factories import (
    AuthorityFactory,
    CountyFactory,
    InstitutionClassFactory,
    InstitutionFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.complaints("422")
def test_from_edit_to_history_to_export(page, sign_in, transactional_db, run_jobs, assert_accessible):
    InstitutionClassFactory(code="A100", name="综合医院")
    district = CountyFactory(code="500103", name="渝中区")
    one = InstitutionFactory(name="甲医院", division=district, beds=100)
    InstitutionFactory(name="乙中医院", division=district, level="1")
    sign_in(page, registry_admin_of(AuthorityFactory(division=district), name="周敏"))

    page.goto("/institutions/")
    assert_accessible(page)
    page.get_by_label("名称、拼音首字母或代码").fill("jyy")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="甲医院").click()
    page.get_by_role("link", name="修改", exact=True).click()
    assert_accessible(page)
    page.get_by_label("核定床位数").fill("很多")
    page.get_by_label("修改依据").fill("2026 年校验")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("不是整数").first).to_be_visible()
    page.get_by_label("核定床位数").fill("120")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存")).to_be_visible()
    history = page.get_by_role("region", name="变更记录", exact=True)
    expect(history).to_contain_text("2026 年校验")
    expect(history).to_contain_text("120")
    assert_accessible(page)

    page.goto(f"/institutions/?level={one.level}")
    expect(page.get_by_role("link", name="甲医院")).to_be_visible()
    page.get_by_role("button", name="导出 Excel").click()
    run_jobs()
    expect(page.get_by_text("已完成")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="查看结果").click()
    assert re.match(r"机构名录_\d{8}_\d{4}\.xlsx", download.value.suggested_filename)
    titles, *rows = load_workbook(BytesIO(download.value.path().read_bytes())).active.iter_rows(
        values_only=True
    )
    assert [dict(zip(titles, row, strict=True))["核定床位数"] for row in rows] == [120]
