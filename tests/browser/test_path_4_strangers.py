"""Step 4: for a district and for another hospital the filing does not exist."""

import datetime as dt

import pytest
import time_machine
from playwright.sync_api import expect

from tests.browser.people import LEAD, SECOND, filer, reviewer, submitted

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("rosters"),
    pytest.mark.complaints("404"),
]
STRANGERS = {"reviewer of a district": lambda: reviewer("500103"), "another hospital": lambda: filer(SECOND)}


@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS)
def test_a_stranger_finds_nothing(page, sign_in, assert_accessible, stranger):
    with time_machine.travel("2020-10-13T10:00:00+08:00"):
        filing = submitted(founded_on=dt.date(2020, 9, 18))
        sign_in(page, stranger())
        page.goto("/")
        expect(page.locator("main")).not_to_contain_text(LEAD)
        material = filing.materials.first().pk
        for address in ("", "sections/A/", "form/", "receipt/"):
            assert page.goto(f"/filings/{filing.pk}/{address}").status == 404, address
        assert page.goto(f"/filings/materials/{material}/").status == 404
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator("body")).not_to_contain_text(LEAD)
        assert_accessible(page)
