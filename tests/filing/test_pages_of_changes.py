"""The pages of changes, ends and approvals: what they show and what they cost."""

import pytest
import time_machine
from django.urls import reverse

from filing import mine
from filing.models import Filing
from registry.models import Consortium, Lead
from tests.actors import filer_of
from tests.factories import InstitutionFactory
from tests.factories.changes import answer, change, received, registered
from tests.factories.filing import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2020-10-13T10:00:00+08:00"):
        yield


@pytest.fixture
def case():
    return Case().registered()


def page(client, view, *args):
    return client.get(reverse(f"filing:{view}", args=args))


def post(client, view, *args, **data):
    return client.post(reverse(f"filing:{view}", args=args), data, follow=True)


def test_my_consortia_show_their_state_and_what_is_on_its_way(client, case):
    client.force_login(case.filer)
    text = page(client, "mine").text
    assert case.filing.name in text and "发起变更" in text and "本年度无变更" in text
    post(client, "unchanged", case.filing.consortium_id)
    assert "已声明无变更" in page(client, "mine").text
    change(case, "members")
    text = page(client, "mine").text
    assert "变更中" in text and "草稿 变更：成员单位" in text
    client.force_login(filer_of(InstitutionFactory()))
    assert case.filing.name not in page(client, "mine").text


def test_starting_a_change_shows_what_is_open_already(client, case):
    client.force_login(case.filer)
    open_ = received(_chair(case, "陈院长"), case)
    text = page(client, "change_start", case.filing.consortium_id).text
    assert open_.case_number in text and "改到同一处会提示冲突" in text
    text = post(client, "change_start", case.filing.consortium_id, parts=["governance", "name"]).text
    assert "医联体变更备案表：名称、组织管理和合作方式" in text and "还没有改动" in text
    assert "至少一项" in post(client, "change_start", case.filing.consortium_id).text


def _chair(case, name) -> Filing:
    filing = change(case, "governance")
    answer(filing, "D", case.filer, council_chair=name)
    return filing


def test_a_conflict_stands_beside_the_form_and_on_the_workbench(client, case):
    one, other = _chair(case, "陈院长"), _chair(case, "何院长")
    client.force_login(case.filer)
    text = page(client, "section", other.pk, "D").text
    assert "同时在办的备案" in text and "那一件改为“陈院长”" in text
    received(other, case)
    registered(one, case)
    client.force_login(case.reviewer)
    text = page(client, "detail", other.pk).text
    assert "冲突：带入时为“无”" in text and "须退回由申报单位更新" in text


def test_the_decision_says_what_will_be_written(client, case):
    filing = received(_chair(case, "陈院长"), case)
    client.force_login(case.reviewer)
    text = page(client, "detail", filing.pk).text
    assert "将有 1 处改动" in text and "理事长：无 → 陈院长" in text


def test_the_print_of_a_change_shows_before_and_after(client, case):
    filing = registered(_chair(case, "陈院长"), case)
    client.force_login(case.filer)
    text = page(client, "form_print", filing.pk).text
    assert "医联体变更备案表" in text and "变更前后对照" in text and "陈院长" in text


def test_the_list_of_consortia_costs_the_same_for_few_and_many(client, case, django_assert_max_num_queries):
    client.force_login(case.filer)
    page(client, "mine")
    with django_assert_max_num_queries(16) as few:
        page(client, "mine")
    row = Consortium.objects.values().get()
    del row["id"]
    many = Consortium.objects.bulk_create(Consortium(**{**row, "name": f"第{n}医联体"}) for n in range(20))
    Lead.objects.bulk_create(
        Lead(consortium=one, institution=case.hospital, during=(case.founded_on, None)) for one in many
    )
    with django_assert_max_num_queries(16) as more:
        assert "第19医联体" in page(client, "mine").text
    assert len(more) == len(few)
    assert len(mine.standings(many)) == 20


def test_the_form_of_a_change_costs_the_same_for_few_and_many_members(
    client, case, django_assert_max_num_queries
):
    from filing import editing

    filing = change(case, "members")
    client.force_login(case.filer)

    def cost():
        with django_assert_max_num_queries(60) as captured:
            page(client, "section", filing.pk, "C")
        return len(captured)

    first = InstitutionFactory(community_centre=True, division=case.county)
    editing.add_members(filing.pk, [first.pk], by=case.filer)
    cost()  # the count of the inbox is remembered from here on
    few = cost()
    new = InstitutionFactory.create_batch(15, community_centre=True, division=case.county)
    editing.add_members(filing.pk, [row.pk for row in new], by=case.filer)
    assert cost() == few
