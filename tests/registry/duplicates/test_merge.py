"""Two records of one institution become one, with all that points at them; and back (合并与撤销)."""

import datetime as dt
from threading import Barrier, Thread

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from registry import access
from registry.duplicates.merge import dismiss, merge, preview, reopen, undo
from registry.errors import Refused
from registry.models import DuplicatePair, Institution, InstitutionName, Lead, Membership, Merge
from tests.actors import filer_of, registry_admin_of
from tests.factories import (
    AuthorityFactory,
    ConsortiumFactory,
    CountyFactory,
    InstitutionFactory,
    LeadFactory,
    MembershipFactory,
)

pytestmark = pytest.mark.django_db
CODES = ("12500103450387120P", "91500103MA5U00014B")


def day(year):
    return dt.date(year, 1, 1)


@pytest.fixture
def county():
    return CountyFactory()


@pytest.fixture
def admin(county):
    return registry_admin_of(AuthorityFactory(division=county))


@pytest.fixture
def pair(county):
    kept = InstitutionFactory(division=county, name="渝中区人民医院", uscc=CODES[0], phone="")
    gone = InstitutionFactory(division=county, name="重庆市渝中区人民医院", uscc=CODES[1], phone="023-1")
    return kept, gone


def refreshed(row):
    row.refresh_from_db()
    return row


def test_facts_are_taken_as_chosen_and_blanks_are_filled(pair, admin):
    kept, gone = pair
    merge(kept=kept.pk, gone=gone.pk, chosen={"name": "gone"}, by=admin)
    refreshed(kept)
    assert (kept.name, kept.uscc, kept.phone) == ("重庆市渝中区人民医院", CODES[0], "023-1")
    assert kept.pinyin.startswith("cq") or kept.pinyin.startswith("zq")
    alias = kept.other_names.get()
    assert (alias.name, alias.kind) == ("渝中区人民医院", InstitutionName.Kind.ALIAS)


def test_the_code_of_the_merged_record_can_be_taken(pair, admin):
    kept, gone = pair
    merge(kept=kept.pk, gone=gone.pk, chosen={"uscc": "gone"}, by=admin)
    assert refreshed(kept).uscc == CODES[1]


def test_the_address_of_the_merged_record_leads_to_the_kept_one(pair, admin, client):
    kept, gone = pair
    merge(kept=kept.pk, gone=gone.pk, by=admin)
    client.force_login(admin)
    response = client.get(gone.get_absolute_url())
    assert (response.status_code, response["Location"]) == (302, kept.get_absolute_url())


def test_everything_that_pointed_at_it_is_shown_and_moved(pair, admin):
    kept, gone = pair
    membership, lead = MembershipFactory(institution=gone), LeadFactory(institution=gone)
    branch = InstitutionFactory(division=kept.division, main_institution=gone)
    filer = filer_of(gone)
    shown = {kind.label: len(kind.outcomes) for kind in preview(kept, gone).dependents}
    assert shown == {"成员单位": 1, "牵头单位": 1, "医疗卫生机构": 1, "任职": 1}
    merge(kept=kept.pk, gone=gone.pk, by=admin)
    assert [refreshed(membership).institution, refreshed(lead).institution] == [kept, kept]
    assert refreshed(branch).main_institution == kept
    access.forget(filer)
    assert access.institutions_of(filer, "edit_filing") == [kept.pk]


def test_every_reference_of_every_app_is_known():
    """A foreign key that the merge would forget would leave rows behind on the merged record."""
    from registry.divisions.effects import references
    from registry.duplicates.dependents import _OWN

    fields = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_fields
        if field.related_model is Institution
    }
    known = {(field.model._meta.label, field.name) for field in references(Institution)}
    assert fields - known == {("registry.ImportRow", "institution")}
    assert known >= _OWN


def test_both_members_of_one_consortium_become_one_membership_over_both_periods(pair, admin):
    kept, gone = pair
    consortium = ConsortiumFactory()
    one = MembershipFactory(consortium=consortium, institution=kept, during=(day(2018), day(2020)))
    MembershipFactory(consortium=consortium, institution=gone, during=(day(2019), None))
    merge(kept=kept.pk, gone=gone.pk, by=admin)
    row = Membership.objects.get(consortium=consortium)
    assert (row.pk, row.institution, row.during.lower, row.during.upper) == (one.pk, kept, day(2018), None)


