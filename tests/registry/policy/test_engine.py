"""Which rules bind, how they stand to each other, and properties that hold for every rule."""

from collections import Counter
from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filing.facts import FilingFacts
from registry.checks.common import names
from registry.facts import (
    ConsortiumFacts,
    GroupFacts,
    InstitutionFacts,
    LeadFacts,
    MemberFacts,
    NotRead,
    number_of,
)
from registry.facts.alike import TraitFacts
from registry.facts.codec import decode, encode, spell
from registry.policy.book import PLAN_ENDED, UNDATED, RuleBook
from registry.policy.engine import judge, judge_one
from registry.policy.pack import PackSpec, RuleSpec, canonical
from registry.policy.vocabulary import CONSORTIUM_KINDS
from tests.registry.policy.shipped import PACKS

BOOK = RuleBook(PACKS)
DAY = date(2019, 6, 3)


def _pack(name: str, jurisdiction: str, *rules: RuleSpec, **more) -> PackSpec:
    rules = tuple(replace(rule, pack=name) for rule in rules)
    facts = {"status": "formal", "effective_from": date(2018, 1, 1)} | more
    return PackSpec(name, name, name, "某机关", jurisdiction, rules=rules, **facts)


def _at_most(provision: str, number: int, **more) -> RuleSpec:
    facts = {"modality": "应当", "topic": "size"} | more
    return RuleSpec(
        id=provision, pack="", clause="一", quote="引文", handling="check", subject="consortium",
        applies_to="医联体", check="members_at_most", params={"at_most": number}, **facts,
    )  # fmt: skip


GROUP = ConsortiumFacts(
    kind="city_group", ancestry=("990000", "990100"), members=(MemberFacts(InstitutionFacts(name="甲")),) * 5
)


def _verdicts(book: RuleBook, facts=GROUP, day=DAY) -> dict[str, str]:
    return {j.rule.id: str(j.verdict.outcome) for j in judge([facts], book, day)}


def test_the_packs_of_the_place_and_of_all_above_it_bind():
    province, city = _pack("p", "990000", _at_most("P-1", 9)), _pack("c", "990100", _at_most("C-1", 3))
    other, nation = _pack("o", "980000", _at_most("O-1", 1)), _pack("n", "000000", _at_most("N-1", 9))
    found = _verdicts(RuleBook([city, other, province, nation]))
    assert found == {"N-1": "PASS", "P-1": "PASS", "C-1": "FAIL"}
    assert list(found) == ["N-1", "P-1", "C-1"]


def test_a_pack_binds_from_its_day_until_it_is_repealed():
    pack = _pack("p", "990000", _at_most("P-1", 9), effective_from=DAY, effective_to=date(2020, 1, 1))
    days = [date(2019, 6, 2), DAY, date(2019, 12, 31), date(2020, 1, 1)]
    assert [len(RuleBook([pack]).rules_for(("990000",), day)) for day in days] == [0, 1, 1, 0]


def test_an_ended_plan_still_judges_and_says_so():
    rules = BOOK.rules_for(("500000",), date(2026, 11, 20))
    assert len(rules) == 94
    assert all(PLAN_ENDED in rule.remarks for rule in rules)
    assert not any(rule.remarks for rule in BOOK.rules_for(("500000",), DAY))


def test_an_undated_pack_applies_but_never_decides_lateness():
    filing = next(rule for pack in PACKS for rule in pack.rules if rule.id == "CQ-83")
    undated = _pack("p", "990000", filing, effective_from=None)
    rule = RuleBook([undated]).rules_for(("990000",), DAY)[0]
    assert rule.remarks == (UNDATED,)
    verdict = next(judge_one(FilingFacts(founded_on=DAY), [rule], DAY)).verdict
    assert verdict.missing == ("文件施行日期",)


def test_a_lower_rule_adds_unless_it_says_that_it_replaces():
    province = _pack("p", "990000", _at_most("P-1", 3))
    adding = _pack("c", "990100", _at_most("C-1", 9, adds=("P-1",)))
    replacing = _pack("c", "990100", _at_most("C-1", 9, replaces=("P-1",)))
    assert _verdicts(RuleBook([province, adding])) == {"P-1": "FAIL", "C-1": "PASS"}
    assert _verdicts(RuleBook([province, replacing])) == {"C-1": "PASS"}


def test_a_replaced_rule_still_binds_elsewhere():
    province = _pack("p", "990000", _at_most("P-1", 3))
    replacing = _pack("c", "990100", _at_most("C-1", 9, replaces=("P-1",)))
    assert _verdicts(RuleBook([province, replacing]), replace(GROUP, ancestry=("990000", "990200"))) == {
        "P-1": "FAIL"
    }


def test_an_exempting_rule_makes_another_not_applicable_where_it_touches():
    exempting = _at_most("C-1", 9, modality="可以", exempts=("P-1",))
    book = RuleBook([_pack("p", "990000", _at_most("P-1", 3)), _pack("c", "990100", exempting)])
    assert _verdicts(book)["P-1"] == "NA"
    large = replace(GROUP, members=GROUP.members * 2)
    assert _verdicts(book, large)["P-1"] == "NA"  # 可以 unmet is INFO: still touched


def test_the_weight_of_the_wording_decides_what_an_unmet_condition_is():
    outcomes = {}
    for modality in ("应当", "不得", "目标", "原则上", "鼓励", "可以"):
        pack = _pack("p", "990000", _at_most("P-1", 3, modality=modality))
        outcomes[modality] = _verdicts(RuleBook([pack]))["P-1"]
    assert outcomes == {
        "应当": "FAIL", "不得": "FAIL", "目标": "FAIL", "原则上": "DEVIATION", "鼓励": "INFO", "可以": "INFO"
    }  # fmt: skip


