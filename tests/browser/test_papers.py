"""The five papers of a filing, printed by the browser and as Word: the Chinese text is in the PDF and in both the same."""

import datetime as dt
import re
import unicodedata
from io import BytesIO

import pytest
from django.utils import timezone
from docx import Document
from pypdf import PdfReader

from filing import reviewing, transitions
from tests.factories.filing import Case, settle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("law")]


def founded() -> dt.date:
    return timezone.localdate() - dt.timedelta(days=4)


@pytest.fixture
def registered():
    """Returned, answered, received and registered."""
    case = Case(founded_on=founded()).submitted()
    pk, by = case.filing.pk, case.reviewer
    remark = reviewing.add_remark(pk, section="A", field="name", text="请用第一名称。", by=by)
    transitions.send_back(pk, note="共一处。", by=by)
    reviewing.answer_remark(remark.pk, text="已改。", by=case.filer)
    transitions.submit(pk, by=case.filer)
    reviewing.resolve_remark(remark.pk, by=by)
    transitions.receive(pk, by=by)
    settle(case.fresh().filing, by)
    transitions.register(pk, by=by)
    return case.fresh()


@pytest.fixture
def refused(registered):
    case = Case("另一家测试医院", founded_on=founded()).submitted()
    transitions.refuse(case.filing.pk, note="章程没有生效。", by=case.reviewer)
    return case.fresh()


def tight(text: str) -> str:
    """Without white space, and with the signs that PDF fonts share with radicals (⽴) as the characters they stand for."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def printed(page, address: str) -> tuple[str, list[float]]:
    """The text of the PDF that the browser prints, and the size of its first page in millimetres."""
    page.goto(address)
    reader = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True)))
    size = [round(float(side) / 72 * 25.4) for side in reader.pages[0].mediabox[2:]]
    return tight("".join(one.extract_text() for one in reader.pages)), size


def word(page, address: str) -> str:
    response = page.request.get(address)
    assert response.ok
    document = Document(BytesIO(response.body()))
    nodes = document.element.body.iter()
    return tight("".join(node.text or "" for node in nodes if node.tag.endswith("}t")))


def test_the_five_papers_come_out_of_the_printer_with_their_text(page, sign_in, registered, refused):
    filing, event = registered.filing, registered.filing.events
    notice = f"/filings/{filing.pk}/notices"
    back, received = (event.get(action=action).pk for action in ("send_back", "receive"))
    refusal = f"/filings/{refused.filing.pk}/notices/{refused.filing.events.get(action='refuse').pk}/"
    papers = {
        f"/filings/{filing.pk}/form/": ("医联体备案表", filing.case_number, filing.name),
        f"{notice}/{received}/": ("受理通知书", "决定予以受理"),
        f"{notice}/{back}/": ("补正通知书", "请用第一名称。", "共一处。"),
        f"/filings/{filing.pk}/receipt/": ("备案回执", filing.registration_number, "查验码"),
        refusal: ("不予备案", "章程没有生效。"),
    }
    for address, words in papers.items():
        person = refused.filer if address == refusal else registered.filer
        sign_in(page, person)
        text, size = printed(page, address)
        assert size == [210, 297], address
        on_word = word(page, f"{address}word/")
        for expected in words:
            assert tight(expected) in text, (address, expected)
            assert tight(expected) in on_word, (address, expected)
        assert "退出" not in text, "the bar is not printed"