def test_different_roles_at_once_are_refused_with_the_consortium(pair, admin):
    kept, gone = pair
    consortium = ConsortiumFactory()
    MembershipFactory(consortium=consortium, institution=kept)
    MembershipFactory(consortium=consortium, institution=gone, role="participant")
    with pytest.raises(Refused, match=f"{consortium.name}.*角色"):
        merge(kept=kept.pk, gone=gone.pk, by=admin)
    assert refreshed(gone).merged_into is None


@pytest.mark.parametrize("leads", ["kept", "gone"])
def test_a_lead_and_a_member_of_one_consortium_are_not_one(pair, admin, leads):
    kept, gone = pair
    consortium = ConsortiumFactory()
    LeadFactory(consortium=consortium, institution=kept if leads == "kept" else gone)
    MembershipFactory(consortium=consortium, institution=gone if leads == "kept" else kept)
    with pytest.raises(Refused, match="牵头"):
        merge(kept=kept.pk, gone=gone.pk, by=admin)


def test_a_branch_is_no_duplicate_of_its_main_institution(pair, admin):
    kept, gone = pair
    Institution.objects.filter(pk=kept.pk).update(main_institution=gone)
    with pytest.raises(Refused, match="分支机构"):
        merge(kept=kept.pk, gone=gone.pk, by=admin)


def test_a_record_that_is_merged_cannot_be_merged_again(pair, admin):
    kept, gone = pair
    merge(kept=kept.pk, gone=gone.pk, by=admin)
    with pytest.raises(Refused, match="已经并入"):
        merge(kept=gone.pk, gone=kept.pk, by=admin)


def test_whoever_manages_only_one_side_is_refused(pair, admin):
    other = InstitutionFactory(division=CountyFactory())
    with pytest.raises(access.Denied):
        merge(kept=pair[0].pk, gone=other.pk, by=admin)


# -- Undo -----------------------------------------------------------------------------------------------------
def test_undo_is_refused_where_a_later_change_stands_on_it(pair, admin):
    kept, gone = pair
    row = MembershipFactory(institution=gone)
    made = merge(kept=kept.pk, gone=gone.pk, chosen={"name": "gone"}, by=admin)
    kept = refreshed(kept)
    kept.name = "渝中医院"
    kept.save(update_fields=["name"])
    row.delete()
    with pytest.raises(Refused, match=r"成员单位（编号 \d+）已删除") as refusal:
        undo(made.pk, by=admin)
    assert "机构名称已改动" in str(refusal.value)
    assert refreshed(gone).merged_into == kept


def test_undo_is_refused_where_the_code_was_given_to_another(pair, admin):
    kept, gone = pair
    made = merge(kept=kept.pk, gone=gone.pk, by=admin)
    InstitutionFactory(division=kept.division, uscc=CODES[1])
    with pytest.raises(Refused, match="另行登记"):
        undo(made.pk, by=admin)
    assert refreshed(made).undone_at is None


def test_merges_are_taken_back_last_first(pair, admin):
    kept, gone = pair
    third = InstitutionFactory(division=kept.division)
    first = merge(kept=kept.pk, gone=gone.pk, by=admin)
    second = merge(kept=third.pk, gone=kept.pk, by=admin)
    with pytest.raises(Refused, match="请先撤销那一次"):
        undo(first.pk, by=admin)
    undo(second.pk, by=admin)
    undo(first.pk, by=admin)
    assert refreshed(gone).merged_into is None


def test_what_was_added_since_stays_with_the_kept_record(pair, admin):
    kept, gone = pair
    made = merge(kept=kept.pk, gone=gone.pk, by=admin)
    later = MembershipFactory(institution=kept)
    undo(made.pk, by=admin)
    assert refreshed(later).institution == kept


