"""From what a spreadsheet holds to what a person meant, and never further."""

import datetime as dt

import pytest

from registry.imports import cells


@pytest.mark.parametrize(
    "raw, meant",
    [
        ("  重庆市人民医院 ", "重庆市人民医院"),
        ("重庆市　人民\u00a0医院", "重庆市人民医院"),
        ("重庆市\n人民医院", "重庆市人民医院"),
        ("重庆市\u200b人民\u202e医院\ufeff", "重庆市人民医院"),
        ("'重庆市人民医院", "重庆市人民医院"),
        ("重庆市第９人民医院Ａ区", "重庆市第9人民医院A区"),
        ("重庆市人民医院（南院）", "重庆市人民医院（南院）"),
        ("St.  Mary Hospital", "St. Mary Hospital"),
        ("甲医院\x07", "甲医院"),
        ("甲_x000D_医院", "甲医院"),
        ("😀医院", "😀医院"),
    ],
)
def test_text(raw, meant):
    value, repaired = cells.text(raw)
    assert value == meant
    assert repaired is (raw != meant)


def test_long_names_are_kept_whole():
    assert cells.text("医" * 300) == ("医" * 300, False)


@pytest.mark.parametrize(
    "raw, meant, repaired",
    [
        ("12500103MB1A2B3CX6", "12500103MB1A2B3CX6", False),
        ("12500103mb1a2b3cx6", "12500103MB1A2B3CX6", True),
        (" 12500103 MB1A2B3CX6", "12500103MB1A2B3CX6", True),
        ("'12500103MB1A2B3CX6", "12500103MB1A2B3CX6", True),
        ("１２５００１０３ＭＢ１Ａ２Ｂ３ＣＸ６", "12500103MB1A2B3CX6", True),
        ("12500103\u200bMB1A2B3CX6", "12500103MB1A2B3CX6", True),
        ("500103.0", "500103", True),
        (500103.0, "500103", False),
        (500103, "500103", False),
        ("—", "", False),
        ("", "", False),
        (None, "", False),
    ],
)
def test_code(raw, meant, repaired):
    assert cells.code(raw) == (meant, repaired)


@pytest.mark.parametrize("raw", [1.25001e17, 125001034500011150, "1.25001E+17", "1.25001e17"])
def test_lost_digits_are_said_never_guessed(raw):
    with pytest.raises(cells.CellFault) as caught:
        cells.code(raw)
    assert caught.value.rule == "digits-lost"


@pytest.mark.parametrize("raw", [True, 1.5, dt.date(2020, 1, 1)])
def test_what_is_no_code(raw):
    with pytest.raises(cells.CellFault) as caught:
        cells.code(raw)
    assert caught.value.rule == "not-a-code"


@pytest.mark.parametrize(
    "raw, meant",
    [("1,200", 1200), ("１，２００", 1200), (1200.0, 1200), ("80张", 80), ("", None), ("—", None), (0, 0)],
)
def test_whole_number(raw, meant):
    assert cells.whole_number(raw)[0] == meant


@pytest.mark.parametrize("raw", ["约80", "12,34", 1.5, -3, "3e5", True, dt.date(2020, 1, 1), "80-100"])
def test_not_a_number(raw):
    with pytest.raises(cells.CellFault):
        cells.whole_number(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "2019-06-25",
        "2019/6/25",
        "2019.6.25",
        "2019年6月25日",
        "20190625",
        "2019-06-25 00:00:00",
        "２０１９-06-25",
        " 2019-6-25 ",
        dt.date(2019, 6, 25),
        dt.datetime(2019, 6, 25, 8),
        43641,
        43641.0,
        "43641",
        20190625.0,
    ],
)
def test_date(raw):
    assert cells.date(raw)[0] == dt.date(2019, 6, 25)


def test_serial_of_the_1904_epoch():
    assert cells.date(42179, date1904=True)[0] == dt.date(2019, 6, 25)


@pytest.mark.parametrize(
    "raw",
    [
        "2019-02-30",
        "2019年6月",
        2019,
        2019.0,
        "2019",
        201906,
        "6/25/2019",
        "去年",
        0,
        99_999_999,
        "1019-01-01",
        True,
    ],
)
def test_not_a_date(raw):
    with pytest.raises(cells.CellFault):
        cells.date(raw)


@pytest.mark.parametrize(
    "raw, meant",
    [("是", True), ("否", False), ("√", True), (True, True), (1, True), (0, False), ("", None), ("Ｙ", True)],
)
def test_yes_no(raw, meant):
    assert cells.yes_no(raw)[0] is meant


def test_names():
    assert cells.names("甲医院；乙 医院;甲医院\n丙医院；") == (["甲医院", "乙医院", "丙医院"], True)
    assert cells.names("无") == ([], False)


@pytest.mark.parametrize(
    "one, other",
    [
        ("重庆市（第一）医院", "重庆市(第一)医院"),
        ("Ａ医院", "a医院"),
        ("甲·乙医院", "甲乙医院"),
        ("甲 医院", "甲医院"),
    ],
)
def test_match_key(one, other):
    assert cells.match_key(one) == cells.match_key(other)
