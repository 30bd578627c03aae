"""Waivers: recorded with their document, told by the verdict, taken back from a day on; deviations need an approver."""

import datetime as dt

import pytest
from django.urls import reverse

from evaluation import recheck
from evaluation.models import Finding
from registry import waivers
from registry.access import Denied
from registry.errors import Refused
from registry.models import AuditEntry, Consortium, Membership, Rule, Waiver
from tests.actors import evaluator_of, filer_of, leader_of
from tests.factories import (
    AuthorityFactory,
    ConsortiumFactory,
    CountyFactory,
    InstitutionFactory,
    LeadFactory,
    MembershipFactory,
    ProvinceFactory,
)
from tests.factories.filing import pdf

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 2)
GROUNDS = {
    "kind": "waiver", "reason": "区内只有一类机构", "document": "渝卫函〔2026〕1号", "approver": "王主任",
}  # fmt: skip


@pytest.fixture
def group(commission) -> Consortium:
    """A city group with members of one kind only: CQ-19 asks for two."""
    district = CountyFactory()
    group = ConsortiumFactory(name="甲医疗集团", division=district, kind="city_group")
    lead = LeadFactory(
        consortium=group, institution=InstitutionFactory(municipal_hospital=True, division=district)
    )
    MembershipFactory(
        consortium=group, institution=InstitutionFactory(community_centre=True, division=district)
    )
    assert lead.consortium_id == group.pk
    return group


def rule(provision="CQ-19") -> Rule:
    return Rule.objects.in_force().select_related("document").get(provision=provision)


def granted(official, group, provision="CQ-19", **more) -> Waiver:
    given = GROUNDS | {"upload": pdf("批复.pdf")} | more
    return waivers.grant(by=official, subject=group, rule=rule(provision), **given)


def verdict(group, provision="CQ-19") -> Finding:
    recheck.judge_now("consortium", [group.pk])
    return Finding.objects.standing().get(provision=provision, consortium=group)


def test_the_verdict_says_who_lifted_it_when_why_and_by_what(official, group):
    assert verdict(group).verdict == "FAIL"
    granted(official, group)
    found = verdict(group)
    assert found.verdict == "WAIVED"
    assert "王主任于 2026-03-02 豁免（区内只有一类机构）" in found.explanation
    assert found.evidence["豁免"]["批准文件"] == "渝卫函〔2026〕1号"


def test_a_change_of_waivers_is_judged_again_by_itself(official, group):
    verdict(group)
    waiver = granted(official, group)
    recheck.recheck()
    assert Finding.objects.standing().get(provision="CQ-19", consortium=group).verdict == "WAIVED"
    waivers.revoke(waiver.pk, by=official, reason="条件已具备")
    recheck.recheck()
    assert Finding.objects.standing().get(provision="CQ-19", consortium=group).verdict == "FAIL"


def test_a_lower_threshold_has_to_be_met(official, group):
    granted(official, group, replaced={"at_least": 1})
    assert verdict(group).verdict == "WAIVED"
    hospital = InstitutionFactory(municipal_hospital=True, division=group.division)
    Membership.objects.filter(consortium=group).update(institution=hospital)
    assert verdict(group).verdict == "FAIL"


@pytest.mark.parametrize("number", [2, 9, -1])
def test_a_number_that_is_no_easier_is_refused_at_its_field(client, official, group, number):
    client.force_login(official)
    with pytest.raises(Refused, match="至少：填的是"):
        granted(official, group, replaced={"at_least": number})
    address = reverse("registry:waiver_new") + f"?rule=CQ-19&subject={group.name}&id={group.pk}"
    sent = GROUNDS | {"replaced-at_least": number, "upload": pdf("批复.pdf")}
    answer = client.post(address, sent)
    assert answer.status_code == 422
    (told,) = answer.context["form"].errors["replaced-at_least"]
    assert "原为 2，放宽后应小于 2" in told
    assert not Waiver.objects.exists()


def test_of_a_limit_more_is_easier(official, group):
    asked = waivers.thresholds(rule("CQ-83"))["workdays"]
    assert asked.was == 15 and asked.refusal(20) == ""
    assert "应大于 15" in asked.refusal(15) and "应大于 15" in asked.refusal(10)


def test_it_holds_to_its_last_day_and_until_it_is_revoked(official, group, time_machine):
    waiver = granted(official, group, until=dt.date(2026, 3, 4))
    held = [day for day in range(1, 8) if Waiver.objects.holding_on(dt.date(2026, 3, day)).exists()]
    assert held == [2, 3, 4]
    time_machine.move_to("2026-03-03T02:00:00Z")
    waivers.revoke(waiver.pk, by=official, reason="条件已具备")
    held = [day for day in range(1, 8) if Waiver.objects.holding_on(dt.date(2026, 3, day)).exists()]
    assert held == [2], "what was judged while it held stays as it was judged"
    with pytest.raises(Refused, match="已于 2026-03-03 撤销"):
        waivers.revoke(waiver.pk, by=official, reason="再次")
    entry = AuditEntry.objects.filter(table_name="registry_waiver", action="UPDATE").latest("pk")
    assert entry.after["revoke_reason"] == "条件已具备"


def test_a_rule_is_lifted_by_its_own_level_and_deviated_from_lower_down(official, group):
    below = evaluator_of(AuthorityFactory(division=group.division))
    with pytest.raises(Refused, match="不能免去上级的要求"):
        granted(below, group)
    community = ConsortiumFactory(name="乙医共体", division=group.division, kind="county_community")
    waiver = granted(below, community, "CQ-32", kind="deviation", document="", upload=None)
    assert waiver.official == "王主任"
    with pytest.raises(Denied):
        granted(evaluator_of(AuthorityFactory(division=CountyFactory())), group)


