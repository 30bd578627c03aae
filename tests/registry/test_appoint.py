"""`manage.py appoint`: the first account of an installation."""

import io

import pytest
from django.core.management import CommandError, call_command

from registry import access
from registry.models import User
from tests.factories import AuthorityFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def typed(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("lang-und-gut-7\n"))


def test_the_first_security_administrator_can_sign_in_and_manage_people(typed, client):
    call_command("appoint", "song", name="宋洁", role="security_admin")
    user = User.objects.get(username="song")
    assert user.check_password("lang-und-gut-7")
    assert access.may(user, "manage_users")
    assert not user.is_superuser


def test_a_person_known_gets_another_role_at_a_unit_and_keeps_the_password(typed):
    bureau = AuthorityFactory()
    call_command("appoint", "li", name="李卫国", role="reviewer", unit=bureau.code)
    before = User.objects.get(username="li").password
    call_command("appoint", "li", role="planner", unit=bureau.code)
    user = User.objects.get(username="li")
    assert user.password == before
    assert set(user.assignments.values_list("role", flat=True)) == {"reviewer", "planner"}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"role": "auditor"}, "--name"),
        ({"role": "reviewer", "name": "甲", "unit": "999999"}, "没有找到单位"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_left(typed, arguments, complaint):
    with pytest.raises(CommandError, match=complaint):
        call_command("appoint", "jia", **arguments)
    assert not User.objects.filter(username="jia").exists()


def test_a_weak_password_is_refused(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("12345678\n"))
    with pytest.raises(CommandError):
        call_command("appoint", "jia", name="甲", role="auditor")
    assert not User.objects.filter(username="jia").exists()
