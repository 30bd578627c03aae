"""The pages of places: the tree by date, one place, and a change from what is typed to what is done."""

import pytest
from django.urls import reverse

from registry.divisions.apply import apply
from registry.divisions.plan import Kind, Planner
from registry.models import Division, DivisionChange
from tests.actors import registry_admin_of
from tests.factories import AuthorityFactory, CityFactory, CountyFactory, ProvinceFactory
from tests.registry.divisions.conftest import ON

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(city, client):
    client.force_login(city.admin)
    return lambda name, *args, **query: client.get(
        reverse(f"registry:{name}", args=args), query
    ).content.decode()


def test_the_tree_shows_places_as_they_stood(city, page, django_assert_max_num_queries):
    county = city.sanshan.county
    apply(lambda: Planner(Kind.MERGE, ON, "批复").merge([county], into=city.yijiang.county), by=city.admin)
    with django_assert_max_num_queries(12):
        today = page("division_tree", under=city.wuhu.pk)
    before = page("division_tree", under=city.wuhu.pk, day="2020-06-29")
    assert "三山区</a>" not in today.split("的变更")[0]
    assert "三山区</a>" in before
    assert "340208 三山区" in today  # among the changes beside it
    assert "三1街道" in page("division_tree", q="三1", day="2020-01-01")


def test_the_changes_beside_the_tree_are_those_of_ones_own_area_and_above(
    city, client, django_assert_max_num_queries
):
    """Whoever has come for his county is not told of another province."""
    hangzhou = CityFactory(code="330100", name="杭州市", parent=ProvinceFactory(code="330000", name="浙江省"))
    far = CountyFactory(code="330102", name="上城区", parent=hangzhou)
    abroad = registry_admin_of(AuthorityFactory(division=hangzhou))
    apply(lambda: Planner(Kind.RENAME, ON, "批复").rename(far, name="新上城区"), by=abroad)
    apply(
        lambda: Planner(Kind.RENAME, ON, "批复").rename(city.sanshan.county, name="新三山区"), by=city.admin
    )
    town = city.yijiang.towns[0]
    apply(lambda: Planner(Kind.RENAME, ON, "批复").rename(town, name="新弋街道"), by=city.admin)

    def seen(person) -> set[str]:
        client.force_login(person)
        with django_assert_max_num_queries(12):
            beside = client.get(reverse("registry:division_tree")).text.split("本辖区及上级的变更")[1]
        return {name for name in ("新上城区", "新三山区", "新弋街道") if name in beside}

    assert seen(abroad) == {"新上城区"}
    assert seen(city.admin) == {"新三山区"}, "a city is not shown every township"
    assert seen(registry_admin_of(city.yijiang.bureau)) == {"新弋街道"}
    province = registry_admin_of(AuthorityFactory(division=city.province))
    apply(lambda: Planner(Kind.RENAME, ON, "批复").rename(city.wuhu, name="新芜湖市"), by=province)
    client.force_login(registry_admin_of(city.yijiang.bureau))
    assert "新芜湖市" in client.get(reverse("registry:division_tree")).text.split("本辖区及上级的变更")[1]


def test_one_place_shows_what_came_before_and_after(city, page, django_assert_max_num_queries):
    apply(
        lambda: Planner(Kind.RENAME, ON, "皖政秘 1 号").rename(city.yijiang.county, name="新区"),
        by=city.admin,
    )
    new = Division.objects.current().get(code="340203")
    with django_assert_max_num_queries(20):
        shown = page("division_detail", new.pk)
    assert "弋江区" in shown
    assert "皖政秘 1 号" in shown


def test_a_change_is_previewed_then_done(city, client, page):
    address = reverse("registry:division_change_new", args=[city.yijiang.county.pk, "merge"])
    typed = {"others": "340208", "on": "2020-06-30", "basis": "皖政秘〔2020〕1 号"}
    preview = client.post(address, {**typed, "act": "preview"}).content.decode()
    assert "医疗卫生机构" in preview
    assert f'name="below-{city.sanshan.towns[0].pk}"' in preview
    assert not DivisionChange.objects.exists()
    corrected = {f"below-{city.sanshan.towns[0].pk}": "340203011"}
    answer = client.post(address, {**typed, **corrected, "act": "apply"})
    change = DivisionChange.objects.get()
    assert answer["Location"] == change.get_absolute_url()
    assert Division.objects.current().get(code="340203011").name == "三1街道"
    shown = page("division_change", change.pk)
    assert "医疗卫生机构" in shown and "— 起" not in shown and "早于 2018 年度表" in shown


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("rename", {"name": "弋江区"}, "相同"),
        ("merge", {"others": "999999"}, "没有代码“999999”"),
        ("split", {"parts": "340299"}, "没有名称"),
        ("rename", {"name": "新区", "on": "2999-01-01"}, "日期不能晚于"),
        ("rename", {"name": "新区", "on": "1900-01-01"}, "之前的变更已包含在内"),
        ("rename", {"name": "新区", "basis": ""}, "没有填写，请补上"),
    ],
)
def test_what_is_wrong_is_said_on_the_form(city, page, client, kind, typed, said):
    address = reverse("registry:division_change_new", args=[city.yijiang.county.pk, kind])
    answer = client.post(address, {"on": "2020-06-30", "basis": "批复", "act": "apply", **typed})
    assert said in answer.content.decode() and answer.status_code == 422
    assert not DivisionChange.objects.exists()


@pytest.mark.parametrize("act", ["preview", "apply"])
def test_a_place_that_one_does_not_manage_is_named_before_anything_is_written(city, client, act):
    client.force_login(registry_admin_of(city.yijiang.bureau))
    address = reverse("registry:division_change_new", args=[city.yijiang.county.pk, "merge"])
    typed = {"others": "340208", "on": "2020-06-30", "basis": "批复", "act": act}
    shown = client.post(address, typed).content.decode()
    assert "三山区不在您维护的范围内" in shown
    assert 'value="apply"' not in shown
    assert not DivisionChange.objects.exists()


def test_a_new_place_has_nothing_that_ends(city, client):
    client.force_login(city.admin)
    address = reverse("registry:division_change_new", args=[city.yijiang.county.pk, "new"])
    typed = {"code": "340203099", "name": "新街道", "on": "2020-06-30", "basis": "批复", "act": "preview"}
    shown = client.post(address, typed).content.decode()
    assert "新设 340203099 新街道" in shown and "原区划保留" not in shown


def test_a_split_lets_each_place_below_be_sent_somewhere(city, client, page):
    address = reverse("registry:division_change_new", args=[city.yijiang.county.pk, "split"])
    typed = {"parts": "340204 甲区\n340205 乙区", "on": "2020-06-30", "basis": "批复"}
    shown = client.post(address, {**typed, "act": "preview"}).content.decode()
    second = city.yijiang.towns[1]
    assert f'name="below-{second.pk}"' in shown
    client.post(address, {**typed, f"below-{second.pk}": "1", "act": "apply"})
    assert Division.objects.current().get(name="弋2街道").parent.name == "乙区"
