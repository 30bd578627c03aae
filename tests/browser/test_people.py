"""People: invited one by one and by list, new passwords without e-mail, a leaver's drafts, idle accounts, the second step."""

import datetime as dt
import re
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import expect

from registry.models import User
from registry.people import idle
from tests.actors import filer_of, security_admin, unit_admin_of
from tests.factories import AuthorityFactory, CountyFactory, InstitutionFactory
from tests.factories.filing import Case

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "一个很长的密码 2026"


def set_password(page, address: str) -> None:
    """Behind a one-time link."""
    page.goto(address)
    page.get_by_label("新密码", exact=True).fill(PASSWORD)
    page.get_by_label("再输入一遍新密码").fill(PASSWORD)
    page.get_by_role("button", name="设置密码").click()
    expect(page.get_by_text("密码已设置")).to_be_visible()


def enter(page, username: str) -> None:
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").first.fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


@pytest.mark.complaints("410")  # the link that was used already
def test_invited_by_a_link_and_given_a_new_password_without_mail(open_page, sign_in, assert_accessible):
    bureau = AuthorityFactory(division=CountyFactory(), name="渝中区卫生健康委")
    admin = sign_in(open_page(), unit_admin_of(bureau))
    admin.goto("/people/")
    assert_accessible(admin)
    admin.get_by_role("link", name="邀请人员").first.click()
    admin.get_by_label("姓名", exact=True).fill("罗静")
    admin.get_by_label("账号", exact=True).fill("luojing")
    admin.get_by_label("角色", exact=True).select_option(label="审核人")
    admin.get_by_label(re.compile("^单位")).fill(bureau.name)
    assert_accessible(admin)
    admin.get_by_role("button", name="邀请", exact=True).click()
    link = admin.get_by_role("textbox", name="链接").input_value()
    assert_accessible(admin)

    person = open_page()
    person.goto(link)
    assert_accessible(person)
    set_password(person, link)
    enter(person, "luojing")
    expect(person.get_by_role("button", name="退出")).to_be_visible()
    person.goto(link)
    expect(person.get_by_text("请重新索取链接")).to_be_visible()

    admin.get_by_role("link", name="已交给本人").click()
    assert_accessible(admin)
    admin.get_by_role("button", name="重设密码").click()
    again = open_page()
    set_password(again, admin.get_by_role("textbox", name="链接").input_value())
    enter(again, "luojing")
    expect(again.get_by_role("button", name="退出")).to_be_visible()


def workbook(*rows) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(("姓名", "账号", "角色", "单位"))
    for row in rows:
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_many_are_invited_from_excel(open_page, sign_in, assert_accessible):
    bureau = AuthorityFactory(division=CountyFactory(), name="渝中区卫生健康委")
    admin = sign_in(open_page(), unit_admin_of(bureau))
    admin.goto("/people/lists/")
    assert_accessible(admin)

    def upload(*rows):
        admin.get_by_label("人员名单").set_input_files(
            {"name": "人员.xlsx", "mimeType": "application/octet-stream", "buffer": workbook(*rows)}
        )
        admin.get_by_role("button", name="上传并预览").click()

    upload(("罗静", "luo jing", "审核人", bureau.name), ("何志", "hezhi", "审核人", "别处的卫生局"))
    expect(admin.get_by_role("region", name="错误")).to_contain_text("B2")
    expect(admin.get_by_role("region", name="错误")).to_contain_text("D3")
    assert_accessible(admin)
    admin.get_by_role("link", name="重新上传").click()
    upload(("罗静", "luojing", "审核人", bureau.name), ("何志", "hezhi", "规划处", bureau.name))
    assert_accessible(admin)
    admin.get_by_role("button", name="全部邀请").click()
    expect(admin.get_by_role("heading", name="2 人的一次性链接")).to_be_visible()
    assert_accessible(admin)
    with admin.expect_download() as download:
        admin.get_by_role("button", name="下载 Excel").click()
    sheet = openpyxl.load_workbook(BytesIO(Path(download.value.path()).read_bytes())).active
    person = open_page()
    set_password(person, sheet["D3"].value)
    enter(person, "luojing")
    admin.get_by_role("link", name="已经保存好").click()
    expect(admin.get_by_role("row").filter(has_text="罗静")).to_contain_text("已启用")
    expect(admin.get_by_text("1 人还没有设置密码")).to_be_visible()
    assert_accessible(admin)


