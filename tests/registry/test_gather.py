"""Several reads with one statement, whose text is built once."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.gather import composed, gather
from registry.models import Consortium, Institution
from tests.factories import ConsortiumFactory, InstitutionFactory

pytestmark = pytest.mark.django_db
built = []


@composed("ids", "as_of")
def founded(ids, as_of, *kinds):
    built.append(kinds)
    rows = Consortium.objects.active_on(as_of).filter(pk__among=ids)
    return (rows.filter(kind__in=kinds) if kinds else rows).order_by("pk").values_list("pk", "name")


@pytest.fixture
def alliances():
    built.clear()
    return [
        ConsortiumFactory(name=name, kind=kind, founded_on=day)
        for name, kind, day in (
            ("甲", "city_group", dt.date(2019, 1, 1)),
            ("乙", "county_community", dt.date(2020, 1, 1)),
        )
    ]


def test_rows_come_as_asked_and_in_order(alliances):
    first, second = alliances
    InstitutionFactory(name="医院", is_military=True)
    consortia, hospitals, none = gather(
        founded([second.pk, first.pk], dt.date(2020, 6, 1)),
        Institution.objects.order_by("pk").values_list("name", "is_military"),
        None,
    )
    assert consortia == [[first.pk, "甲"], [second.pk, "乙"]]
    assert ["医院", True] in hospitals
    assert none == []


def test_one_text_serves_every_list_and_day_and_each_choice_has_its_own(alliances):
    first, second = alliances
    known = len(built)
    texts = set()
    for ids, day, kinds in (
        ([first.pk], dt.date(2019, 6, 1), ()),
        ([first.pk, second.pk], dt.date(2020, 6, 1), ()),
        ([first.pk, second.pk], dt.date(2020, 6, 1), ("city_group",)),
    ):
        texts.add(founded(ids, day, *kinds).sql)
    assert len(texts) == 2
    assert len(built) - known <= 2
    assert gather(founded([first.pk, second.pk], dt.date(2019, 6, 1))) == [[[first.pk, "甲"]]]
    assert gather(founded([first.pk, second.pk], dt.date(2020, 6, 1), "city_group")) == [[[first.pk, "甲"]]]


def test_nothing_is_asked_for_an_empty_list(alliances):
    with CaptureQueriesContext(connection) as queries:
        assert gather(founded([], dt.date(2020, 6, 1)), founded([], dt.date(2020, 6, 1), "x")) == [[], []]
    assert len(queries) == 0


@pytest.mark.parametrize("field", ["pk", "division", "division__code"])
def test_among_is_in_with_one_parameter(alliances, field):
    values = list(Consortium.objects.order_by("pk").values_list(field, flat=True))
    asked = Consortium.objects.order_by("pk")
    for chosen in ([], values[:1], values):
        assert list(asked.filter(**{f"{field}__among": chosen})) == list(
            asked.filter(**{f"{field}__in": chosen})
        )
