"""A hospital asks for an institution that the register lacks; the administrator decides."""

import pytest
from django.urls import reverse

from registry.models import Institution, InstitutionName, InstitutionRequest
from tests.actors import filer_of, registry_admin_of
from tests.factories import AuthorityFactory, CountyFactory, InstitutionClassFactory, InstitutionFactory

pytestmark = pytest.mark.django_db
TYPED = {"name": "新街卫生院", "institution_class": "C220", "division": "500103", "note": "拟为成员"}


@pytest.fixture
def district(db):
    InstitutionClassFactory(code="C220", name="乡卫生院")
    return CountyFactory(code="500103", name="渝中区")


@pytest.fixture
def filer(district):
    return filer_of(InstitutionFactory(name="甲医院", division=CountyFactory(code="500105", name="江北区")))


@pytest.fixture
def admin(district):
    return registry_admin_of(AuthorityFactory(division=district))


def ask(client, filer, **typed):
    client.force_login(filer)
    return client.post(reverse("registry:request_new"), TYPED | typed)


def test_a_request_becomes_an_institution_that_the_hospital_finds(client, filer, admin):
    answer = ask(client, filer)
    asked = InstitutionRequest.objects.get()
    assert answer.url == asked.get_absolute_url()
    client.force_login(admin)
    listed = client.get(reverse("registry:request_list"))
    assert [one.name for one in listed.context["page"]] == ["新街卫生院"]
    page = client.get(asked.get_absolute_url())
    form = page.context["form"]
    typed = {name: form[name].value() or "" for name in form.fields} | {"beds": "30"}
    approved = client.post(reverse("registry:request_approve", args=[asked.pk]), typed)
    one = Institution.objects.get(name="新街卫生院")
    asked.refresh_from_db()
    assert approved.url == one.get_absolute_url()
    assert (asked.state, asked.institution, asked.decided_by, one.beds) == ("approved", one, admin, 30)
    client.force_login(filer)
    assert one.get_absolute_url() in client.get(asked.get_absolute_url()).text
    assert client.get(reverse("registry:institution_list"), {"q": "新街"}).context["count"] == (1, False)


def test_whoever_decides_sees_what_the_register_may_have_already(client, filer, admin, district):
    ask(client, filer, name="渝中区新街卫生院")
    asked = InstitutionRequest.objects.get()
    same = InstitutionFactory(name="新街镇医院", division=district)
    InstitutionName.objects.create(institution=same, name="新街卫生院", kind="second")
    near = InstitutionFactory(name="新街卫生院分院", division=district)
    InstitutionFactory(name="大坪卫生院", division=district)
    InstitutionFactory(name="新街卫生院", division=CountyFactory(code="500106", name="沙坪坝区"))
    client.force_login(admin)
    shown = client.get(asked.get_absolute_url())
    assert [one.id for one in shown.context["alike"]] == [same.pk, near.pk]
    assert near.get_absolute_url() in shown.text
    client.force_login(filer)
    assert not client.get(asked.get_absolute_url()).context["alike"]


def test_a_refusal_needs_words_and_reaches_the_hospital(client, filer, admin):
    ask(client, filer)
    asked = InstitutionRequest.objects.get()
    client.force_login(admin)
    refuse = reverse("registry:request_refuse", args=[asked.pk])
    assert client.post(refuse, {"reply": ""}).status_code == 422
    assert client.post(refuse, {"reply": "名录中已有：渝中区新街卫生院。"}).status_code == 302
    client.force_login(filer)
    assert "名录中已有" in client.get(asked.get_absolute_url()).text
    assert client.post(reverse("registry:request_withdraw", args=[asked.pk])).status_code == 302
    asked.refresh_from_db()
    assert asked.state == "refused"  # decided is decided


def test_what_the_import_would_refuse_cannot_be_asked_for(client, filer, district):
    InstitutionFactory(name="已有医院", division=district)
    assert "已有" in str(ask(client, filer, name="已有医院").context["form"].errors["name"])
    assert ask(client, filer, division="").status_code == 422
    far = CountyFactory(code="340202", parent__code="340200", parent__parent__code="340000")
    assert "本省" in str(ask(client, filer, division=far.code).context["form"].errors["division"])
    assert not InstitutionRequest.objects.exists()


def test_the_same_request_waits_only_once_and_can_be_withdrawn(client, filer):
    ask(client, filer)
    assert "正等" in str(ask(client, filer).context["form"].errors)
    asked = InstitutionRequest.objects.get()
    client.post(reverse("registry:request_withdraw", args=[asked.pk]))
    assert ask(client, filer).status_code == 302


def test_administrators_elsewhere_do_not_see_it(client, filer):
    ask(client, filer)
    client.force_login(registry_admin_of(AuthorityFactory(division=CountyFactory(code="500106"))))
    assert client.get(InstitutionRequest.objects.get().get_absolute_url()).status_code == 404


def test_the_list_costs_the_same_for_many(client, filer, admin, django_assert_max_num_queries):
    for number in range(15):
        ask(client, filer, name=f"第{number}卫生院")
    client.force_login(admin)
    with django_assert_max_num_queries(6):
        assert len(client.get(reverse("registry:request_list")).context["page"]) == 15


def heard(person) -> list[str]:
    return list(person.notifications.order_by("pk").values_list("title", flat=True))


def test_each_side_hears_what_the_other_has_done(client, filer, admin, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        ask(client, filer)
        ask(client, filer, name="老街卫生院")
    assert heard(admin) == ["甲医院申请登记“新街卫生院”", "甲医院申请登记“老街卫生院”"]
    assert heard(filer) == []
    first, second = InstitutionRequest.objects.order_by("pk")
    client.force_login(admin)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("registry:request_approve", args=[first.pk]), TYPED)
        client.post(reverse("registry:request_refuse", args=[second.pk]), {"reply": "已在名录中。"})
    assert heard(filer) == ["“新街卫生院”已登记，可以选用", "“老街卫生院”不予登记"]
    told = filer.notifications.latest("pk")
    assert (told.text, told.url) == ("已在名录中。", second.get_absolute_url())


def test_where_the_county_keeps_no_register_those_above_hear(
    client, filer, district, django_capture_on_commit_callbacks
):
    city = AuthorityFactory(division=district.parent.parent)
    AuthorityFactory(division=district, parent=city)
    above = registry_admin_of(city)
    with django_capture_on_commit_callbacks(execute=True):
        ask(client, filer)
    assert heard(above) == ["甲医院申请登记“新街卫生院”"]
