"""Publishing a policy document: drafted, proposed by one, confirmed by another, kept against the shipped files."""

import datetime as dt

import pytest
from django.urls import reverse

from registry.access import Denied
from registry.errors import Refused, Stale
from registry.models import AuditEntry, PolicyDocument, PolicyDraft, PolicyVersion, Rule
from registry.policy import drafts
from registry.policy.library import current_book
from registry.policy.load import load_packs
from registry.policy.parse import PackError
from tests.actors import evaluator_of, reviewer_of
from tests.factories import AuthorityFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("published")]
CQ_53 = {"area": "500000", "area_word": "市内", "count_lead": True}
TODAY = dt.date(2026, 3, 2)


@pytest.fixture
def one(commission):
    return evaluator_of(commission)


@pytest.fixture
def other(commission):
    return evaluator_of(commission)


def edited(by, at_least: int = 30) -> PolicyDraft:
    draft = drafts.revise("chongqing-2018", by=by, note="扩大覆盖")
    changes = {"params": CQ_53 | {"at_least": at_least}, "modality": "原则上"}
    return drafts.edit_rule(draft.pk, by=by, provision="CQ-53", changes=changes, seen=draft.digest)


def published(one, other) -> PolicyDraft:
    draft = edited(one)
    drafts.propose(draft.pk, by=one, effective_on=TODAY, seen=draft.digest)
    return drafts.confirm(draft.pk, by=other, seen=draft.digest)


def asked_for() -> int:
    return next(r for r in current_book().packs["chongqing-2018"].rules if r.id == "CQ-53").params["at_least"]


def test_a_draft_changes_nothing_until_a_second_person_confirms(one, other):
    draft = edited(one)
    assert asked_for() == 20
    drafts.propose(draft.pk, by=one, effective_on=TODAY, seen=draft.digest)
    with pytest.raises(Refused, match="另一人"):
        drafts.confirm(draft.pk, by=one, seen=draft.digest)
    assert asked_for() == 20
    draft = drafts.confirm(draft.pk, by=other, note="同意", seen=draft.digest)
    assert asked_for() == 30
    assert (draft.state, draft.decided_by, draft.effective_on) == ("published", other, TODAY)
    entry = AuditEntry.objects.filter(table_name="registry_policydraft", action="UPDATE").latest("pk")
    assert entry.after["state"] == "published"


def test_every_version_is_kept(one, other):
    before = PolicyDocument.objects.get(code="chongqing-2018")
    draft = published(one, other)
    after = PolicyDocument.objects.get(code="chongqing-2018")
    kept = PolicyVersion.objects.filter(document=after)
    assert [version.version for version in kept] == [after.version, before.version]
    assert kept[0].draft == draft
    assert "at_least = 20" in kept[1].source
    old, new = Rule.objects.filter(provision="CQ-53").order_by("pk")
    assert (old.retired_at is None, new.retired_at is None) == (False, True)
    assert [new.provision, new.version] in kept[0].rules


def test_the_shipped_files_do_not_overwrite_what_was_published(one, other):
    published(one, other)
    assert load_packs()["kept"] == 1
    assert asked_for() == 30


def test_the_comments_and_everything_else_of_the_pack_stay(one):
    draft = edited(one)
    was = PolicyDocument.objects.get(code="chongqing-2018").source.splitlines()
    changed = set(draft.source.splitlines()) - set(was)
    assert changed == {
        'params = { area = "500000", area_word = "市内", count_lead = true, at_least = 30 }',
    }  # modality = "原则上" stands elsewhere in the pack already
    assert len(draft.source.splitlines()) == len(was)


def test_a_draft_for_a_later_day_waits_for_it(one, other, time_machine):
    draft = edited(one)
    drafts.propose(draft.pk, by=one, effective_on=dt.date(2026, 4, 1), seen=draft.digest)
    assert drafts.confirm(draft.pk, by=other, seen=draft.digest).state == "confirmed"
    assert drafts.publish_due() == []
    assert asked_for() == 20
    time_machine.move_to("2026-04-01T02:00:00Z")
    assert drafts.publish_due() == [draft]
    assert drafts.publish_due() == []
    assert asked_for() == 30


def test_what_has_been_overtaken_before_its_day_is_sent_back_with_the_reason(
    one, other, time_machine, commission
):
    late = edited(one, 40)
    drafts.propose(late.pk, by=one, effective_on=dt.date(2026, 4, 1), seen=late.digest)
    drafts.confirm(late.pk, by=other, seen=late.digest)
    PolicyDocument.objects.filter(code="chongqing-2018").update(version="0123456789abcdef")
    time_machine.move_to("2026-04-01T02:00:00Z")
    assert drafts.publish_due() == []
    late.refresh_from_db()
    assert late.state == "rejected"
    assert "另一个版本" in late.decision_note