@pytest.mark.parametrize(
    ("provision", "given", "refusal"),
    [
        ("CQ-19", {"kind": "deviation"}, "不能批准偏离"),
        ("CQ-19", {"reason": " "}, "请写明理由"),
        ("CQ-19", {"document": ""}, "批准文件的名称和文号"),
        ("CQ-19", {"upload": None}, "扫描件"),
        ("CQ-19", {"until": dt.date(2026, 3, 1)}, "已经过去"),
        ("CQ-07", {}, "不适用于城市医疗集团"),
        ("CQ-78", {}, "只作提示"),
        ("CQ-53", {}, "不适用于城市医疗集团"),
        ("WH-13", {}, "不适用于"),
    ],
)
def test_what_is_not_granted(official, group, provision, given, refusal):
    with pytest.raises(Refused, match=refusal):
        granted(official, group, provision, **given)
    assert not Waiver.objects.exists()


def test_nothing_is_granted_twice(official, group):
    waiver = granted(official, group)
    with pytest.raises(Refused, match="已有有效"):
        granted(official, group)
    waivers.revoke(waiver.pk, by=official, reason="改")
    with pytest.raises(Refused, match="请明天再批准"):
        granted(official, group)


def page(client, name: str, *args, **query) -> str:
    return client.get(reverse(f"registry:{name}", args=args), query).content.decode()


def test_from_the_finding_to_the_waiver_and_back(client, official, group, django_assert_max_num_queries):
    finding = verdict(group)
    client.force_login(official)
    asked = f"{reverse('registry:waiver_new')}?subject=甲医疗集团&amp;rule=CQ-19"
    told = client.get(reverse("evaluation:finding", args=[finding.pk])).content.decode()
    assert "登记豁免或偏离" in told
    address = asked.replace("&amp;", "&")
    assert client.post(address, GROUNDS).status_code == 422, "a waiver without its document"
    done = client.post(address, GROUNDS | {"upload": pdf("批复.pdf"), "until": "2026-12-31"})
    waiver = Waiver.objects.get()
    assert done.url == reverse("registry:waiver", args=[waiver.pk])
    assert "区内只有一类机构" in page(client, "waiver", waiver.pk)
    file = client.get(reverse("registry:waiver_file", args=[waiver.pk]))
    assert b"".join(file.streaming_content).startswith(b"%PDF")
    for number in range(20):
        Waiver.objects.create(
            provision="CQ-19", consortium=ConsortiumFactory(name=f"第 {number} 集团", division=group.division),
            reason="一", document="二", granted_by=official, granted_on=TODAY,
        )  # fmt: skip
    with django_assert_max_num_queries(12):
        listed = page(client, "waivers")
    assert "第 19 集团" in listed and reverse("registry:waiver", args=[waiver.pk]) in listed
    assert "第 19 集团" not in page(client, "waivers", q="甲医疗")
    client.post(reverse("registry:waiver_revoke", args=[waiver.pk]), {"reason": ""})
    assert Waiver.objects.get(pk=waiver.pk).revoked_on is None
    client.post(reverse("registry:waiver_revoke", args=[waiver.pk]), {"reason": "条件已具备"})
    assert "甲医疗集团" not in page(client, "waivers")
    assert "甲医疗集团" in page(client, "waivers", view="all")
    assert "条件已具备" in page(client, "waiver", waiver.pk)


def test_the_choice_of_consortium_and_rule_is_guided(client, official, group):
    ConsortiumFactory(name="甲专科联盟", division=group.division)
    ConsortiumFactory(
        name="甲外地集团", division=CountyFactory(parent=ProvinceFactory(code="340000", name="安徽省"))
    )
    client.force_login(official)
    several = page(client, "waiver_new", subject="甲", rule="cq-19")
    assert "甲专科联盟" in several and "甲外地集团" not in several
    assert "没有这个编号" in page(client, "waiver_new", subject="甲医疗", rule="CQ-999")
    assert "没有名称含这几个字" in page(client, "waiver_new", subject="外地", rule="CQ-19")
    assert "现行网格" in page(client, "waiver_new", subject="甲医疗", rule="CQ-07"), "the rule is about grids"
    form = page(client, "waiver_new", subject="甲医疗", rule="CQ-19")
    assert "放宽后的要求：至少" in form and "原为 2" in form


def test_who_sees_and_who_does(client, commission, official, group):
    waiver = granted(official, group)
    hospital = group.leads.get().institution
    for reader in (leader_of(commission), filer_of(hospital)):
        client.force_login(reader)
        assert "区内只有一类机构" in page(client, "waivers")
        assert "撤销</a>" not in page(client, "waiver", waiver.pk)
        assert client.get(reverse("registry:waiver_new")).status_code == 404
    client.force_login(filer_of(InstitutionFactory(division=CountyFactory())))
    assert client.get(reverse("registry:waiver", args=[waiver.pk])).status_code == 404


def test_conflicts_and_the_library_have_their_links(client, official):
    client.force_login(official)
    library = page(client, "policy_library")
    for name in ("waivers", "policy_conflicts", "policy_drafts"):
        assert reverse(f"registry:{name}") in library
    assert "没有冲突的规定" in page(client, "policy_conflicts")
