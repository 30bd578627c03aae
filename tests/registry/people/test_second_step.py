"""The second step of signing in: set up, asked, slowed down, replaced, reset."""

import datetime as dt

import pytest
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from registry import access
from registry.errors import Refused
from registry.models import AuditEntry, Notification, User
from registry.people import history, second_step
from tests.actors import filer_of, reviewer_of, security_admin, unit_admin_of
from tests.factories import AuthorityFactory, InstitutionFactory

pytestmark = pytest.mark.django_db
PASSWORD = "一个很长的密码123"
CHECK, PAGE = "registry:second_step_check", "registry:second_step"


@pytest.fixture
def clock(time_machine):
    """A clock that stands still until it is moved on: every code holds half a minute."""
    time_machine.move_to(dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), tick=False)
    return time_machine


def code_of(user, confirmed=True) -> str:
    """What the telephone shows now."""
    device = TOTPDevice.objects.get(user=user, confirmed=confirmed)
    return f"{TOTP(device.bin_key, drift=device.drift).token():06}"


def set_up(user) -> list[str]:
    second_step.start(by=user)
    return second_step.confirm(code_of(user, confirmed=False), by=user)[1]


@pytest.fixture
def reviewer():
    user = reviewer_of(AuthorityFactory())
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client, user, **data):
    given = {"username": user.username, "password": PASSWORD, **data}
    return client.post(reverse("registry:sign_in"), given)


def test_after_the_password_every_page_waits_for_the_code(client, clock, reviewer):
    set_up(reviewer)
    sign_in(client, reviewer)
    page = client.get(reverse("registry:account"))
    assert page["Location"] == reverse(CHECK, query={"next": reverse("registry:account")})
    assert client.get(reverse("registry:home")).status_code == 302
    assert client.get(reverse("admin:index"))["Location"].startswith(reverse(CHECK))
    clock.shift(30)
    answer = client.post(reverse(CHECK), {"code": code_of(reviewer), "next": reverse("registry:account")})
    assert answer["Location"] == reverse("registry:account")
    assert client.get(reverse("registry:account")).status_code == 200