def test_two_drafts_from_one_version_only_the_first_is_published(one, other):
    first, second = edited(one), edited(other, 40)
    drafts.propose(first.pk, by=one, effective_on=TODAY, seen=first.digest)
    with pytest.raises(Refused, match="另一份草稿"):
        drafts.propose(second.pk, by=other, effective_on=TODAY, seen=second.digest)
    drafts.confirm(first.pk, by=other, seen=first.digest)
    with pytest.raises(Refused, match="另一个版本"):
        drafts.propose(second.pk, by=other, effective_on=TODAY, seen=second.digest)


def test_whoever_confirms_has_seen_what_is_published(one, other):
    draft = drafts.revise("chongqing-2018", by=one, note="缘由")
    seen = draft.digest
    drafts.edit_rule(draft.pk, by=one, provision="CQ-53", changes={"modality": "鼓励"}, seen=seen)
    with pytest.raises(Stale):
        drafts.propose(draft.pk, by=other, effective_on=TODAY, seen=seen)


def test_a_rejected_draft_can_be_changed_and_proposed_again_a_withdrawn_one_not(one, other):
    draft = edited(one)
    drafts.propose(draft.pk, by=one, effective_on=TODAY, seen=draft.digest)
    drafts.reject(draft.pk, by=other, note="家数过高", seen=draft.digest)
    draft = drafts.edit_rule(
        draft.pk, by=one, provision="CQ-53", changes={"params": CQ_53 | {"at_least": 25}}, seen=draft.digest
    )
    drafts.propose(draft.pk, by=one, effective_on=TODAY, seen=draft.digest)
    drafts.withdraw(draft.pk, by=one, note="另行起草", seen=draft.digest)
    with pytest.raises(Refused, match="已撤回"):
        drafts.propose(draft.pk, by=one, effective_on=TODAY, seen=draft.digest)
    assert asked_for() == 20


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('jurisdiction = "500000"', 'jurisdiction = "000000"', None, "全国文件"),
        ("at_least = 20", 'at_least = "二十"', 3, "参数 at_least 应为整数"),
        ("at_least = 20", "at_least = [", 3, "TOML 语法错误"),
        ('id = "CQ-53"', "id = 53", 0, "id 应是文字"),
    ],
)
def test_what_is_wrong_with_a_pack_is_told_by_line(one, old, new, line, message):
    document = PolicyDocument.objects.get(code="chongqing-2018")
    assert old in document.source
    source = document.source.replace(old, new)
    with pytest.raises((PackError, Refused), match=message) as caught:
        drafts.start(by=one, source=source, text="", note="缘由")
    if line is not None:
        at = next(n for n, text in enumerate(source.splitlines(), 1) if new in text)
        assert caught.value.problems[0].line == at
    assert not PolicyDraft.objects.exists()


@pytest.mark.parametrize("name", ["document", "vocabulary", "named", "rule"])
def test_a_pack_of_another_shape_is_told_and_never_an_error(one, name):
    with pytest.raises(PackError):
        drafts.start(by=one, source=f"{name} = 1\n", text="原文", note="缘由")


def test_only_the_commission_of_the_place_may_draft(commission):
    elsewhere = evaluator_of(AuthorityFactory())
    for person in (elsewhere, reviewer_of(commission)):
        with pytest.raises(Denied, match="适用于重庆市（500000），不在您起草的范围内"):
            drafts.revise("chongqing-2018", by=person, note="缘由")


