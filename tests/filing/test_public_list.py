"""The list of registered consortia that an installation may publish."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from filing import transitions
from filing.models import Filing
from tests.actors import reviewer_of
from tests.factories import ConsortiumFactory
from tests.factories.filing import ANSWERS, Case, settle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]
PAGE = "filing:registered"


@pytest.fixture(autouse=True)
def in_time(settings):
    settings.PUBLIC_REGISTER = True
    with time_machine.travel("2020-10-13T10:00:00+08:00"):
        yield


@pytest.fixture
def case():
    return Case()


def names(client, **query) -> list[str]:
    return [row.consortium.name for row in client.get(reverse(PAGE), query).context["page"]]


def published(number: int, case, **facts) -> Filing:
    """A registered filing as an import leaves it."""
    consortium = ConsortiumFactory(name=f"第{number}医联体", division=case.county, **facts)
    return Filing.objects.create(
        kind="establish",
        origin="imported",
        status="registered",
        consortium=consortium,
        authority=case.commission,
        created_by=case.reviewer,
        registered_on=dt.date(2020, 10, 1),
        registration_number=f"测试-{number}",
    )


def test_an_installation_that_does_not_publish_has_no_such_page(client, settings, case):
    case.registered()
    settings.PUBLIC_REGISTER = False
    assert client.get(reverse(PAGE)).status_code == 404
    assert reverse(PAGE) not in client.get(reverse("filing:verify")).text
    settings.PUBLIC_REGISTER = True
    assert reverse(PAGE) in client.get(reverse("filing:verify")).text


def test_only_what_is_registered_and_stands_today_is_shown(client, case):
    case.received()
    assert names(client) == []
    settle(case.filing, case.reviewer)
    transitions.register(case.filing.pk, by=case.reviewer)
    registered = case.fresh().filing.consortium.name
    published(1, case, closed_on=dt.date(2020, 10, 13))
    published(2, case, closed_on=dt.date(2020, 10, 14))
    published(3, case, is_demo=True)
    ConsortiumFactory(name="从未备案的医联体", division=case.county)
    assert set(names(client)) == {registered, "第2医联体"}


def test_what_was_taken_back_is_gone(client, case):
    case.registered()
    transitions.revoke(case.filing.pk, by=reviewer_of(case.commission), note="登记有误")
    assert names(client) == []


def test_no_person_and_no_contact_is_shown(client, case):
    case.registered()
    text = client.get(reverse(PAGE)).text
    assert case.fresh().filing.registration_number in text
    private = {case.filer.name, case.reviewer.name, ANSWERS["B"]["contact"], ANSWERS["B"]["contact_phone"]}
    assert not [word for word in private if word in text]


def test_the_list_is_turned_page_by_page_and_narrowed(client, case, django_assert_max_num_queries):
    for number in range(25):
        published(number, case)
    with django_assert_max_num_queries(5):
        first = client.get(reverse(PAGE), {"size": 20})
    assert len(first.context["page"]) == 20
    rest = names(client, size=20, after=first.context["page"].after)
    shown = [row.consortium.name for row in first.context["page"]] + rest
    assert shown == [f"第{number}医联体" for number in reversed(range(25))]
    assert names(client, q="第7医") == ["第7医联体"]


def test_one_address_cannot_draw_it_off(client, case):
    for _ in range(60):
        assert client.get(reverse(PAGE)).status_code == 200
    limited = client.get(reverse(PAGE))
    assert limited.status_code == 429 and "过于频繁" in limited.text
    assert client.get(reverse(PAGE), REMOTE_ADDR="10.1.2.3").status_code == 200