# -- Pairs ----------------------------------------------------------------------------------------------------
def test_a_dismissed_pair_is_remembered_and_can_be_reopened(pair, admin):
    row = DuplicatePair.objects.create(first=pair[0], second=pair[1], reason="name", score=95)
    dismiss(row.pk, note="两个院区", by=admin)
    assert (refreshed(row).state, row.note, row.decided_by) == ("dismissed", "两个院区", admin)
    with pytest.raises(Refused):
        dismiss(row.pk, by=admin)
    reopen(row.pk, by=admin)
    assert refreshed(row).state == "open"


def test_a_merge_settles_the_pair_and_its_undo_opens_it_again(pair, admin):
    row = DuplicatePair.objects.create(first=pair[0], second=pair[1], reason="name", score=95)
    made = merge(kept=pair[1].pk, gone=pair[0].pk, by=admin)
    assert refreshed(row).state == "merged"
    undo(made.pk, by=admin)
    assert refreshed(row).state == "open"


def test_the_pages_show_conflicts_and_keep_their_queries(pair, admin, client, django_assert_max_num_queries):
    kept, gone = pair
    consortium = ConsortiumFactory()
    LeadFactory(consortium=consortium, institution=kept)
    MembershipFactory(consortium=consortium, institution=gone)
    for _ in range(12):
        MembershipFactory(institution=gone)
    client.force_login(admin)
    with django_assert_max_num_queries(27):
        page = client.get(reverse("registry:merge_new", args=[kept.pk, gone.pk])).content.decode()
    assert "同期由保留的机构牵头" in page
    answer = client.post(reverse("registry:merge_new", args=[kept.pk, gone.pk]), {"name": "kept"})
    assert (answer.status_code, Merge.objects.count()) == (422, 0)


# -- Any merge, taken back, is no merge -----------------------------------------------------------------------
spans = st.tuples(st.integers(2010, 2018), st.integers(1, 5)).map(
    lambda pair: (day(pair[0]), day(pair[0] + pair[1]))
)


def picture() -> list:
    """Every stored row that a merge may touch, without what counts writes."""
    rows = []
    for model in (Institution, InstitutionName, Membership, Lead):
        names = [f.attname for f in model._meta.concrete_fields if f.editable and f.name != "version"]
        rows.append(sorted(map(repr, model.objects.order_by("pk").values_list(*names))))
    return rows


class TestMergeAndUndo(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(
        mine=st.lists(spans, max_size=2),
        theirs=st.lists(spans, max_size=2),
        chosen=st.fixed_dictionaries(
            {},
            optional={
                key: st.sampled_from(["kept", "gone"]) for key in ("name", "uscc", "beds", "level", "status")
            },
        ),
        shared_name=st.booleans(),
    )
    def test_are_identity(self, mine, theirs, chosen, shared_name):
        county = CountyFactory()
        admin = registry_admin_of(AuthorityFactory(division=county))
        kept = InstitutionFactory(division=county, uscc=CODES[0], beds=10)
        gone = InstitutionFactory(division=county, uscc=CODES[1], beds=None, level="3", grade="A")
        for one in (kept, gone) if shared_name else (gone,):
            InstitutionName.objects.create(institution=one, name="二院", kind="second")
        consortium = ConsortiumFactory()
        for institution, periods in ((kept, mine), (gone, theirs)):
            for start, end in periods:
                if not Membership.objects.filter(
                    consortium=consortium, institution=institution, during__overlap=(start, end)
                ).exists():
                    MembershipFactory(consortium=consortium, institution=institution, during=(start, end))
        MembershipFactory(institution=gone)
        before = picture()
        try:
            made = merge(kept=kept.pk, gone=gone.pk, chosen=chosen, by=admin)
        except Refused:
            assert picture() == before
            return
        assert not Membership.objects.filter(institution=gone).exists()
        undo(made.pk, by=admin)
        assert picture() == before


# -- Two at once ----------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_merges_of_one_pair_at_once_make_one(pair, admin):
    kept, gone = pair
    barrier, outcomes = Barrier(2), []

    def go(stays, goes):
        try:
            barrier.wait(10)
            merge(kept=stays.pk, gone=goes.pk, by=admin)
            outcomes.append("merged")
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=go, args=sides) for sides in ((kept, gone), (gone, kept))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["merged", "refused"]
    assert Institution.objects.filter(merged_into__isnull=False).count() == 1
