"""One-time links: once, in time, and only while their maker may."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse

from registry import access
from registry.errors import Refused
from registry.models import AccountLink, User
from registry.people import links, service
from tests.actors import filer_of, security_admin, unit_admin_of
from tests.factories import AuthorityFactory, InstitutionFactory

PASSWORD = "lang-und-gut-7"


@pytest.fixture
def invited(db):
    admin = security_admin()
    return service.invite(
        username="luo", name="罗静", phone="", email="", role="filer", unit=InstitutionFactory(), by=admin
    )


def post(client, token, password=PASSWORD):
    return client.post(
        reverse("registry:join", args=[token]), {"new_password1": password, "new_password2": password}
    )


def test_an_invited_person_sets_the_password_and_signs_in(invited, client):
    person, token = invited
    assert not person.has_usable_password()
    assert client.get(reverse("registry:join", args=[token])).status_code == 200
    assert client.get(reverse("registry:join", args=[token])).status_code == 200  # looking does not use it up
    assert post(client, token).status_code == 302
    signed_in = client.post(reverse("registry:sign_in"), {"username": "luo", "password": PASSWORD})
    assert signed_in["Location"] == reverse("registry:home")


def test_a_link_works_once(invited, client):
    _, token = invited
    post(client, token)
    assert client.get(reverse("registry:join", args=[token])).status_code == 410
    assert post(client, token, "another-secret-8").status_code == 410
    assert User.objects.get(username="luo").check_password(PASSWORD)


def test_the_token_itself_is_stored_nowhere(invited):
    _, token = invited
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM registry_auditentry WHERE strpos(after::text || context::text, %s) > 0",
            [token],
        )
        assert cursor.fetchone() == (0,)
    assert token not in str(AccountLink.objects.values().get())


def test_a_link_expires(invited, client, time_machine):
    _, token = invited
    link = AccountLink.objects.get()
    time_machine.move_to(link.expires_at + dt.timedelta(seconds=1), tick=False)
    assert post(client, token).status_code == 410
    assert not User.objects.get(username="luo").has_usable_password()


def test_a_new_link_makes_the_one_before_void(invited, client):
    person, first = invited
    _, second = service.new_link(person.pk, by=security_admin())
    assert post(client, first).status_code == 410
    assert post(client, second).status_code == 302


def test_a_bad_password_is_explained_and_leaves_the_link(invited, client):
    _, token = invited
    refused = post(client, token, "12345678")
    assert refused.status_code == 422
    assert links.usable(token)


def test_an_unknown_token_says_whom_to_ask(client, db):
    response = client.get(reverse("registry:join", args=["nobody"]))
    assert response.status_code == 410
    assert "管理员" in response.content.decode()


def test_a_link_dies_with_the_account_or_its_makers_reach(db):
    """Else a unit's administrator could keep a link until the person has risen above him."""
    bureau = AuthorityFactory()
    admin, person = unit_admin_of(bureau), filer_of(InstitutionFactory(division=bureau.division))
    _, token = service.new_link(person.pk, by=admin)
    assert links.usable(token)
    access.grant(person, "auditor")
    assert links.usable(token) is None
    with pytest.raises(Refused):
        links.redeem(token, PASSWORD)
    other, token = service.invite(
        username="wu", name="吴敏", phone="", email="", role="reviewer", unit=bureau, by=admin
    )
    service.deactivate(other.pk, reason="离任", by=admin)
    assert links.usable(token) is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_link_at_once_one_succeeds(invited):
    _, token = invited

    def use(password):
        try:
            links.redeem(token, password)
        except Refused:
            return None
        finally:
            connection.close()
        return password

    with ThreadPoolExecutor(2) as pool:
        won = [password for password in pool.map(use, ("first-secret-1", "second-secret-2")) if password]
    assert len(won) == 1
    assert User.objects.get(username="luo").check_password(won[0])