def test_a_fragment_is_led_there_as_a_whole_page(client, clock, reviewer):
    set_up(reviewer)
    sign_in(client, reviewer)
    answer = client.get(reverse("registry:account"), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith(reverse(CHECK))


def test_a_post_before_the_code_does_nothing(client, clock, reviewer):
    set_up(reviewer)
    sign_in(client, reviewer)
    assert client.post(reverse("registry:account"), {"large_text": "on"})["Location"] == reverse(CHECK)
    assert not User.objects.get(pk=reviewer.pk).large_text
    codes = client.post(reverse("registry:second_step_codes"))
    assert codes["Location"] == reverse(CHECK)
    start = client.post(reverse("registry:second_step_start"))
    assert start["Location"].startswith(reverse(CHECK))
    assert TOTPDevice.objects.filter(user=reviewer).count() == 1


def test_the_next_page_is_never_another_site(client, clock, reviewer):
    set_up(reviewer)
    sign_in(client, reviewer)
    clock.shift(30)
    answer = client.post(reverse(CHECK), {"code": code_of(reviewer), "next": "https://example.org/"})
    assert answer["Location"] == reverse("registry:home")


def test_a_code_is_good_once(clock, reviewer):
    set_up(reviewer)
    with pytest.raises(Refused, match="不对"):
        second_step.check(code_of(reviewer), by=reviewer)  # it has confirmed the telephone
    clock.shift(30)
    second_step.check(code_of(reviewer), by=reviewer)


def test_wrong_codes_double_the_wait_and_a_right_one_in_between_is_not_looked_at(clock, reviewer):
    set_up(reviewer)
    clock.shift(30)
    for _ in range(5):
        with pytest.raises(Refused, match="不对"):
            second_step.check("000000", by=reviewer)
        clock.shift(TOTPDevice.objects.get(user=reviewer).throttling_failure_count ** 2 + 1)
    with pytest.raises(Refused, match="不对"):
        second_step.check("000000", by=reviewer)
    with pytest.raises(Refused, match=r"连续输错 6 次，请 32 秒后再试"):
        second_step.check(code_of(reviewer), by=reviewer)
    clock.shift(33)
    second_step.check(code_of(reviewer), by=reviewer)


def test_a_backup_code_is_good_once_and_kept_as_a_digest(clock, reviewer):
    codes = set_up(reviewer)
    assert len(set(codes)) == second_step.CODES
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert not stored & {code.replace("-", "") for code in codes}
    second_step.check(f" {codes[0].upper()} ", by=reviewer)
    assert second_step.codes_left(reviewer) == second_step.CODES - 1
    with pytest.raises(Refused, match="不对"):
        second_step.check(codes[0], by=reviewer)


def test_the_code_of_somebody_else_opens_nothing(clock, reviewer):
    set_up(reviewer)
    other = reviewer_of(AuthorityFactory())
    codes = set_up(other)
    clock.shift(30)
    with pytest.raises(Refused):
        second_step.check(codes[0], by=reviewer)
    with pytest.raises(Refused):
        second_step.check(code_of(other), by=User.objects.get(pk=reviewer.pk))


def test_the_page_sets_up_a_telephone_and_shows_the_codes_once(client, clock, reviewer):
    sign_in(client, reviewer)
    page = reverse(PAGE)
    assert "开始设置" in client.get(page).content.decode()
    client.post(reverse("registry:second_step_start"))
    shown = client.get(page)
    assert "<svg" in shown.context["code"]
    assert "style=" not in shown.context["code"]
    assert second_step.key_of(TOTPDevice.objects.get()) in shown.content.decode()
    wrong = client.post(reverse("registry:second_step_confirm"), {"code": "000000"})
    assert wrong.status_code == 422
    clock.shift(2)
    done = client.post(reverse("registry:second_step_confirm"), {"code": code_of(reviewer, confirmed=False)})
    assert len(done.context["codes"]) == second_step.CODES
    assert "no-store" in done["Cache-Control"]
    assert client.get(reverse("registry:account")).status_code == 200
    assert done.context["codes"][0] not in client.get(page).content.decode()


def test_the_staff_of_commissions_and_of_the_system_must_where_it_is_asked_of_them(
    client, settings, reviewer
):
    settings.SECOND_STEP = "commission"
    hospital = InstitutionFactory()
    assert second_step.required(security_admin())
    assert not second_step.required(filer_of(hospital))
    assert not second_step.required(unit_admin_of(hospital))
    sign_in(client, reviewer)
    assert client.get(reverse("registry:home"))["Location"].startswith(reverse(PAGE))
    shown = client.get(reverse(PAGE)).content.decode()
    assert "您的任职要求第二步验证" in shown
    assert 'class="yl-bar"' not in shown
    settings.SECOND_STEP = "everybody"
    assert second_step.required(filer_of(hospital))


def test_who_must_have_it_cannot_turn_it_off(client, clock, settings, reviewer):
    set_up(reviewer)
    settings.SECOND_STEP = "commission"
    with pytest.raises(Refused, match="不能停用"):
        second_step.turn_off(by=reviewer)
    settings.SECOND_STEP = ""
    second_step.turn_off(by=reviewer)
    assert second_step.device_of(reviewer) is None


def test_who_has_none_is_told_that_there_was_nothing_to_turn_off(client, reviewer):
    client.force_login(reviewer)
    shown = client.post(reverse("registry:second_step_off"), follow=True).text
    assert "还没有启用第二步验证，不需要停用。" in shown and "已停用" not in shown


def test_a_new_telephone_takes_the_place_of_the_old_one_once_confirmed(clock, reviewer):
    first = set_up(reviewer)
    second_step.start(by=reviewer)
    old = second_step.device_of(reviewer)
    clock.shift(30)
    second_step.confirm(code_of(reviewer, confirmed=False), by=reviewer)
    assert second_step.device_of(reviewer).pk != old.pk
    with pytest.raises(Refused):
        second_step.check(first[0], by=reviewer)


def test_the_security_administrator_resets_it_with_a_reason_and_the_person_is_told(client, clock, reviewer):
    set_up(reviewer)
    admin = security_admin(name="宋洁")
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("registry:person_second_step", args=[reviewer.pk])
    assert client.post(address).status_code == 422
    client.post(address, {"second-step-reason": "手机丢失"})
    assert second_step.device_of(reviewer) is None
    assert second_step.codes_left(reviewer) == 0
    told = [(line.who, line.what, line.reason) for line in history.told(reviewer)]
    assert ("宋洁", "取消第二步验证的手机", "手机丢失") in told
    assert (reviewer.name, "启用第二步验证的手机", "启用第二步验证") in told
    assert "手机丢失" in Notification.objects.get(recipient=reviewer).text


def test_no_other_administrator_resets_it_and_nobody_his_own(clock, reviewer):
    set_up(reviewer)
    bureau = reviewer.assignments.get().authority
    with pytest.raises(access.Denied):
        second_step.reset(reviewer.pk, reason="手机丢失", by=unit_admin_of(bureau))
    admin = security_admin()
    set_up(admin)
    with pytest.raises(Refused, match="不能改动自己"):
        second_step.reset(admin.pk, reason="手机丢失", by=admin)


def test_a_session_loses_its_step_with_the_telephone(client, clock, settings, reviewer):
    settings.SECOND_STEP = "commission"
    set_up(reviewer)
    sign_in(client, reviewer)
    clock.shift(30)
    client.post(reverse(CHECK), {"code": code_of(reviewer)})
    second_step.reset(reviewer.pk, reason="手机丢失", by=security_admin())
    assert client.post(reverse("registry:account"))["Location"].startswith(reverse(PAGE))


def test_the_audit_never_holds_the_key(clock, reviewer):
    set_up(reviewer)
    entries = AuditEntry.objects.filter(table_name="otp_totp_totpdevice")
    assert {entry.action for entry in entries.order_by("pk")} >= {"INSERT", "UPDATE"}
    assert not any(
        "key" in (part or {}) for entry in entries.order_by("pk") for part in (entry.before, entry.after)
    )
