"""Every stored verdict comes out again from its receipt; what does not is named."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from evaluation import recheck
from evaluation.models import Finding
from evaluation.receipts import Rechecked
from evaluation.receipts import recheck as recheck_receipts
from registry.models import FactSheet, PolicyDocument
from tests.evaluation.nation import Nation

pytestmark = pytest.mark.django_db


def command(**options) -> str:
    out = StringIO()
    call_command("recheck_receipts", stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize("seed", [11, 12])
def test_every_verdict_ever_given_comes_out_again(documents, seed):
    """Property: standing and closed verdicts alike, over random changes and all published packs."""
    nation = Nation(seed)
    recheck.recheck()
    for _ in range(15):
        nation.change()
        recheck.recheck()
    result = Rechecked()
    differences = list(recheck_receipts(Finding.objects.select_related("facts").order_by("pk"), result))
    assert [(one.finding.provision, one.reason) for one in differences] == []
    assert result.total == Finding.objects.count() > 50


@pytest.fixture
def judged(law, good, bad):
    recheck.resolve_changes()
    while recheck.recheck_next():
        pass


def test_the_command_says_that_all_agree(judged):
    assert "重算 4 项判定，一致 4 项，不一致 0 项" in command()


def test_a_verdict_that_was_tampered_with_is_named(judged, bad):
    Finding.objects.filter(provision="T-01", verdict="FAIL").update(verdict="PASS")
    with pytest.raises(CommandError, match="不能按凭据重现"):
        command()
    (difference,) = recheck_receipts(Finding.objects.select_related("facts").order_by("pk"), Rechecked())
    assert (difference.finding.subject_name, difference.reason) == (
        bad.name,
        "判定不同：存 符合，算得 不符合",
    )


def test_facts_that_were_tampered_with_are_named(judged):
    for sheet in FactSheet.objects.all():
        sheet.body["name"] = "改过"
        sheet.save(update_fields=["body"])
    result = Rechecked()
    list(recheck_receipts(Finding.objects.select_related("facts").order_by("pk"), result))
    assert result.reasons == {"事实与摘要不符": 4}


def test_a_receipt_that_cannot_be_read_does_not_keep_the_others_unread(judged, good):
    sheet = Finding.objects.filter(consortium=good).first().facts
    sheet.body = {"lead": "甲", "grouped": "垃圾"}
    sheet.save(update_fields=["body"])
    result = Rechecked()
    list(recheck_receipts(Finding.objects.select_related("facts").order_by("pk"), result))
    assert (result.total, result.reasons) == (4, {"凭据读不出来": 2})


def test_a_later_change_of_the_document_changes_no_receipt(judged):
    PolicyDocument.objects.update(effective_from=None)
    assert "不一致 0 项" in command(standing=True)


def test_an_unknown_place_is_refused(judged):
    for nowhere in ("999999", ""):
        with pytest.raises(CommandError, match=f"没有代码为 {nowhere}"):
            command(division=nowhere)
