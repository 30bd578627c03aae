"""An administrator joins two records of one hospital, enters a change of places, and decides on a code list."""

import pytest
from playwright.sync_api import expect

from registry.models import DuplicatePair, ForeignCode, Institution
from tests.actors import registry_admin_of
from tests.factories import (
    AuthorityFactory,
    CityFactory,
    CountyFactory,
    InstitutionFactory,
    MembershipFactory,
    TownshipFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city():
    """芜湖市 with two districts."""
    return CityFactory(
        code="340200", name="芜湖市", kind="地级", parent__code="340000", parent__name="安徽省"
    )


@pytest.fixture
def districts(city):
    found = [
        CountyFactory(code=code, name=name, kind="市辖区", parent=city)
        for code, name in (("340203", "弋江区"), ("340208", "三山区"))
    ]
    for one in found:
        TownshipFactory(parent=one, code=f"{one.code}001", name=f"{one.name[0]}桥街道")
        AuthorityFactory(division=one)
    return found


def test_two_records_become_one_and_two_again(page, sign_in, assert_accessible, city, districts):
    kept = InstitutionFactory(division=districts[0], name="弋江区大桥医院", phone="")
    gone = InstitutionFactory(division=districts[0], name="芜湖市弋江区大桥医院", phone="0553-1")
    MembershipFactory(institution=gone)
    DuplicatePair.objects.create(
        first=kept, second=gone, reason="similar", score=88, detail="名称有 88% 相同"
    )
    sign_in(page, registry_admin_of(AuthorityFactory(division=city)))
    page.goto("/duplicates/")
    assert_accessible(page)
    page.get_by_role("link", name="对照").click()
    expect(page.get_by_role("radio", name="联系电话取并入的一条")).to_be_checked()
    expect(page.get_by_role("region", name="指向它的记录")).to_contain_text("成员单位")
    assert_accessible(page)
    page.get_by_role("radio", name="机构名称取并入的一条").check()
    page.get_by_role("button", name="合并").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("并入")
    assert_accessible(page)
    merged = page.url
    page.goto(f"/institutions/{gone.pk}/")
    expect(page).to_have_url(f"{page.url.split('/institutions')[0]}/institutions/{kept.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("芜湖市弋江区大桥医院")
    page.goto(merged)
    page.get_by_role("button", name="撤销合并").click()
    expect(page.get_by_text("这次合并已经撤销")).to_be_visible()
    assert sorted(Institution.objects.live().order_by("pk").values_list("name", "phone"))[:2] == [
        ("弋江区大桥医院", ""), ("芜湖市弋江区大桥医院", "0553-1"),
    ]  # fmt: skip


def test_a_merge_of_districts_is_seen_before_it_is_done(page, sign_in, assert_accessible, city, districts):
    hospital = InstitutionFactory(division=districts[1])
    sign_in(page, registry_admin_of(AuthorityFactory(division=city)))
    page.goto(f"/divisions/?under={city.pk}")
    assert_accessible(page)
    page.goto(f"/divisions/{districts[0].pk}/")
    assert_accessible(page)
    page.get_by_role("link", name="合并", exact=True).click()
    page.get_by_label("与它合并的区划代码").fill("340208")
    page.get_by_label("依据").fill("皖政秘〔2020〕1 号")
    page.get_by_role("button", name="看方案和影响").click()
    expect(page.locator("main")).to_contain_text("医疗卫生机构")
    page.get_by_label("三桥街道的新代码").fill("340203002")
    assert_accessible(page)
    page.get_by_role("button", name="确认并录入").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("340208 三山区并入 340203 弋江区")
    assert_accessible(page)
    page.goto(f"/institutions/{hospital.pk}/")
    expect(page.locator("main")).to_contain_text("340203")
    page.goto(f"/divisions/?under={city.pk}&day=2020-01-01")
    expect(page.get_by_role("region", name="区划", exact=True)).to_contain_text("三山区")


def test_a_code_list_is_decided_on_row_by_row_and_taken_back(
    page, sign_in, assert_accessible, city, districts, tmp_path
):
    sent = tmp_path / "字典.csv"
    sent.write_text("代码,名称\n340203091,弋桥镇\n340208091,三桥乡\n340203092,别处街道\n")
    sign_in(page, registry_admin_of(AuthorityFactory(division=city)))
    page.goto("/divisions/foreign/")
    page.get_by_label("代码体系").fill("健康字典 2024")
    page.get_by_label("来源").fill("市信息中心")
    page.get_by_label("代码表", exact=True).set_input_files(sent)
    page.get_by_role("button", name="上传并对应").click()
    expect(page.get_by_text("本页 2 行只有一个相近的区划")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="核对后全部认定").click()
    expect(page.get_by_text("已认定 2 行")).to_be_visible()
    page.get_by_label("别处街道对应的区划代码或名称").fill("弋桥街道")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已认定为 340203001")).to_be_visible()
    page.get_by_role("link", name="人工认定").click()
    assert_accessible(page)
    page.get_by_role("link", name="撤回整表").click()
    page.get_by_role("button", name="撤回整表").click()
    expect(page.get_by_text("已撤回“健康字典 2024”")).to_be_visible()
    assert not ForeignCode.objects.exists()
