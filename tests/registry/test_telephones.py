"""Telephone numbers as people write them; what nobody could dial is refused with the way to write it."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from registry.people.forms import InviteForm
from registry.telephones import plausible_telephone
from tests.actors import filer_of, unit_admin_of
from tests.factories import AuthorityFactory, CountyFactory, InstitutionFactory


@pytest.mark.parametrize(
    "written",
    [
        "13800000001",
        "138 0000 0001",
        "138-0000-0001",
        "+86 13800000001",
        "0086-13800000001",
        "023-63651000",
        "０２３－６３６５１０００",
        "（023）63651000",
        "02363651000",
        "0553—3881234",
        "+86-23-63651000",
        "+86 023 63651000",
        "023-63651000转801",
        "023-63651000-801",
        "023-63651000 分机 801",
        "023-63651000 ext. 801",
        "400-820-8820",
        "023-63651000、13800000001",
        "023-63651000；023-63651001",
        "",
    ],
)
def test_what_can_be_dialled_is_taken(written):
    plausible_telephone(written)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("63651000", "“63651000”没有区号。座机请在前面写上区号"),
        ("3881234", "没有区号"),
        ("1380000000", "“1380000000”不是手机号码：手机号码有 11 位"),
        ("138000000012", "不是手机号码"),
        ("12800000001", "不是手机号码"),
        ("1", "“1”不是电话号码。手机写 11 位；座机写区号和号码"),
        ("值班室", "“值班室”不是电话号码"),
        ("023-63651000、值班室", "“值班室”不是电话号码"),
        ("023-636510001234", "不是电话号码"),
        ("=1+1", "不是电话号码"),
        ("²³", "不是电话号码"),
    ],
)
def test_what_cannot_is_refused_in_words(written, said):
    with pytest.raises(ValidationError) as refused:
        plausible_telephone(written)
    assert said in refused.value.messages[0]


@pytest.mark.django_db
def test_an_invitation_says_it_at_its_field():
    bureau = AuthorityFactory(division=CountyFactory())
    facts = {"username": "luo", "name": "罗静", "email": "", "role": "reviewer", "unit": bureau.name}
    form = InviteForm({**facts, "phone": "值班室"}, user=unit_admin_of(bureau))
    assert form.errors.keys() == {"phone"}


@pytest.mark.django_db
def test_a_request_for_an_institution_wants_a_number(client):
    client.force_login(filer_of(InstitutionFactory()))
    refused = client.post(reverse("registry:request_new"), {"name": "甲医院", "phone": "1"})
    assert "“1”不是电话号码" in refused.text
