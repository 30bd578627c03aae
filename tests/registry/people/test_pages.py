"""The pages of the security administrator and of a unit's administrator."""

import pytest
from django.urls import reverse

from registry.models import Assignment, User
from registry.people import service
from tests.actors import filer_of, reviewer_of, security_admin, unit_admin_of
from tests.factories import AuthorityFactory, InstitutionFactory

pytestmark = pytest.mark.django_db


def signed_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def test_inviting_shows_the_link_once_and_the_password_page_opens(client):
    signed_in(client, security_admin())
    bureau = AuthorityFactory()
    typed = {"username": "luo", "name": "罗静", "role": "reviewer", "unit": bureau.name}
    response = client.post(reverse("registry:person_new"), typed)
    address = response.context["address"]
    assert "no-store" in response["Cache-Control"]
    assert address in response.content.decode()
    assert client.get(address).status_code == 200
    person = User.objects.get(username="luo")
    assert address not in client.get(reverse("registry:person", args=[person.pk])).content.decode()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"unit": ""}, "请填写审核人所在的机关"),
        ({"unit": "没有的机关"}, "没有名为"),
        ({"unit": "卫生"}, "您要找的是不是"),
        ({"role": "auditor", "unit": "渝中"}, "请留空"),
        ({"username": "SONG", "unit": "渝中卫生健康委"}, "已有人使用"),
        ({"username": "有 空格", "unit": "渝中卫生健康委"}, "只能含"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nobody_is_made(client, typed, message):
    signed_in(client, security_admin(username="song"))
    AuthorityFactory(name="渝中卫生健康委")
    before = User.objects.count()
    given = {"username": "luo", "name": "罗静", "role": "reviewer", **typed}
    response = client.post(reverse("registry:person_new"), given)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert User.objects.count() == before


def test_the_list_finds_people_and_its_views_divide_them(client, django_assert_max_num_queries):
    admin = signed_in(client, security_admin(name="宋洁"))
    bureau = AuthorityFactory()
    people = [reviewer_of(bureau, name=f"审核{n}") for n in range(30)]
    service.deactivate(people[0].pk, reason="离任", by=admin)
    address = reverse("registry:people")
    with django_assert_max_num_queries(10):
        response = client.get(address, {"size": 20})
    assert len(response.context["page"]) == 20
    closed = client.get(address, {"view": "closed"}).context["page"]
    assert [one.name for one in closed] == ["审核0"]
    found = client.get(address, {"q": "审核7", "role": "reviewer"}).context["page"]
    assert [one.name for one in found] == ["审核7"]


def test_the_page_tells_the_history_with_its_reasons(client, django_assert_max_num_queries):
    admin = signed_in(client, security_admin(name="宋洁"))
    bureau = AuthorityFactory(name="渝中卫生健康委")
    person, _ = service.invite(
        username="luo", name="罗静", phone="", email="", role="reviewer", unit=bureau, by=admin
    )
    service.end(person.assignments.get().pk, reason="轮岗", by=admin)
    service.grant(person.pk, role="planner", unit=bureau, by=admin)
    service.deactivate(person.pk, reason="调离", by=admin)
    with django_assert_max_num_queries(24):
        response = client.get(reverse("registry:person", args=[person.pk]))
    told = [(line.who, line.what, line.reason) for line in response.context["history"]]
    assert ("宋洁", "停用账户", "调离") in told
    assert ("宋洁", "取消任职：渝中卫生健康委·审核人", "轮岗") in told
    assert any(what.startswith("安排任职：渝中卫生健康委·规划处") for _, what, _ in told)


def test_an_act_without_a_reason_is_not_done(client):
    signed_in(client, security_admin())
    person = reviewer_of(AuthorityFactory())
    row = person.assignments.get()
    assert client.post(reverse("registry:assignment_end", args=[row.pk])).status_code == 422
    assert client.post(reverse("registry:person_deactivate", args=[person.pk])).status_code == 422
    assert User.objects.get(pk=person.pk).is_active
    assert Assignment.objects.filter(pk=row.pk).exists()


def test_an_administrator_sees_that_he_cannot_change_himself(client):
    admin = signed_in(client, security_admin())
    response = client.get(reverse("registry:person", args=[admin.pk]))
    assert "不能改动自己" in response.content.decode()
    assert "安排任职</button>" not in response.content.decode()


def test_a_stranger_of_the_unit_does_not_exist_for_its_administrator(client):
    hospital = InstitutionFactory()
    signed_in(client, unit_admin_of(hospital))
    elsewhere = filer_of(InstitutionFactory())
    assert client.get(reverse("registry:person", args=[elsewhere.pk])).status_code == 404
    assert client.post(reverse("registry:person_link", args=[elsewhere.pk])).status_code == 404


def test_the_signed_out_person_stays_out_after_deactivation(client):
    person = reviewer_of(AuthorityFactory())
    signed_in(client, person)
    service.deactivate(person.pk, reason="离任", by=security_admin())
    assert client.get(reverse("registry:account")).status_code == 302


def test_a_telephone_and_an_address_are_put_right_for_somebody_in_reach(client):
    hospital = InstitutionFactory()
    signed_in(client, unit_admin_of(hospital, name="单位管理员"))
    person = filer_of(hospital, phone="值班室", email="old@example.org")
    address = reverse("registry:person_contact", args=[person.pk])
    page = reverse("registry:person", args=[person.pk])
    assert f'action="{address}"' in client.get(page).text
    refused = client.post(address, {"contact-phone": "12345", "contact-email": "nobody"})
    assert refused.status_code == 422
    assert {"phone", "email"} == set(refused.context["contact_form"].errors)
    client.post(address, {"contact-phone": "值班室", "contact-email": "new@example.org"})
    person.refresh_from_db()
    assert (person.phone, person.email) == ("值班室", "new@example.org"), "what stood there may stay"
    client.post(address, {"contact-phone": "023-63651000", "contact-email": ""})
    person.refresh_from_db()
    assert (person.phone, person.email) == ("023-63651000", "")
    told = client.get(page).context["history"][0]
    assert told.who == "单位管理员" and told.what.startswith("修改") and "联系电话" in told.what
    elsewhere = filer_of(InstitutionFactory())
    strange = reverse("registry:person_contact", args=[elsewhere.pk])
    assert client.post(strange, {"contact-phone": "023-63651000"}).status_code == 404


def test_everybody_puts_his_own_telephone_right_and_nothing_else(client):
    person = filer_of(InstitutionFactory(), phone="", email="")
    signed_in(client, person)
    address = reverse("registry:account_contact")
    assert f'action="{address}"' in client.get(reverse("registry:account")).text
    refused = client.post(address, {"contact-phone": "abc"})
    assert refused.status_code == 422 and "不是电话号码" in refused.text
    client.post(address, {"contact-phone": "13812345678", "contact-email": "a@example.org", "name": "别人"})
    kept = User.objects.get(pk=person.pk)
    assert (kept.phone, kept.email, kept.name) == ("13812345678", "a@example.org", person.name)
