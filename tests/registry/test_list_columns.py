"""What the database keeps for the list: the path of the place, the text that is searched, and the index over it."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from registry.models import Institution, InstitutionName
from registry.models.derive import folded, pieces
from registry.search import matching
from tests.factories import CityFactory, CountyFactory, InstitutionFactory

pytestmark = pytest.mark.django_db


def kept(one) -> tuple[str, str]:
    return Institution.objects.values_list("area_path", "search_text").get(pk=one.pk)


def found(text: str) -> list[str]:
    return list(matching(Institution.objects.all(), text).order_by("name").values_list("name", flat=True))


def test_a_new_institution_has_them_however_it_was_written():
    county = CountyFactory(code="500103")
    made = Institution.objects.bulk_create([Institution(name="甲（A）院", pinyin="jay", division=county)])[0]
    assert kept(made) == ("/500000/500100/500103/", "甲(a)院\njay")


def test_they_follow_the_institution_to_another_place_and_name():
    one = InstitutionFactory(name="甲医院", division=CountyFactory(code="500103"))
    Institution.objects.filter(pk=one.pk).update(division=CountyFactory(code="500105"), name="乙医院")
    assert kept(one) == ("/500000/500100/500105/", "乙医院\njyy")  # the letters are Python's to renew


def test_nobody_can_write_something_else():
    one = InstitutionFactory(name="甲医院", division=CountyFactory(code="500103"))
    one.area_path, one.search_text = "/", ""
    one.save()
    assert kept(one) == ("/500000/500100/500103/", "甲医院\njyy")


def test_a_county_that_moves_takes_its_institutions_along():
    county = CountyFactory(code="500103")
    one = InstitutionFactory(division=county)
    city = CityFactory(code="500200", name="县")
    county.parent, county.path = city, f"{city.path}500103/"
    county.save(update_fields=["parent", "path"])
    assert kept(one)[0] == "/500000/500200/500103/"


def test_other_names_are_searched_as_soon_as_they_are_there_and_no_longer():
    one = InstitutionFactory(name="甲医院")
    second = InstitutionName.objects.create(institution=one, name="红十字医院", kind="second")
    assert found("红十字") == ["甲医院"]
    InstitutionName.objects.filter(pk=second.pk).update(name="中心医院")
    assert (found("红十字"), found("中心")) == ([], ["甲医院"])
    one.name = "乙医院"
    one.save(update_fields=["name"])
    assert (found("中心"), found("甲医")) == (["乙医院"], [])
    second.delete()
    assert found("中心") == []


@pytest.mark.parametrize("text", ["人民", "人民医", "人民医院分院", "rm", "1234", "B12-3"])
def test_two_characters_and_more_never_read_the_whole_table(text):
    InstitutionFactory.create_batch(3)
    with (
        connection.cursor() as cursor
    ):  # so small a table would be read whole, or by its order, if that were allowed
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        cursor.execute("DROP INDEX institution_by_place")
    plan = matching(Institution.objects.live(), text).explain()
    assert "institution_by_pieces" in plan
    assert "Seq Scan" not in plan


@given(st.text("甲乙丙AB（ 医院", min_size=1, max_size=12), st.data())
def test_every_part_of_a_name_is_made_of_its_pieces(name, data):
    start = data.draw(st.integers(0, len(name) - 1))
    part = name[start : data.draw(st.integers(start + 1, len(name)))]
    assert set(pieces(folded(part))) <= set(pieces(folded(name)))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("甲", ["甲一院(东区)", "甲乙100%院"]),
        ("（东区）", ["甲一院(东区)"]),
        ("100%", ["甲乙100%院"]),
        ("0_院", []),
        ("  ", ["丙院", "甲一院(东区)", "甲乙100%院"]),
        ("乙甲", []),
        ("ＪＹ", ["甲一院(东区)", "甲乙100%院"]),
    ],
)
def test_what_is_typed_is_meant_literally(text, names):
    for name in ("甲一院(东区)", "甲乙100%院", "丙院"):
        InstitutionFactory(name=name)
    assert found(text) == names