@pytest.mark.usefixtures("law")
def test_a_leavers_drafts_go_to_a_colleague(open_page, sign_in, assert_accessible):
    case = Case(founded_on=timezone.localdate() - dt.timedelta(days=4)).draft()
    colleague = filer_of(case.hospital, name="何志")
    admin = sign_in(open_page(), unit_admin_of(case.hospital))
    admin.goto(f"/people/{case.filer.pk}/")
    expect(admin.get_by_text("待移交：")).to_be_visible()
    assert_accessible(admin)
    admin.get_by_label("移交给").select_option(str(colleague.pk))
    admin.get_by_role("button", name="移交", exact=True).click()
    expect(admin.get_by_text("已移交，接手的同事会收到通知。")).to_be_visible()
    admin.get_by_role("link", name="停用账户").click()
    admin.get_by_role("dialog").get_by_label("原因").fill("调离")
    admin.get_by_role("dialog").get_by_role("button", name="停用账户").click()
    expect(admin.get_by_text("账户已停用")).to_be_visible()
    taken = sign_in(open_page(), colleague)
    taken.goto("/filings/")
    expect(taken.get_by_role("link", name=case.filing.name)).to_be_visible()


def test_an_idle_account_is_warned_in_its_inbox_and_opened_again_after_it_was_closed(open_page, sign_in):
    bureau = AuthorityFactory(division=CountyFactory(), name="渝中区卫生健康委")
    person = filer_of(InstitutionFactory(division=bureau.division), name="罗静")
    long_ago = timezone.now() - dt.timedelta(days=100)
    User.objects.filter(pk=person.pk).update(last_login=long_ago, date_joined=long_ago)
    idle.warn()
    late = timezone.now() - dt.timedelta(days=8)
    User.objects.filter(pk=person.pk).update(idle_warned_at=late)
    idle.close()
    admin = sign_in(open_page(), unit_admin_of(bureau))
    admin.goto("/people/?view=closed")
    admin.get_by_role("link", name="罗静").click()
    expect(admin.get_by_text("连续 90 天没有登录")).to_be_visible()
    admin.get_by_role("link", name="重新启用").click()
    admin.get_by_role("dialog").get_by_label("原因").fill("休假回来")
    admin.get_by_role("dialog").get_by_role("button", name="重新启用").click()
    expect(admin.get_by_text("账户已重新启用。")).to_be_visible()
    back = sign_in(open_page(), User.objects.get(pk=person.pk))
    back.goto("/inbox/")
    expect(back.get_by_text("您的账户已 60 天没有使用")).to_be_visible()


def test_the_second_step_is_set_up_where_it_is_asked_for_and_asked_at_the_next_sign_in(
    open_page, settings, assert_accessible
):
    settings.SECOND_STEP = "commission"
    admin = security_admin(username="song")
    admin.set_password(PASSWORD)
    admin.save()
    page = open_page()
    page.goto("/people/")
    enter(page, "song")
    expect(page.get_by_text("先设置第二步验证，再继续使用")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="开始设置").click()
    expect(page.get_by_role("img", name="密钥的二维码")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("验证码").fill(code(admin, earlier=True))
    page.get_by_role("button", name="启用").click()
    expect(page.get_by_role("heading", name="备用码")).to_be_visible()
    assert_accessible(page)
    backup = page.locator(".yl-backup li").first.inner_text()
    page.get_by_role("link", name="已经保存好").click()
    expect(page.get_by_role("heading", name="人员")).to_be_visible()
    for given in (code(admin), backup):
        fresh = open_page()
        fresh.goto("/people/")
        enter(fresh, "song")
        expect(fresh.get_by_role("heading", name="第二步验证")).to_be_visible()
        assert_accessible(fresh)
        fresh.get_by_label("验证码").fill(given)
        fresh.get_by_role("button", name="验证").click()
        expect(fresh.get_by_role("heading", name="人员")).to_be_visible()


def code(user, earlier: bool = False) -> str:
    """What the telephone shows; `earlier` half a minute ago, which a slow typist may still give."""
    totp = TOTP(TOTPDevice.objects.get(user=user).bin_key)
    if earlier:
        totp.time -= 30
    return f"{totp.token():06}"