def test_pages_of_a_draft(client, one, other, django_assert_max_num_queries):
    client.force_login(one)
    sent = {"code": "chongqing-2018", "reason": "扩大覆盖"}
    assert client.post(reverse("registry:policy_draft_revise"), sent).status_code == 302
    draft = PolicyDraft.objects.get()
    page = reverse("registry:policy_draft_rule", args=[draft.pk, "CQ-53"])
    assert "at_least" in client.get(page).content.decode()
    sent = {"seen": draft.digest, "modality": "应当", "param-at_least": "35"}
    sent |= {"param-count_lead": "on", "param-area": "500000", "param-area_word": "市内"}
    assert client.post(page, sent).status_code == 302
    assert client.post(page, sent).status_code == 422  # the draft has changed since
    draft.refresh_from_db()
    sent = {"seen": draft.digest, "effective_on": "2026-03-02"}
    client.post(reverse("registry:policy_draft_propose", args=[draft.pk]), sent)
    detail = reverse("registry:policy_draft", args=[draft.pk])
    with django_assert_max_num_queries(16):
        text = client.get(detail).content.decode()
    assert "须由提请人以外的另一人确认" in text
    listed = text[text.index("判定方法") :]
    assert "成员单位至少分属若干类" in listed and "member_kinds_at_least" not in listed
    client.post(reverse("registry:policy_draft_confirm", args=[draft.pk]), {"seen": draft.digest})
    draft.refresh_from_db()
    assert draft.state == "proposed"
    client.force_login(other)
    client.post(reverse("registry:policy_draft_confirm", args=[draft.pk]), {"seen": draft.digest})
    assert asked_for() == 35
    with django_assert_max_num_queries(12):
        assert "扩大覆盖" in client.get(reverse("registry:policy_drafts"), {"view": "all"}).content.decode()


def test_an_uploaded_pack_with_mistakes_lists_them(client, one):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(one)
    source = PolicyDocument.objects.get(code="chongqing-2018").source.replace("at_least = 20", "most = 20")
    sent = {"pack": SimpleUploadedFile("x.toml", source.encode()), "note": "缘由"}
    response = client.post(reverse("registry:policy_draft_upload"), sent)
    assert response.status_code == 422
    assert "没有参数 most" in response.content.decode()
    sent = {"pack": SimpleUploadedFile("x.toml", b"\xff\xfe\x00"), "note": "缘由"}
    assert "UTF-8" in client.post(reverse("registry:policy_draft_upload"), sent).content.decode()


def heard(person) -> list[str]:
    return [row.title.split("：")[-1] for row in person.notifications.order_by("pk")]


def test_who_can_confirm_hears_of_a_proposal_and_the_drafter_of_what_became_of_it(
    one, other, commission, django_capture_on_commit_callbacks
):
    reviewer = reviewer_of(commission)
    with django_capture_on_commit_callbacks(execute=True):
        draft = edited(one)
        drafts.propose(draft.pk, by=one, effective_on=TODAY, seen=draft.digest)
    assert (heard(one), heard(other), heard(reviewer)) == ([], ["提请发布，等另一人确认"], [])
    with django_capture_on_commit_callbacks(execute=True):
        drafts.reject(draft.pk, by=other, note="请说明依据。", seen=draft.digest)
        drafts.propose(draft.pk, by=one, effective_on=TODAY, seen=draft.digest)
    assert heard(one) == ["已退回修改"]
    with django_capture_on_commit_callbacks(execute=True):
        drafts.confirm(draft.pk, by=other, seen=draft.digest)
    assert heard(one)[-1].startswith("已发布，自 2026-03-02 起")
    assert len(heard(other)) == 2
    told = one.notifications.latest("pk")
    assert told.url == reverse("registry:policy_draft", args=[draft.pk])


def test_whoever_withdraws_is_named_and_the_drafter_hears_of_it(
    client, one, other, django_capture_on_commit_callbacks
):
    """What was sent back or confirmed before is not shown as what was decided last."""
    client.force_login(one)
    draft = edited(one)

    def steps() -> str:
        text = client.get(reverse("registry:policy_draft", args=[draft.pk])).text
        return text[text.index('id="steps"') : text.index('id="rules"')]

    drafts.propose(draft.pk, by=one, effective_on=TODAY, seen=draft.digest)
    drafts.reject(draft.pk, by=other, note="请说明依据。", seen=draft.digest)
    assert "<b>退回</b><br>请说明依据。" in steps()
    drafts.propose(draft.pk, by=one, effective_on=TODAY, seen=draft.digest)
    assert "<b>曾退回</b><br>请说明依据。" in steps()
    with django_capture_on_commit_callbacks(execute=True):
        drafts.withdraw(draft.pk, by=other, note="另行起草", seen=draft.digest)
    shown = steps()
    assert "<b>撤回</b><br>另行起草" in shown and f"{other}" in shown and "确认" not in shown
    assert heard(one) == ["已撤回"]


def test_where_the_bureau_has_nobody_else_the_one_above_hears(
    one, commission, django_capture_on_commit_callbacks
):
    commission.parent = AuthorityFactory()
    commission.save(update_fields=["parent"])
    boss = evaluator_of(commission.parent)
    with django_capture_on_commit_callbacks(execute=True):
        draft = edited(one)
        drafts.propose(draft.pk, by=one, effective_on=TODAY, seen=draft.digest)
    assert heard(boss) == ["提请发布，等另一人确认"]


