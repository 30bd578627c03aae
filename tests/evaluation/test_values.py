"""Figures from Excel: the template reads back, and every fault stands at its cell."""

from decimal import Decimal

import openpyxl
import pytest

from evaluation import values, workbook
from evaluation.models import IndicatorValue
from registry.imports.cells import CellFault
from registry.imports.limits import FileRefused
from tests.actors import evaluator_of
from tests.factories.evaluation import (
    CampaignFactory,
    IndicatorFactory,
    IndicatorValueFactory,
    ParticipantFactory,
)

pytestmark = pytest.mark.django_db
HEADER = 2


@pytest.fixture
def campaign():
    campaign = CampaignFactory()
    IndicatorFactory(scheme=campaign.scheme, code="I001", position=1)
    IndicatorFactory(
        scheme=campaign.scheme,
        code="I003",
        position=2,
        formula="amount",
        unit="人日",
        numerator_label="派驻人日",
        target=Decimal(600),
        zero=Decimal(0),
    )
    for name in ("甲医联体", "乙医联体"):
        ParticipantFactory(campaign=campaign, consortium__name=name)
    return campaign


@pytest.fixture
def book(campaign, tmp_path):
    """The template of the campaign, to be filled in by a test; rows are 乙 I001, 乙 I003, 甲 I001, 甲 I003."""
    path = tmp_path / "values.xlsx"
    path.write_bytes(workbook.collection_workbook(campaign))
    return path


def fill(path, cells):
    workbook_ = openpyxl.load_workbook(path)
    sheet = workbook_["指标值"]
    for address, value in cells.items():
        sheet[address] = value
    workbook_.save(path)
    return path


def faults(reading):
    return [(issue.cell, issue.rule) for issue in reading.issues]


def test_template_has_a_row_for_each_consortium_and_indicator(book):
    sheet = openpyxl.load_workbook(book)["指标值"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEADER + 1)]
    assert [(row[0], row[1]) for row in rows] == sorted(
        (name, code) for name in ("乙医联体", "甲医联体") for code in ("I001", "I003")
    )
    assert rows[1][5] == "不填"


def test_filled_template_is_taken_and_blanks_are_left_alone(campaign, book):
    reading = values.read(fill(book, {"E3": 650, "G3": 1000, "E4": "1,260"}), campaign)
    assert reading.clean
    assert [(one.numerator, one.denominator) for one in reading.entries] == [(650, 1000), (1260, None)]
    assert reading.blank == 2


def test_template_holds_what_was_reported_and_reads_back_unchanged(campaign, tmp_path):
    one = campaign.participants.first()
    indicator = campaign.scheme.indicators.get(code="I001")
    IndicatorValueFactory(
        participant=one, indicator=indicator, numerator=Decimal("12.5"), data_source="统计年报"
    )
    path = tmp_path / "again.xlsx"
    path.write_bytes(workbook.collection_workbook(campaign))
    reading = values.read(path, campaign)
    applied = values.apply(campaign.pk, reading.entries, by=evaluator_of(campaign.authority))
    assert (applied.created, applied.updated, applied.unchanged) == (0, 0, 1)


@pytest.mark.parametrize(
    ("cells", "cell", "rule"),
    [
        ({"E3": 1200, "G3": 1000}, "E3", "part-exceeds-whole"),
        ({"E3": "65%", "G3": 1000}, "E3", "rate-instead-of-figure"),
        ({"E3": "六百", "G3": 1000}, "E3", "not-a-figure"),
        ({"E3": -1, "G3": 1000}, "E3", "figure-range"),
        ({"E3": "1.23456", "G3": 1000}, "E3", "too-precise"),
        ({"E3": 0, "G3": 0}, "G3", "zero-denominator"),
        ({"E3": 650}, "G3", "missing-figure"),
        ({"G3": 1000}, "E3", "missing-figure"),
        ({"A4": "丙医联体", "E4": 5}, "A4", "unknown-participant"),
        ({"B4": "I999", "E4": 5}, "B4", "unknown-indicator"),
        ({"E4": 5, "A5": "乙医联体", "B5": "I003", "E5": 6}, "B5", "duplicate-row"),
    ],
)
def test_a_fault_stands_at_its_cell(campaign, book, cells, cell, rule):
    reading = values.read(fill(book, cells), campaign)
    assert not reading.clean
    assert (cell, rule) in faults(reading)


def test_all_faults_are_shown_at_once(campaign, book):
    reading = values.read(fill(book, {"E3": "甲", "G3": "乙", "E4": -5}), campaign)
    assert faults(reading) == [("E3", "not-a-figure"), ("G3", "not-a-figure"), ("E4", "figure-range")]


def test_a_file_with_one_fault_writes_nothing(client, campaign, book):
    client.force_login(evaluator_of(campaign.authority))
    fill(book, {"E3": 650, "G3": 1000, "E4": "很多"})
    with book.open("rb") as file:
        page = client.post(f"/evaluation/campaigns/{campaign.pk}/values/", {"file": file})
    assert not IndicatorValue.objects.exists()
    assert "E4" in page.content.decode()
    assert "“很多”不是数。" in page.content.decode()


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"<html>", b""])
def test_what_is_no_workbook_is_refused(campaign, tmp_path, content):
    path = tmp_path / "values.xlsx"
    path.write_bytes(content)
    with pytest.raises(FileRefused):
        values.read(path, campaign)


def test_an_untouched_template_is_refused_because_nothing_is_filled_in(campaign, book):
    with pytest.raises(FileRefused, match="没有填写任何指标值"):
        values.read(book, campaign)


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("１，２３４．５", "1234.5"),
        (" 18 200 ", "18200"),
        (0.1 + 0.2, "0.3"),
        (0, "0"),
        ("", None),
        (None, None),
    ],
)
def test_figures_are_read_as_people_write_them(raw, number):
    assert values.figure(raw) == (None if number is None else Decimal(number))


@pytest.mark.parametrize("raw", [True, "约500", float("nan"), 1e20])
def test_what_is_no_figure_is_never_guessed(raw):
    with pytest.raises(CellFault):
        values.figure(raw)
