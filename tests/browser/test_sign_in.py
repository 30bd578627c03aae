"""The door of the product, in a browser."""

import pytest
from playwright.sync_api import expect

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_person_signs_in_through_the_form_and_out_again(page, assert_accessible):
    user = UserFactory()
    user.set_password("correct horse 9")
    user.save()
    page.goto("/")
    assert_accessible(page)
    page.get_by_label("账号").fill(user.username)
    page.get_by_label("密码").first.fill("correct horse 9")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_text(user.name).first).to_be_visible()
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
