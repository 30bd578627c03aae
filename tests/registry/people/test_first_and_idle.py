"""The first security administrator, and accounts that nobody uses."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from registry import access
from registry.models import AccountLink, Notification, User
from registry.people import idle, links
from tests.actors import reviewer_of, security_admin
from tests.factories import AuthorityFactory

pytestmark = pytest.mark.django_db
PASSWORD = "lang-und-gut-7"


def printed(capsys) -> str:
    return capsys.readouterr().out.strip().rsplit("/", 2)[-2]


def test_the_first_link_makes_a_security_administrator_and_then_no_more(capsys):
    call_command("first_admin", "song", name="宋洁")
    first = printed(capsys)
    call_command("first_admin", "song", name="宋洁")
    second = printed(capsys)
    assert links.usable(first) is None
    links.redeem(second, PASSWORD)
    song = User.objects.get(username="song")
    assert access.may(song, "manage_users")
    assert song.check_password(PASSWORD)
    with pytest.raises(CommandError, match="已经有安全管理员"):
        call_command("first_admin", "other", name="别人")
    assert AccountLink.objects.filter(used_at=None, withdrawn_at=None).count() == 0


def test_a_second_account_is_not_begun_while_the_first_waits(capsys):
    call_command("first_admin", "song", name="宋洁")
    with pytest.raises(CommandError, match="song"):
        call_command("first_admin", "other", name="别人")
    assert not User.objects.filter(username="other").exists()


def aged(person, days):
    person.date_joined = timezone.now() - dt.timedelta(days=days)
    person.set_password(PASSWORD)
    person.save()
    return person


def test_idle_accounts_are_warned_once_and_closed_only_after_notice(settings, time_machine):
    settings.IDLE_WARN_DAYS, settings.IDLE_CLOSE_DAYS = 60, 90
    idle_one, used = aged(reviewer_of(AuthorityFactory()), 400), aged(reviewer_of(AuthorityFactory()), 400)
    User.objects.filter(pk=used.pk).update(last_login=timezone.now())
    assert (idle.warn(), idle.warn(), idle.close()) == (1, 0, 0)
    assert Notification.objects.get().recipient == idle_one
    time_machine.move_to(timezone.now() + dt.timedelta(days=8))
    assert idle.close() == 1
    assert User.objects.filter(is_active=False, pk=idle_one.pk).exists()
    assert User.objects.get(pk=used.pk).is_active


def test_signing_in_after_the_warning_keeps_the_account(settings, time_machine):
    person = aged(reviewer_of(AuthorityFactory()), 400)
    idle.warn()
    User.objects.filter(pk=person.pk).update(last_login=timezone.now() + dt.timedelta(days=1))
    time_machine.move_to(timezone.now() + dt.timedelta(days=8))
    assert idle.close() == 0


def test_the_last_security_administrator_stays(time_machine):
    guards = [aged(security_admin(), 400), aged(security_admin(), 400)]
    idle.warn()
    time_machine.move_to(timezone.now() + dt.timedelta(days=8))
    assert idle.close() == 1
    assert User.objects.filter(pk__in=[one.pk for one in guards], is_active=True).count() == 1
