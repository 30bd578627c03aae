"""Signing in, lock-out, one's own settings and the error pages."""

import pytest
from django.urls import reverse

from registry import navigation
from tests import actors
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "watching-15-workdays"


@pytest.fixture
def person():
    user = UserFactory(username="zhoumin", name="周敏")
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def sign_in(client, username="zhoumin", password=PASSWORD):
    return client.post(reverse("registry:sign_in"), {"username": username, "password": password})


def test_a_stranger_to_the_system_is_sent_to_the_sign_in_page(client):
    response = client.get(reverse("registry:account"))
    assert response.status_code == 302
    assert response.url.startswith(reverse("registry:sign_in"))


def test_signing_in_opens_a_session_with_a_fixed_end(client, person, settings):
    assert sign_in(client).status_code == 302
    before = client.session.get_expiry_age()
    assert settings.SESSION_COOKIE_AGE - 60 < before <= settings.SESSION_COOKIE_AGE
    page = client.get(reverse("registry:account")).content.decode()
    assert "data-session-ends=" in page
    assert "周敏" in page


def test_a_name_longer_than_any_account_is_refused_before_it_is_looked_for(client):
    page = sign_in(client, username="张" * 400)
    assert page.status_code == 422
    assert "账号或密码不对" not in page.content.decode()
    assert "150" in page.content.decode().split('id="id_username_error"')[1][:200]


def test_a_wrong_password_is_said_under_the_password_and_counts_down(client, person, settings):
    settings.AXES_FAILURE_LIMIT = 4
    first = sign_in(client, password="wrong").content.decode()
    assert 'id="id_password_error"' in first
    assert 'name="password" autocomplete="current-password" autofocus' in " ".join(first.split())
    assert "账号或密码不对。再错 3 次，账号将锁定 30 分钟。" in first
    for _ in range(2):
        sign_in(client, password="wrong")
    locked = sign_in(client, password="wrong")
    assert locked.status_code == 429
    assert "账号已暂时锁定" in locked.content.decode()
    assert sign_in(client).status_code == 429


def test_settings_are_kept_per_person_and_change_the_page(client, person):
    client.force_login(person)
    response = client.post(reverse("registry:account"), {"large_text": "on"}, follow=True)
    person.refresh_from_db()
    assert (person.large_text, person.dense_tables) == (True, False)
    assert '<html lang="zh-CN" class="yl-large yl-roomy">' in response.content.decode()
    assert "设置已保存" in response.content.decode()


def test_the_password_can_be_changed(client, person):
    client.force_login(person)
    new = "another-15-workdays"
    response = client.post(
        reverse("registry:password"), {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )
    assert response.url == reverse("registry:account")
    person.refresh_from_db()
    assert person.check_password(new)


def test_signing_out_needs_a_post(client, person):
    client.force_login(person)
    assert client.get(reverse("registry:sign_out")).status_code == 405
    client.post(reverse("registry:sign_out"))
    assert "_auth_user_id" not in client.session


def test_home_without_an_assignment_is_the_account_page_which_says_what_to_do(client):
    client.force_login(actors.stranger())
    page = client.get(reverse("registry:home"), follow=True)
    assert "还没有任职" in page.content.decode()


def test_a_page_that_does_not_exist_says_what_to_do(client, person):
    client.force_login(person)
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "没有这个页面" in response.content.decode()


def test_a_forged_post_is_refused_in_chinese(person):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    response = client.post(reverse("registry:account"), {"large_text": "on"})
    assert response.status_code == 403
    assert "页面已过期" in response.content.decode()


def test_every_entry_of_the_menu_leads_somewhere_and_names_known_roles():
    from registry.roles import ROLES

    for entry in navigation.entries():
        assert reverse(entry.url_name)
        assert set(entry.places) <= set(ROLES)


def test_a_zero_byte_is_refused_in_words(client, person):
    client.force_login(person)
    for response in (
        client.get(reverse("registry:policy_library"), {"q": "a\0b"}),
        client.post(reverse("registry:account"), {"q": "a\0b"}),
    ):
        assert response.status_code == 400
        assert "控制字符" in response.content.decode()


def test_a_request_that_is_not_whole_is_not_said_to_hold_a_zero_byte(client, person):
    client.force_login(person)
    broken = client.post(reverse("registry:account"), b"--x", content_type="multipart/form-data")
    elsewhere = client.get(reverse("registry:account"), HTTP_HOST="not a name")
    for response in (broken, elsewhere):
        assert response.status_code == 400
        assert "请从本系统的网址重新打开页面" in response.text and "控制字符" not in response.text


def test_an_address_for_submissions_opened_as_a_page_says_what_to_do(client, person):
    client.force_login(person)
    response = client.get(reverse("registry:sign_out"))
    assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")
    assert "刚才没有办理任何事" in response.text
    assert client.head(reverse("registry:sign_out")).content == b""