def test_two_documents_that_disagree_on_a_topic_are_reported_and_related_ones_not():
    province = _pack("p", "990000", _at_most("P-1", 3))

    def conflicts(rule):
        return RuleBook([province, _pack("c", "990100", rule)]).conflicts(("990000", "990100"), DAY)

    (conflict,) = conflicts(_at_most("C-1", 9))
    assert [rule.id for rule in conflict.rules] == ["P-1", "C-1"]
    assert conflicts(_at_most("C-1", 9, adds=("P-1",))) == []
    assert conflicts(_at_most("C-1", 3)) == []


def test_the_published_packs_do_not_contradict_each_other():
    for place in (("500000",), ("330000",), ("340000", "341100"), ("340000", "340200"), ("530000",)):
        assert BOOK.conflicts(place, date(2026, 11, 20)) == []


CLASSES = ["", "A100", "A210", "A527", "A710", "B100", "B200", "C220", "D600", "G100", "J100"]
institutions = st.builds(
    InstitutionFacts,
    id=st.integers(1, 10**6),
    name=st.text("甲乙丙丁", min_size=1, max_size=3),
    class_code=st.sampled_from(CLASSES),
    level=st.sampled_from(["", "1", "2", "3"]),
    affiliation=st.sampled_from(["", "province", "city", "county", "township", "none"]),
    ownership=st.sampled_from(["", "public", "private"]),
    county=st.sampled_from(["", "500103", "500101"]),
    province=st.sampled_from(["", "500000", "510000"]),
)
members = st.builds(
    MemberFacts,
    institutions,
    role=st.sampled_from(["member", "participant"]),
    remote_enabled_on=st.sampled_from([None, date(2018, 1, 1), date(2022, 1, 1)]),
)
consortia = st.builds(
    ConsortiumFacts,
    name=st.text("甲乙", max_size=3),
    kind=st.sampled_from(sorted(CONSORTIUM_KINDS.values())),
    scope=st.sampled_from(["", "in_city", "cross_province"]),
    county=st.just("500103"),
    lead=st.builds(LeadFacts, st.one_of(st.none(), institutions)),
    members=st.lists(members, max_size=6).map(tuple),
    roster=st.sampled_from([None, {"community_health": 3, "township_health": 0}]),
)
ALL_RULES = [rule for pack in PACKS for rule in BOOK.rules_for((pack.jurisdiction,), date(2026, 1, 1))]


def _all_verdicts(facts) -> dict:
    return {j.rule.id: j.verdict for j in judge_one(facts, ALL_RULES, date(2022, 6, 1))}


@settings(max_examples=30)
@given(facts=consortia, order=st.randoms())
def test_the_order_of_members_never_matters(facts, order):
    shuffled = list(facts.members)
    order.shuffle(shuffled)
    assert _all_verdicts(replace(facts, members=tuple(shuffled))) == _all_verdicts(facts)


@settings(max_examples=30)
@given(facts=consortia, outsider=institutions)
def test_an_institution_that_only_takes_part_changes_no_verdict(facts, outsider):
    joined = replace(facts, members=(*facts.members, MemberFacts(outsider, role="participant")))
    before, after = _all_verdicts(facts), _all_verdicts(joined)
    changed = {rule for rule in before if before[rule].outcome != after[rule].outcome}
    assert changed <= {"CZ-25"}  # the one provision that asks who takes part


def in_groups(facts: ConsortiumFacts) -> ConsortiumFacts:
    """The same consortium with its members counted in groups of those alike."""
    counted = Counter(
        (
            TraitFacts(**{field.name: getattr(m.institution, field.name) for field in fields(TraitFacts)}),
            m.role,
            m.remote_enabled_on,
        )
        for m in facts.members
    )
    groups = tuple(GroupFacts(common, number, role, on) for (common, role, on), number in counted.items())
    return replace(facts, members=(), grouped=groups, unread=("members",))


@settings(max_examples=60)
@given(facts=consortia)
def test_members_in_groups_give_the_same_verdict_or_none(facts):
    grouped, whole = in_groups(facts), _all_verdicts(facts)
    given_in_groups = 0
    for rule in ALL_RULES:
        try:
            found = list(judge_one(grouped, [rule], date(2022, 6, 1)))
        except NotRead as asked:
            assert asked.part == "members"
            continue
        given_in_groups += len(found)
        assert {one.rule.id: one.verdict for one in found} == {
            one.rule.id: one.verdict for one in judge_one(facts, [rule], date(2022, 6, 1))
        }
    assert given_in_groups > len(whole) / 2, "or reading them would be of no use"


def test_a_name_is_not_read_from_a_group():
    facts = replace(
        GROUP, members=(), grouped=(GroupFacts(TraitFacts(class_code="B100"), 5),), unread=("members",)
    )
    assert number_of(facts.alike) == 5
    for ask in (lambda: names(facts.alike), lambda: facts.counted, lambda: len(facts.members)):
        with pytest.raises(NotRead, match="members"):
            ask()


@settings(max_examples=30)
@given(facts=consortia)
def test_facts_come_back_from_their_record(facts):
    assert decode(ConsortiumFacts, encode(facts)) == facts
    grouped = replace(in_groups(facts), unread=("members", "roster"))
    assert decode(ConsortiumFacts, encode(grouped)) == grouped
    assert spell(grouped) == canonical(encode(grouped))


@settings(max_examples=30)
@given(facts=consortia)
def test_every_verdict_explains_itself(facts):
    for verdict in _all_verdicts(facts).values():
        assert verdict.explanation
        assert bool(verdict.missing) == (verdict.outcome == "INSUFFICIENT")
