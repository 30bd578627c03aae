"""Keeping single institutions right: edit, close, reopen, enter, credentials."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from registry import as_of
from registry.history import Narrator
from registry.institutions import service
from registry.models import Credential, EconomicType, Institution, InstitutionName
from tests.actors import registry_admin_of, reviewer_of
from tests.factories import (
    AuthorityFactory,
    CountyFactory,
    InstitutionClassFactory,
    InstitutionFactory,
    LeadFactory,
    MembershipFactory,
    TownshipFactory,
)

pytestmark = pytest.mark.django_db
CODE = "125001034503900000"


@pytest.fixture
def district(db):
    return CountyFactory(code="500103", name="渝中区")


@pytest.fixture
def admin(district, client):
    InstitutionClassFactory(code="A100", name="综合医院")
    person = registry_admin_of(AuthorityFactory(division=district), name="名录员")
    client.force_login(person)
    return person


@pytest.fixture
def one(district):
    return InstitutionFactory(name="甲医院", division=district, beds=100, grade="B")


def form_of(client, one) -> dict:
    """What the edit page would send back untouched, with a reason."""
    page = client.get(reverse("registry:institution_edit", args=[one.pk]))
    form = page.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in shown.items()} | {"reason": "年度校验"}


def send(client, one, **typed):
    data = form_of(client, one) | typed
    return client.post(reverse("registry:institution_edit", args=[one.pk]), data)


def test_an_untouched_form_changes_nothing(admin, client, one):
    InstitutionName.objects.create(institution=one, name="乙医院", kind="second")
    before = Institution.objects.filter(pk=one.pk).values().get()
    assert send(client, one).status_code == 302
    assert Institution.objects.filter(pk=one.pk).values().get() == before


def test_the_form_shows_codes_with_their_names_and_takes_either(admin, client, district):
    EconomicType.objects.create(code="110", name="国有全资")
    street = TownshipFactory(code="500103001", name="七星岗街道", parent=district)
    one = InstitutionFactory(
        division=district, institution_class_id="A100", township=street, economic_type="110"
    )
    shown = form_of(client, one)
    names = ("institution_class", "division", "township", "economic_type")
    assert [shown[name] for name in names] == [
        "A100.综合医院", "500103.渝中区", "500103001.七星岗街道", "110.国有全资",
    ]  # fmt: skip
    before = Institution.objects.filter(pk=one.pk).values().get()
    assert send(client, one).status_code == 302
    assert (
        send(client, one, institution_class="综合医院", division="500103", township="七星岗").status_code
        == 302
    )
    assert Institution.objects.filter(pk=one.pk).values().get() == before


def test_an_edit_is_saved_with_who_why_and_what(admin, client, one, district):
    TownshipFactory(code="500103001", name="七星岗街道", parent=district)
    answer = send(client, one, name="甲人民医院", beds="１２０", level="三级", grade="甲等", township="七星岗街道", founded_on="2019年6月25日", second_names="甲中医院；甲妇幼保健院")  # fmt: skip
    assert answer.status_code == 302, answer.context["form"].errors
    one.refresh_from_db()
    assert (one.name, one.beds, one.level, one.grade) == ("甲人民医院", 120, "3", "A")
    assert (one.township.name, one.founded_on.isoformat()) == ("七星岗街道", "2019-06-25")
    assert (one.level_source, one.version) == ("年度校验", 2)
    names = set(one.other_names.order_by("pk").values_list("name", "kind"))
    assert names == {("甲中医院", "second"), ("甲妇幼保健院", "second"), ("甲医院", "former")}
    shown = client.get(one.get_absolute_url())
    newest = shown.context["history"][0]
    assert (newest.who, newest.reason) == ("名录员", "年度校验")
    assert ("核定床位数", "100", "120") in newest.fields
    beds = next(fact for fact in shown.context["standing"].facts if fact.field == "beds")
    assert (beds.value, beds.source.who) == ("120", "名录员")


def test_an_emptied_line_clears_the_fact(admin, client, one):
    assert send(client, one, beds="", level="", grade="", ownership="").status_code == 302
    one.refresh_from_db()
    assert (one.beds, one.level, one.grade, one.ownership) == (None, "", "", "")


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("uscc", "12500103450390000Y", "校验位"),
        ("institution_class", "星际医院", "类别"),
        ("beds", "很多", "整数"),
        ("division", "999999", "区划"),
        ("founded_on", "2099-01-01", "晚于今天"),
        ("main_institution", "没有的医院", "主要机构"),
        ("grade", "特等", "三级"),
    ],
)
def test_the_rules_and_words_of_the_import_hold(admin, client, one, field, typed, words):
    answer = send(client, one, **{field: typed})
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    one.refresh_from_db()
    assert one.version == 1


def test_a_code_or_name_of_another_institution_is_refused(admin, client, one, district):
    InstitutionFactory(name="丙医院", division=district, uscc=CODE, licence_number="PDY1")
    for typed in ({"uscc": CODE}, {"licence_number": "PDY1"}, {"name": "丙医院"}):
        answer = send(client, one, **typed)
        assert answer.status_code == 422 and "丙医院" in str(answer.context["form"].errors)


def test_a_place_outside_ones_area_is_refused(admin, client, one):
    CountyFactory(code="500105", name="江北区")
    answer = send(client, one, division="500105")
    assert "导入范围" in str(answer.context["form"].errors["division"])


def test_a_number_typed_here_must_be_one_and_what_a_roster_brought_stays(admin, client, one):
    """Who edits the address need not first find out what the sender of the roster meant."""
    Institution.objects.filter(pk=one.pk).update(phone="总机")
    assert "“值班室”不是电话号码" in send(client, one, phone="值班室").text
    assert send(client, one, address="甲路 1 号").status_code == 302
    one.refresh_from_db()
    assert (one.phone, one.address) == ("总机", "甲路 1 号")


def test_what_the_form_and_what_the_rules_refuse_is_said_at_once(admin, client, one):
    InstitutionClassFactory(code="A100", name="综合医院")
    answer = send(client, one, phone="abc", beds="-5", division="北京", institution_class="火锅店", reason="")
    assert {"phone", "beds", "division", "institution_class", "reason"} <= set(answer.context["form"].errors)
    one.refresh_from_db()
    assert one.version == 1
    fresh = client.post(reverse("registry:institution_new"), {"phone": "abc", "beds": "-5"})
    assert {"name", "phone", "beds", "division", "institution_class"} <= set(fresh.context["form"].errors)
    assert all(len(found) == 1 for found in fresh.context["form"].errors.values())
    assert client.post(reverse("registry:institution_new")).status_code == 200, (
        "nothing was sent: the form again"
    )


def test_the_second_of_two_savers_sees_both_versions(admin, client, one):
    mine = form_of(client, one) | {"beds": "300"}
    assert send(client, one, beds="200").status_code == 302
    url = reverse("registry:institution_edit", args=[one.pk])
    answer = client.post(url, mine)
    assert answer.status_code == 409
    assert ("核定床位数", 200, "300") in answer.context["pairs"]
    again = client.post(url, answer.context["typed"])
    one.refresh_from_db()
    assert again.status_code == 302 and one.beds == 300


def test_what_is_sent_twice_is_saved_once(admin, client, one):
    mine = form_of(client, one) | {"beds": "２00", "institution_class": "综合医院", "second_names": "甲分院"}
    for _ in range(2):
        answer = client.post(reverse("registry:institution_edit", args=[one.pk]), mine)
        assert (answer.status_code, answer.headers["Location"]) == (302, one.get_absolute_url())
    one.refresh_from_db()
    assert (one.version, one.beds, one.other_names.count()) == (2, 200, 1)


def test_closing_and_reopening_leave_day_and_reason(admin, client, one):
    close, reopen = (reverse(f"registry:institution_{act}", args=[one.pk]) for act in ("close", "reopen"))
    early = client.post(close, {"version": 1, "on": "2999-01-01", "reason": "撤并"})
    assert early.status_code == 422
    assert client.post(close, {"version": 1, "on": "2020-05-01", "reason": "撤并"}).status_code == 302
    one.refresh_from_db()
    assert (one.status, one.closed_on.isoformat()) == ("closed", "2020-05-01")
    assert "注销（<time" in client.get(one.get_absolute_url()).text
    again = client.post(close, {"version": 1, "on": "2020-05-01", "reason": "撤并"})
    assert again.status_code == 422 and "这家机构已经注销" in again.text, "the same button twice"
    back = {"on": "2020-08-01", "reason": "复核后准予"}
    old_page = client.post(reopen, back | {"version": 1})
    assert old_page.status_code == 422 and "别人已修改这家机构" in old_page.text
    assert (
        client.post(reopen, back | {"version": old_page.context["form"]["version"].value()}).status_code
        == 302
    )
    one.refresh_from_db()
    assert (one.status, one.closed_on, one.reopened_on.isoformat()) == ("open", None, "2020-08-01")
    shown = client.get(one.get_absolute_url())
    assert "2020-08-01</time> 恢复）" in shown.text
    history = shown.context["history"]
    assert [change.reason for change in history[:2]] == ["恢复开业：复核后准予", "注销：撤并"]
    assert ("恢复开业日期", "", "2020-08-01") in history[0].fields
    assert client.post(close, {"version": 3, "on": "2020-07-31", "reason": "撤并"}).status_code == 422
    assert client.post(close, {"version": 3, "on": "2020-09-01", "reason": "撤并"}).status_code == 302
    one.refresh_from_db()
    assert (one.status, one.closed_on.isoformat(), one.reopened_on) == ("closed", "2020-09-01", None)


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ("2020-04-30", "恢复开业日期早于注销日期（2020-05-01）"),
        ("2098-01-01", "恢复开业日期晚于今天"),
        ("0202-05-01", "请核对年份"),
        ("", "没有填写"),
    ],
)
def test_a_day_on_which_nothing_reopened_is_refused(admin, client, one, on, words):
    close, reopen = (reverse(f"registry:institution_{act}", args=[one.pk]) for act in ("close", "reopen"))
    client.post(close, {"version": 1, "on": "2020-05-01", "reason": "撤并"})
    answer = client.post(reopen, {"version": 2, "on": on, "reason": "复核"})
    assert answer.status_code == 422 and words in str(answer.context["form"].errors)
    one.refresh_from_db()
    assert (one.status, one.version) == ("closed", 2)


def test_closed_is_closed_on_the_days_in_between_whenever_somebody_entered_it(admin, client, one):
    service.close(one.pk, on=dt.date(2020, 5, 1), reason="撤并", version=1, by=admin)
    service.reopen(one.pk, on=dt.date(2020, 8, 1), reason="复核", version=2, by=admin)
    service.close(one.pk, on=dt.date(2020, 12, 1), reason="停办", version=3, by=admin)
    days = {"04-30": "", "05-01": "注销", "07-31": "注销", "08-01": "开业", "11-30": "开业", "12-01": "注销"}
    for day, status in days.items():
        shown = client.get(one.get_absolute_url(), {"as_of": f"2020-{day}"}).context["standing"]
        assert (shown.known, shown.status) == (False, status), (
            "the register did not know the institution then"
        )
    one.refresh_from_db()
    entries = as_of.entries_of(one)
    entered = ["2020-12-05", "2020-08-10", "2020-06-01", "2019-01-01"]
    for entry, day in zip(entries, entered, strict=True):
        entry.at = dt.datetime.fromisoformat(f"{day}T04:00:00+00:00")
    narrator = Narrator(one, entries)
    for day, status in days.items():
        on = dt.date.fromisoformat(f"2020-{day}")
        then = as_of.standing(one, on, entries, narrator)
        held = {fact.field: fact for fact in then.facts}
        assert (then.known, then.status, held["status"].value) == (True, status or "开业", status or "开业")
        assert (held["beds"].value, held["closed_on"].value != "") == ("100", status == "注销")
        if status:
            assert held["status"].source.reason.startswith({"注销": "注销：", "开业": "恢复开业："}[status])


def test_the_day_that_a_roster_left_out_is_added(admin, client, one):
    Institution.objects.filter(pk=one.pk).update(status="closed")
    assert "补录注销日期" in client.get(one.get_absolute_url()).text
    address = reverse("registry:institution_close", args=[one.pk])
    assert "补录注销日期</h1>" in client.get(address).text
    sent = {"version": 1, "on": "2020-05-01", "reason": "注销公告"}
    assert client.post(address, sent).status_code == 302
    one.refresh_from_db()
    assert (one.status, one.closed_on.isoformat()) == ("closed", "2020-05-01")
    assert "补录注销日期" not in client.get(one.get_absolute_url()).text
    assert client.get(one.get_absolute_url(), {"as_of": "2020-05-02"}).context["standing"].status == "注销"
    assert client.post(address, sent | {"version": 2}).status_code == 422


def test_whoever_reopens_what_a_roster_closed_needs_no_day_of_closing(admin, client, one):
    Institution.objects.filter(pk=one.pk).update(status="closed")
    address = reverse("registry:institution_reopen", args=[one.pk])
    shown = client.get(address).context["form"]
    sent = {name: shown[name].value() for name in ("version", "on")} | {"reason": "复核"}
    assert client.post(address, sent).status_code == 302
    one.refresh_from_db()
    assert (one.status, one.reopened_on) == ("open", timezone.localdate())


def test_whoever_closes_reads_which_consortia_stay_as_they_are(admin, client, one):
    address = reverse("registry:institution_close", args=[one.pk])
    assert "须另走变更或终止备案" not in client.get(address).text
    LeadFactory(institution=one, consortium__name="甲医疗集团")
    MembershipFactory(institution=one, consortium__name="眼科联盟")
    MembershipFactory(institution=one, consortium__name="旧联盟", during=("2018-01-01", "2019-01-01"))
    shown = client.get(address).text
    assert "它现在牵头甲医疗集团，参加眼科联盟，不因注销而结束" in shown and "旧联盟" not in shown


def test_a_closed_institution_cannot_be_opened_by_the_edit_form(admin, client, one):
    one.status, one.closed_on = "closed", "2020-05-01"
    one.save(update_fields=["status", "closed_on"])
    assert send(client, one, status="开业", beds="5").status_code == 302
    one.refresh_from_db()
    assert (one.status, one.beds) == ("closed", 5)


def test_a_new_institution_can_be_entered_by_hand(admin, client):
    EconomicType.objects.create(code="110", name="国有全资")
    typed = {"name": "新医院", "institution_class": "综合医院", "division": "500103", "economic_type": "110"}
    answer = client.post(reverse("registry:institution_new"), typed)
    one = Institution.objects.get(name="新医院")
    assert answer.url == one.get_absolute_url()
    assert (one.institution_class_id, one.economic_type, one.pinyin) == ("A100", "110", "xyy")
    assert client.post(reverse("registry:institution_new"), typed).status_code == 422  # it is there now


def test_what_a_new_institution_was_saved_without_is_said(admin, client):
    typed = {"name": "新医院", "institution_class": "综合医院", "division": "500103", "township": "没有的镇"}
    shown = client.post(reverse("registry:institution_new"), typed, follow=True)
    assert "渝中区没有“没有的镇”" in shown.text and "已登记“新医院”" in shown.text


def test_credentials_are_added_changed_and_removed(admin, client, one):
    typed = {"subject_text": "心血管内科", "level": "national", "kind": "clinical", "year": "2012"}
    add = reverse("registry:credential_add", args=[one.pk])
    assert client.post(add, typed).status_code == 302
    held = Credential.objects.get(institution=one)
    assert client.post(add, typed).status_code == 422  # the same once more
    assert client.post(add, {"level": "city"}).status_code == 422  # without a specialty
    edit = reverse("registry:credential_edit", args=[held.pk])
    assert client.post(edit, typed | {"leader": "某主任"}).status_code == 302
    held.refresh_from_db()
    assert held.leader == "某主任"
    client.post(reverse("registry:credential_remove", args=[held.pk]))
    assert not one.credentials.exists()


def test_who_may_only_look_cannot_change(client, one, district):
    client.force_login(reviewer_of(AuthorityFactory(division=district)))
    assert client.get(reverse("registry:institution_edit", args=[one.pk])).status_code == 403
    assert "修改" not in [b.strip() for b in client.get(one.get_absolute_url()).text.split(">")]


def test_the_page_as_of_a_day_shows_what_the_register_said_then(admin, client, one, time_machine):
    time_machine.move_to("2099-03-01T04:00:00Z")
    client.force_login(admin)
    then = client.get(one.get_absolute_url(), {"as_of": "1999-01-01"})
    assert not then.context["standing"].known and "还没有这家机构" in then.text
    assert f"{then.context['standing'].since:%Y-%m-%d}</time> 录入" in then.text
    assert "注销</a>" not in then.text, "nothing is done from a page of the past"
    assert "注销</a>" in client.get(one.get_absolute_url()).text
    now = client.get(one.get_absolute_url(), {"as_of": "nonsense"})
    assert now.context["day"] is None and now.context["standing"].known
