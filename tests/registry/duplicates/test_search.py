"""Which records the search brings side by side (查重)."""

import pytest
from django.urls import reverse

from registry.duplicates.search import Record, across_counties, pairs, search_county, similar, stem
from registry.models import DuplicatePair, Institution, InstitutionName
from tests.actors import registry_admin_of
from tests.factories import AuthorityFactory, CityFactory, CountyFactory, InstitutionFactory

CODE, SAME_ORGANISATION = "12500103450387120P", "52500103450387120B"


def record(pk, name, uscc="", licence="", kind="A100"):
    return Record(pk, name, uscc, licence, kind, [name])


def reasons(*records):
    return [(one.first, one.second, one.reason) for one in pairs(list(records), ["重庆市", "渝中区"])]


def test_one_organisation_number_in_two_codes_is_the_surest_sign():
    assert reasons(record(1, "甲医院", CODE), record(2, "乙中心", SAME_ORGANISATION)) == [(1, 2, "code")]


def test_the_same_name_in_another_width_or_spacing_is_the_same():
    assert reasons(record(1, "渝中区（上清寺）医院"), record(2, "渝中区(上清寺) 医院")) == [(1, 2, "name")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("重庆市渝中区大坪社区卫生服务中心", "大坪社区卫生服务中心"),
        ("重庆市渝中区大坪医院", "重庆市渝中区大坪医院有限公司"),
        ("渝中区上清寺街道社区卫生服务中心", "渝中区上清寺社区卫生服务中心"),
    ],
)
def test_names_that_differ_in_places_and_forms_are_similar(one, other):
    assert reasons(record(1, one), record(2, other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("渝中区第一人民医院", "渝中区第二人民医院"),
        ("渝中区城东社区卫生服务中心", "渝中区城西社区卫生服务中心"),
        ("渝中区大坪医院", "渝中区菜园坝诊所"),
        ("重庆市人民医院", "重庆市渝中区人民医院"),
        ("重庆市中医院", "重庆市渝中区中医院"),
        ("重庆市妇幼保健院", "重庆市渝中区妇幼保健院"),
        ("清流社区卫生服务中心", "滁阳社区卫生服务中心"),
    ],
)
def test_names_that_differ_in_a_number_a_direction_or_altogether_are_not(one, other):
    assert reasons(record(1, one), record(2, other)) == []


def test_two_organisations_of_similar_name_are_not_listed_and_of_the_same_name_are_said_to_differ():
    other_code = "12500103450387999X"
    similar_ones = (record(1, "大坪医院", CODE), record(2, "大坪医院有限公司", other_code))
    assert reasons(*similar_ones) == []
    found = list(pairs([record(1, "大坪医院", CODE), record(2, "大坪医院", other_code)], []))
    assert [(one.reason, "代码不同" in one.detail) for one in found] == [("name", True)]


def test_a_centre_and_a_station_of_one_street_are_two_kinds():
    one = record(1, "大坪社区卫生服务中心", kind="B100")
    assert reasons(one, record(2, "大坪社区卫生服务站", kind="B200")) == []


def test_a_stem_of_one_character_is_compared_with_itself_only():
    assert similar(stem("院"), stem("院")) == 100


@pytest.mark.django_db
def test_the_search_is_repeatable_remembers_dismissals_and_forgets_what_is_no_more(run_jobs, client):
    county = CountyFactory(parent=CityFactory())
    admin = registry_admin_of(AuthorityFactory(division=county))
    one, other = (InstitutionFactory(division=county, name="大坪医院") for _ in range(2))
    _, fourth = (InstitutionFactory(division=county, name="上清寺诊所") for _ in range(2))
    client.force_login(admin)
    response = client.post(reverse("registry:duplicate_search"))
    job = run_jobs()[0]
    assert (response["Location"], job.state) == (reverse("registry:job_detail", args=[job.pk]), "done")
    assert (job.result, job.percent) == ({"found": 2, "new": 2}, 100)
    pair = DuplicatePair.objects.get(first=one, second=other)
    client.post(reverse("registry:duplicate_dismiss", args=[pair.pk]), {"note": "两家"})
    type(fourth).objects.filter(pk=fourth.pk).update(name="两路口诊所")
    assert search_county(county) == 1
    assert list(DuplicatePair.objects.order_by("pk").values_list("pk", "state")) == [(pair.pk, "dismissed")]


@pytest.mark.django_db
def test_another_name_counts_as_a_name(client):
    county = CountyFactory()
    one = InstitutionFactory(division=county, name="大坪医院")
    other = InstitutionFactory(division=county, name="两路口医院")
    InstitutionName.objects.create(institution=other, name="大坪医院", kind="second")
    search_county(county)
    assert DuplicatePair.objects.get().first == one


@pytest.mark.django_db
def test_pairs_across_counties_belong_to_the_level_above(run_jobs, client, django_assert_max_num_queries):
    counties = [CountyFactory(), CountyFactory()]
    municipality = AuthorityFactory(division=counties[0].parent.parent)
    above, beside = registry_admin_of(municipality), registry_admin_of(AuthorityFactory(division=counties[0]))
    for county, code in zip(counties, (CODE, SAME_ORGANISATION), strict=True):
        InstitutionFactory(division=county, uscc=code)
    client.force_login(above)
    client.post(reverse("registry:duplicate_search"))
    run_jobs()
    for user, expected in ((above, 1), (beside, 0)):
        assert DuplicatePair.objects.visible_to(user).count() == expected
    with django_assert_max_num_queries(12):
        assert "不在同一区县" in client.get(reverse("registry:duplicate_list")).content.decode()
    known = DuplicatePair.objects.get()
    search_county(counties[0])
    assert DuplicatePair.objects.get() == known, "a search that is broken off here has taken nothing away"
    client.post(reverse("registry:duplicate_search"))
    assert (run_jobs()[-1].result["new"], DuplicatePair.objects.get()) == (0, known)
    Institution.objects.filter(division=counties[1]).update(uscc="")
    across_counties()
    assert not DuplicatePair.objects.exists()


@pytest.mark.django_db
def test_a_colleague_reads_when_the_last_search_was_and_is_led_nowhere(run_jobs, client):
    bureau = AuthorityFactory()
    for person, led in ((registry_admin_of(bureau), True), (registry_admin_of(bureau), False)):
        client.force_login(person)
        if led:
            client.post(reverse("registry:duplicate_search"))
            run_jobs()
        shown = client.get(reverse("registry:duplicate_list")).text
        assert "，新发现 0 对" in shown and ("/jobs/" in shown) is led
