"""What reviewers have noted and not decided yet is no business of the hospital: waivers, deviations, first opinions."""

import pytest
import time_machine
from django.urls import reverse

from filing import limits, reviewing, transitions
from registry import access
from tests.factories import UserFactory
from tests.factories.filing import Case, settle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]
WORDS = {"note": "内部理由", "approver": "内部批准人", "document": "内部文号"}


@pytest.fixture
def case():
    """Received by a bureau that decides by two; one rule is not met."""
    with time_machine.travel("2020-10-13T10:00:00+08:00"):
        case = Case()
        case.members = case.members[:1]
        admin = UserFactory()
        access.grant(admin, "authority_admin", case.commission)
        settings = {"handling_workdays": None, "second_reviewer": True, "undo_workdays": 5}
        limits.save_settings(case.commission.pk, settings, by=admin)
        yield case.received()


def waive(case) -> None:
    reviewing.set_mark(case.filing.pk, "CQ-19", decision="waived", by=case.reviewer, **WORDS)


def pages(client, case, person) -> dict[str, str]:
    """All that the person can open of the case, by address."""
    client.force_login(person)
    detail = reverse("filing:detail", args=[case.filing.pk])
    views = [f"{detail}?show={show}" for show in ("form", "changes", "history")]
    views += [f"{detail}?beside={beside}" for beside in ("sheet", "checklist")]
    parts = [reverse(f"filing:{name}", args=[case.filing.pk, "A"]) for name in ("section", "aside")]
    found = {address: client.get(address) for address in (*views, *parts)}
    return {address: page.text for address, page in found.items() if page.status_code == 200}


def told(found: dict[str, str], words) -> set[tuple[str, str]]:
    return {(word, address) for address, text in found.items() for word in words if word in text}


def test_a_waiver_is_the_reviewers_until_it_is_registered(client, case):
    waive(case)
    assert {word for word, _ in told(pages(client, case, case.reviewer), WORDS.values())} == set(
        WORDS.values()
    )
    assert told(pages(client, case, case.filer), [*WORDS.values(), "已豁免"]) == set()


def test_after_a_return_and_another_submission_it_still_is(client, case):
    waive(case)
    transitions.send_back(case.filing.pk, note="请补充", by=case.reviewer)
    assert told(pages(client, case, case.filer), [*WORDS.values(), "已豁免"]) == set()
    transitions.submit(case.filing.pk, by=case.filer)
    assert "WAIVED" not in case.fresh().filing.sheet.tally
    assert told(pages(client, case, case.filer), [*WORDS.values(), "已豁免"]) == set()
    assert told(pages(client, case, case.reviewer), ["内部批准人"])


def test_a_refusal_leaves_no_waiver_that_was_never_given(client, case):
    waive(case)
    transitions.refuse(case.filing.pk, note="名称不符合规定", by=case.reviewer)
    assert told(pages(client, case, case.filer), WORDS.values()) == set()


def test_a_registered_waiver_is_told(client, case):
    waive(case)
    settle(case.filing, case.reviewer)
    reviewing.propose(case.filing.pk, note="拟同意备案", by=case.reviewer)
    second = UserFactory()
    access.grant(second, "reviewer", case.commission)
    transitions.register(case.filing.pk, by=second)
    assert told(pages(client, case, case.filer), ["内部批准人"])


def test_a_first_opinion_stays_in_the_bureau(client, case):
    waive(case)
    settle(case.filing, case.reviewer)
    reviewing.propose(case.filing.pk, note="拟同意备案", by=case.reviewer)
    assert told(pages(client, case, case.reviewer), ["拟同意备案"])
    assert told(pages(client, case, case.filer), ["拟同意备案", "初审"]) == set()


def test_a_waiver_can_be_taken_back_on_the_page(client, case):
    waive(case)
    page = pages(client, case, case.reviewer)[
        reverse("filing:detail", args=[case.filing.pk]) + "?beside=sheet"
    ]
    row = page.partition('id="check-CQ-19"')[2].partition("</li>")[0]
    assert "取消处理" in row and "内部理由" in row
