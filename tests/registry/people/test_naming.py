"""Accounts and names: what looks alike is one account, and no name holds what nobody sees."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from registry.errors import Refused
from registry.models import User
from registry.people import service
from tests.actors import unit_admin_of
from tests.factories import InstitutionFactory, UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "Ha-9x2-Qm7-Lp"


@pytest.fixture
def hospital():
    return InstitutionFactory()


@pytest.fixture
def admin(hospital):
    return unit_admin_of(hospital)


def invited(username: str, hospital, admin, name: str = "罗静") -> User:
    facts = {"phone": "", "email": "", "role": "filer", "unit": hospital}
    person, _ = service.invite(username=username, name=name, **facts, by=admin)
    return person


def test_a_full_width_account_is_the_plain_one(client, hospital, admin):
    person = invited("ｓｏｎｇ１", hospital, admin)
    assert person.username == "song1"
    for again in ("song1", "Song1", "ＳＯＮＧ1"):
        with pytest.raises(Refused, match="已有人使用"):
            invited(again, hospital, admin)
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    client.post(reverse("registry:sign_in"), {"username": "ｓｏｎｇ１", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(person.pk)


@pytest.mark.parametrize("username", ["sоng", "so\u200bng", "so ng", "\u202egnos", "", "ѕong"])
def test_an_account_that_only_looks_like_another_is_refused(client, hospital, admin, username):
    with pytest.raises(Refused, match="账号只能含字母"):
        invited(username, hospital, admin)
    client.force_login(admin)
    form = {"username": username, "name": "罗静", "role": "filer", "unit": hospital.name}
    answered = client.post(reverse("registry:person_new"), form)
    assert not User.objects.filter(name="罗静").exists() and answered.status_code in (200, 422)


def test_a_name_in_chinese_letters_is_an_account(hospital, admin):
    assert invited("罗静.内科-1", hospital, admin).username == "罗静.内科-1"


def test_the_name_of_a_person_holds_nothing_unseen(hospital, admin):
    assert invited("luo", hospital, admin, name=" 罗\u202e\u200b静　 ").name == "罗静"
    with pytest.raises(Refused, match="姓名不能空白"):
        invited("luo2", hospital, admin, name="\u200b\u202e")


def test_the_commands_keep_to_the_same_names(monkeypatch):
    person = UserFactory(username="song")
    with pytest.raises(CommandError, match="账号只能含字母"):
        call_command("appoint", "sоng", name="宋", role="system_admin")
    call_command("appoint", "ｓｏｎｇ", role="system_admin")
    assert person.assignments.filter(role="system_admin").exists()
