"""Code lists of other systems: matched by county and name, the rest to a person (外部代码表)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from registry.divisions import foreign, foreign_decisions
from registry.errors import Refused
from registry.models import (
    Division,
    ForeignCode,
    ForeignCodeList,
    ForeignCodeRow,
    ManagementArea,
    ManagementAreaDivision,
)
from tests.actors import registry_admin_of
from tests.factories import TownshipFactory
from tests.together import refusals, together

pytestmark = pytest.mark.django_db
HEADER = "代码,名称\n"


def sent(city, text, by=None):
    file = SimpleUploadedFile("字典.csv", (HEADER + text).encode())
    return foreign.bring_in(file, system="健康字典", source="测试", by=by or city.admin)


def states(kept):
    return list(kept.rows.order_by("number").values_list("code", "state"))


def test_rows_are_matched_by_county_and_name_whatever_their_own_digits(city):
    kept = sent(city, "340203000,弋江区\n340203099,弋1街道\n340208077,三2街道\n")
    assert states(kept) == [("340203000", "matched"), ("340203099", "matched"), ("340208077", "matched")]
    codes = ForeignCode.objects.order_by("code").values_list("code", "division__code", "system")
    assert [row[:2] for row in codes] == [
        ("340203000", "340203"), ("340203099", "340203001"), ("340208077", "340208002"),
    ]  # fmt: skip


def test_what_is_near_or_unknown_waits_for_a_person(city):
    TownshipFactory(parent=city.yijiang.county, code="340203003", name="火龙镇")
    kept = sent(city, "340203050,火龙街道\n340203051,别处街道\n349999001,某街道\n")
    rows = list(kept.rows.order_by("number"))
    assert [row.state for row in rows] == ["open"] * 3
    assert [len(row.candidates) for row in rows] == [1, 0, 0]
    assert [row.why for row in rows] == ["名称相近", "该区县没有这个名称", "没有代码为 349999 的区县"]
    assert not ForeignCode.objects.exists()


def test_a_place_of_a_zone_is_found_among_the_second_codes_of_that_zone(city):
    double = TownshipFactory(
        parent=city.sanshan.county, code="340208009", name="弋1街道", physical_unit=city.yijiang.towns[0]
    )
    area = ManagementArea.objects.create(code="340299", name="经开区", host=city.wuhu)
    ManagementAreaDivision.objects.create(area=area, division=double)
    kept = sent(city, "340299001,弋1街道\n")
    assert kept.rows.get().division == double


def test_what_lies_outside_ones_area_is_left_to_those_who_keep_it(city):
    kept = sent(city, "340203099,弋1街道\n340208077,三1街道\n", by=registry_admin_of(city.sanshan.bureau))
    assert [state for _, state in states(kept)] == ["open", "matched"]


def test_the_screen_accepts_chooses_dismisses_and_takes_back(city, client, django_assert_max_num_queries):
    client.force_login(city.admin)
    file = SimpleUploadedFile("字典.csv", (HEADER + "340203050,弋1镇\n340203051,甲\n").encode())
    answer = client.post(
        reverse("registry:foreign_upload"), {"system": "字典", "source": "测试", "file": file}
    )
    kept = ForeignCodeList.objects.get()
    assert answer["Location"] == kept.get_absolute_url()
    near, unknown = kept.rows.order_by("number")
    with django_assert_max_num_queries(14):
        assert "弋1街道" in client.get(kept.get_absolute_url()).content.decode()
    decide = lambda row, **data: client.post(reverse("registry:foreign_decide", args=[row.pk]), data)  # noqa: E731
    decide(near, candidate="340203001")
    decide(unknown, act="dismiss")
    assert [state for _, state in states(kept)] == ["chosen", "dismissed"]
    assert ForeignCode.objects.get().division == city.yijiang.towns[0]
    decide(near, act="reopen")
    decide(unknown, act="reopen")
    assert [state for _, state in states(kept)] == ["open", "open"]
    assert not ForeignCode.objects.exists()
    decide(unknown, place="999999")
    assert ForeignCodeRow.objects.get(pk=unknown.pk).state == "open"


@pytest.fixture
def decide(client):
    def decide(row, **data):
        return client.post(reverse("registry:foreign_decide", args=[row.pk]), data, follow=True)

    return decide


def test_a_place_may_be_typed_by_its_name_in_the_county_or_against_the_candidate(city, client, decide):
    client.force_login(city.admin)
    near, unknown = sent(city, "340203050,弋1镇\n340203051,甲\n").rows.order_by("number")
    assert "弋江区没有“三1街道”" in decide(unknown, place="三1街道").content.decode()
    assert "已认定为 340203002" in decide(unknown, place="弋2街道").content.decode()
    decide(near, candidate="340203001", place="340208001")  # what is typed counts
    assert list(ForeignCode.objects.order_by("code").values_list("division__name", flat=True)) == [
        "三1街道",
        "弋2街道",
    ]


def test_of_two_of_one_name_in_a_county_the_code_is_asked_for(city, client, decide):
    TownshipFactory(parent=city.yijiang.county, code="340203009", name="弋1街道")
    client.force_login(city.admin)
    row = sent(city, "340203051,甲\n").rows.get()
    assert "340203001、340203009" in decide(row, place="弋1街道").content.decode()
    far = sent(city, "349999051,甲\n").rows.get()
    assert "没有代码为 349999 的区县" in decide(far, place="弋1街道").content.decode()
    assert not ForeignCode.objects.exists()


def test_whoever_decides_beyond_the_first_page_stays_there(city, client):
    client.force_login(city.admin)
    kept = sent(city, "".join(f"3402030{n},别处{n}街道\n" for n in range(50, 75)))
    first = client.get(kept.get_absolute_url(), {"size": 20})
    address = f"{kept.get_absolute_url()}?size=20&after={first.context['page'].after}"
    second = client.get(address)
    row = second.context["page"].rows[1]
    assert f'name="next" value="{address}"' in second.content.decode().replace("&amp;", "&")
    answer = client.post(
        reverse("registry:foreign_decide", args=[row.pk]), {"act": "dismiss", "next": address}
    )
    assert answer["Location"] == address
    assert len(client.get(address).context["page"]) == 4
    outside = client.post(
        reverse("registry:foreign_decide", args=[row.pk]), {"act": "reopen", "next": "https://example.org/"}
    )
    assert outside["Location"] == kept.get_absolute_url()


def test_the_only_candidates_of_a_page_are_accepted_at_once(city, client, django_assert_max_num_queries):
    TownshipFactory(parent=city.yijiang.county, code="340203009", name="弋1镇")
    kept = sent(city, "340203050,弋1乡\n340203051,弋2镇\n340208051,三1镇\n340203052,甲\n")
    client.force_login(city.admin)
    alone = client.get(kept.get_absolute_url()).context["alone"]
    with django_assert_max_num_queries(20):
        client.post(reverse("registry:foreign_accept", args=[kept.pk]), {"rows": [*alone, "x"]})
    assert states(kept) == [
        ("340203050", "open"), ("340203051", "chosen"), ("340208051", "chosen"), ("340203052", "open"),
    ]  # fmt: skip
    assert set(ForeignCode.objects.values_list("code", flat=True)) == {"340203051", "340208051"}
    assert {row.decided_by for row in kept.rows.filter(state="chosen")} == {city.admin}


def test_a_candidate_that_has_ended_since_is_neither_offered_nor_accepted(city, client):
    kept = sent(city, "340203051,弋2镇\n")
    row = kept.rows.get()
    Division.objects.filter(pk=city.yijiang.towns[1].pk).update(valid_to="2020-06-30")
    client.force_login(city.admin)
    assert client.get(kept.get_absolute_url()).context["alone"] == []
    client.post(reverse("registry:foreign_accept", args=[kept.pk]), {"rows": [row.pk]})
    assert states(kept) == [("340203051", "open")]
    assert not ForeignCode.objects.exists()


def test_rows_of_anothers_county_are_shown_without_a_form_and_let_be(city, client, decide):
    kept = sent(city, "340203050,弋1镇\n340208050,三1镇\n")
    client.force_login(registry_admin_of(city.sanshan.bureau))
    theirs, own = kept.rows.order_by("number")
    shown = client.get(kept.get_absolute_url())
    assert "由当地名录管理员认定" in shown.content.decode()
    assert shown.context["alone"] == [own.pk]
    assert decide(theirs, act="dismiss").status_code == 403
    assert decide(theirs, candidate="340203001").status_code == 403
    client.post(reverse("registry:foreign_accept", args=[kept.pk]), {"rows": [theirs.pk, own.pk]})
    assert [state for _, state in states(kept)] == ["open", "chosen"]


def withdraw(client, kept):
    return client.post(reverse("registry:foreign_withdraw", args=[kept.pk]), follow=True).content.decode()


def test_a_list_is_taken_back_with_what_came_of_it_and_nothing_else(city, client):
    wrong = sent(city, "340203099,弋1街道\n340203098,弋2街道\n340203097,甲\n")
    right = sent(city, "340203099,弋1街道\n340208077,三2街道\n")  # of the same system: 340203099 is in both
    client.force_login(city.admin)
    assert "撤回整表" in client.get(wrong.get_absolute_url()).content.decode()
    assert "已撤回“健康字典”" in withdraw(client, wrong)
    assert list(ForeignCodeList.objects.all()) == [right]
    kept = ForeignCode.objects.order_by("code").values_list("code", "division__name")
    assert list(kept) == [("340203099", "弋1街道"), ("340208077", "三2街道")]
    assert right.rows.get(code="340203099").foreign_code, "it goes with this list now"
    withdraw(client, right)
    assert not ForeignCode.objects.exists()


def test_a_row_taken_back_leaves_the_code_that_another_list_has_too(city, client, decide):
    first, second = sent(city, "340203099,弋1街道\n"), sent(city, "340203099,弋1街道\n")
    client.force_login(city.admin)
    decide(first.rows.get(), act="reopen")
    assert ForeignCode.objects.get().row.code_list == second


def test_a_list_is_taken_back_by_its_sender_or_those_above_it_all(city, client):
    by = registry_admin_of(city.sanshan.bureau)
    wide = sent(city, "340203099,弋1街道\n340208077,三2街道\n")
    client.force_login(by)
    assert "撤回整表" not in client.get(wide.get_absolute_url()).content.decode()
    assert "由上传人" in withdraw(client, wide)
    own = sent(city, "340203050,弋1街道\n", by=by)  # waits for those who keep that county
    client.force_login(city.admin)
    client.post(reverse("registry:foreign_decide", args=[own.rows.get().pk]), {"candidate": "340203001"})
    client.force_login(by)
    assert "由别处认定" in withdraw(client, own)
    client.force_login(city.admin)
    assert "已撤回" in withdraw(client, own)
    assert ForeignCodeList.objects.get() == wide


def test_the_lists_say_how_many_rows_wait(city, client):
    sent(city, "340203050,弋1镇\n340203051,甲\n340203052,弋2街道\n")
    client.force_login(city.admin)
    assert [one.waiting for one in client.get(reverse("registry:foreign_lists")).context["page"]] == [2]


def test_a_code_under_two_names_waits_for_a_person(city):
    kept = sent(city, "340203099,弋1街道\n340203098,弋2街道\n340203099,弋2街道\n340203098,弋2街道\n")
    assert states(kept) == [("340203099", "open"), ("340203098", "matched")]
    row = kept.rows.get(state="open")
    assert row.why == "第 2 行与第 4 行代码相同，内容不同"
    assert row.candidates == [city.yijiang.towns[1].pk]


@pytest.mark.parametrize(
    ("line", "said"),
    [("3" * 21 + ",甲", "代码有 21 个字，最多 20 个"), ("34,甲" + "乙" * 100, "名称有 101 个字")],
)
def test_what_would_be_cut_is_refused_at_its_line(city, line, said):
    with pytest.raises(Refused, match=f"第 3 行的{said}"):
        sent(city, f"340203099,弋1街道\n{line}\n")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["withdraw", "choose", "accept"])
def test_a_list_that_another_takes_back_in_the_same_moment(city, client, act):
    kept = sent(city, "340203050,弋1街道办\n340203099,弋1街道\n")
    row = kept.rows.get(state="open")
    acts = {
        "withdraw": lambda: foreign_decisions.withdraw(
            ForeignCodeList.objects.get(pk=kept.pk), by=city.admin
        ),
        "choose": lambda: foreign_decisions.choose(row.pk, typed="340203001", by=city.admin),
        "accept": lambda: foreign_decisions.choose_all(kept, [row.pk], by=city.admin),
    }
    results = together(acts["withdraw"], acts[act])
    refused = refusals(results)
    assert not [error for error in refused if not isinstance(error, Refused)], refused
    assert len(refused) <= 1 and not ForeignCodeList.objects.exists()
    assert not ForeignCode.objects.exists(), "no code is left without the row it came from"


@pytest.mark.parametrize("act", ["choose_all", "choose", "withdraw"])
def test_what_is_sent_for_a_list_just_taken_back_leads_to_the_lists(city, client, monkeypatch, act):
    kept = sent(city, "340203050,弋1街道办\n")
    client.force_login(city.admin)
    inner = getattr(foreign_decisions, act)

    def overtaken(*given, **named):
        ForeignCodeList.objects.all().delete()
        return inner(*given, **named)

    monkeypatch.setattr(foreign_decisions, act, overtaken)
    row = kept.rows.get().pk
    addresses = {
        "choose_all": ("accept", kept.pk),
        "choose": ("decide", row),
        "withdraw": ("withdraw", kept.pk),
    }
    name, pk = addresses[act]
    typed = {"rows": [row], "candidate": "340203001", "next": kept.get_absolute_url()}
    answer = client.post(reverse(f"registry:foreign_{name}", args=[pk]), typed, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("registry:foreign_lists")
    assert "刚刚被撤回" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_one_list_sent_twice_at_once_writes_each_code_once(city):
    text = "340203099,弋1街道\n340203098,弋2街道\n"
    assert refusals(together(*[lambda: sent(city, text)] * 3)) == []
    assert ForeignCode.objects.count() == 2


@pytest.mark.parametrize("content", ["甲,乙\n1,2\n", HEADER])
def test_a_file_without_columns_or_rows_is_refused_beside_the_field(city, client, content):
    client.force_login(city.admin)
    file = SimpleUploadedFile("字典.csv", content.encode())
    answer = client.post(
        reverse("registry:foreign_upload"), {"system": "字典", "source": "测试", "file": file}
    )
    assert answer.status_code == 422
    assert "没有找到“代码”和“名称”两列" in answer.content.decode()
    assert not ForeignCodeList.objects.exists()