IMPOSSIBLE = [
    ("CQ-25", "level", "village", "不在可用的选项中"),
    ("CQ-53", "at_least", "-3", "0"),
    ("CQ-53", "at_least", "二十", "整数"),
    ("CQ-66", "by", "2020-02-30", "日期"),
    ("CQ-66", "by", "20200-12-31", "日期"),
    ("CQ-57", "scope", "全球", "不在可用的选项中"),
    ("CQ-58", "asked", "随时", "不在可用的选项中"),
    ("CQ-84", "kinds", "licence", "不在可用的选项中"),
    ("CQ-18", "affiliations", "火星", "不在可用的选项中"),
]


def untouched(page) -> dict:
    """What the form of a rule would send back."""
    form = page.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in shown.items() if value not in (None, False)} | {
        "seen": page.context["draft"].digest
    }


@pytest.mark.parametrize(("provision", "name", "value", "words"), IMPOSSIBLE)
def test_an_impossible_parameter_is_refused_at_its_field(client, one, provision, name, value, words):
    client.force_login(one)
    draft = drafts.revise("chongqing-2018", by=one, note="缘由")
    page = reverse("registry:policy_draft_rule", args=[draft.pk, provision])
    sent = untouched(client.get(page))
    answer = client.post(page, sent | {f"param-{name}": value})
    assert answer.status_code == 422
    (told,) = answer.context["form"].errors[f"param-{name}"]
    assert words in told
    draft.refresh_from_db()
    assert draft.digest == sent["seen"]
    assert client.post(page, sent).status_code == 302
    draft.refresh_from_db()
    assert draft.digest == sent["seen"], "an untouched form changes nothing"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('level = "county"', 'level = "village"', "参数 level 没有 village 这一种，只能是 county、city、province"),
        ("by = 2018-12-31", "by = 5", "参数 by 应为日期"),
        ("by = 2018-12-31", "by = 2018-12-31T08:00:00", "参数 by 应为日期"),
        ("by = 2018-12-31", "by = 0018-12-31", "请核对年份"),
        ('"charter", "agreement"]', '"licence"]', "参数 kinds 没有 licence 这一种"),
        ('"charter", "agreement"]', '7]', "参数 kinds 应是一列文字"),
        ('kinds = ["村级医疗机构"]', "kinds = []", "参数 kinds 是空的"),
        ("at_least = 20", "at_least = -20", "参数 at_least 应在 0 到"),
    ],
)  # fmt: skip
def test_an_impossible_parameter_of_a_pack_is_told_at_its_line(one, old, new, message):
    source = PolicyDocument.objects.get(code="chongqing-2018").source
    assert old in source
    with pytest.raises(PackError, match=message):
        drafts.start(by=one, source=source.replace(old, new), text="", note="缘由")
    assert not PolicyDraft.objects.exists()


def test_dates_of_a_document_in_the_wrong_order_are_refused_at_the_field(client, one):
    client.force_login(one)
    draft = drafts.revise("chongqing-2018", by=one, note="缘由")
    page = reverse("registry:policy_draft_rule", args=[draft.pk, "document"])
    answer = client.post(page, untouched(client.get(page)) | {"plan_to": "2017-12-31"})
    assert answer.status_code == 422
    assert "早于规划期起（2018-01-01）" in answer.context["form"].errors["plan_to"][0]


def test_a_draft_that_changes_nothing_is_not_proposed(one):
    draft = drafts.revise("chongqing-2018", by=one, note="缘由")
    with pytest.raises(Refused, match="没有差别"):
        drafts.propose(draft.pk, by=one, effective_on=TODAY, seen=draft.digest)


def test_a_form_offers_each_meaning_once_in_the_words_of_the_document(client, one):
    """Whoever chooses kinds must not wonder what tells 医共体 from 县域医共体."""
    client.force_login(one)
    draft = drafts.revise("chongqing-2018", by=one, note="缘由")
    offered = {}
    for provision, name in (("CQ-66", "kinds"), ("CQ-57", "scope"), ("CQ-25", "level")):
        page = client.get(reverse("registry:policy_draft_rule", args=[draft.pk, provision]))
        offered[name] = dict(page.context["form"].fields[f"param-{name}"].choices)
    assert list(offered["kinds"]) == [
        "城市医疗集团",
        "县域医共体",
        "专科联盟",
        "远程医疗协作网",
        "城乡医联体",
    ]
    assert offered["scope"] == {"市内": "市内", "cross_province": "跨省市"}
    assert offered["level"] == {"county": "区县", "city": "市（州）", "province": "省"}
