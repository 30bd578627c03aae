"""Laying a document out: its own words unchanged, every provision marked where it stands."""

import pytest

from registry.policy import reading
from tests.registry.policy.shipped import PACKS

TEXT = """您当前的位置: 首页>规划

一、规划目标

统筹资源,建成体系。

二、组织实施

(一)医疗集团。牵头单位应当为市级医院;成员单位至少2类。各级落实政

府办医责任,不交叉、重叠。
"""
QUOTES = [
    ("R-1", "牵头单位应当为市级医院"),
    ("R-2", "成员单位至少2类"),
    ("R-3", "落实政府办医责任"),
    ("R-4", "没有这句话"),
]


def marked(laid_out):
    """Text of every quoted stretch by the provision that ends it."""
    found, open_ = {}, ""
    for section in laid_out.sections:
        for block in section.blocks:
            for piece in block.pieces:
                open_ = open_ + piece.text if piece.quoted else ""
                for name in piece.marks:
                    found[name] = open_
                    open_ = ""
    return found


def test_each_quote_is_marked_where_it_stands():
    assert marked(reading.read(TEXT, QUOTES)) == dict(QUOTES[:3])


def test_what_is_not_in_the_text_is_said_to_be_missing():
    assert reading.read(TEXT, QUOTES).unplaced == ["R-4"]


def test_the_table_of_contents_counts_provisions():
    entries = [(entry.title, entry.level, entry.number) for entry in reading.read(TEXT, QUOTES).contents]
    assert entries == [("一、规划目标", 1, 0), ("二、组织实施", 1, 3), ("(一)医疗集团", 2, 3)]


def test_lines_of_the_web_page_are_left_out_and_cut_paragraphs_joined():
    blocks = [block.text for section in reading.read(TEXT, []).sections for block in section.blocks]
    assert blocks[0] == "一、规划目标"
    assert any("落实政府办医责任" in text for text in blocks)


def test_the_foot_of_the_web_page_is_no_part_of_the_document():
    (pack,) = (pack for pack in PACKS if pack.id == "zhejiang-2020")
    laid_out = reading.read(pack.text, ())
    blocks = [block.text for section in laid_out.sections for block in section.blocks]
    assert "整合共享,推进资源上下贯通" in "".join(blocks[-3:])
    assert "宁波政策" not in "".join(blocks)


@pytest.mark.parametrize("pack", [pack for pack in PACKS if pack.text], ids=lambda pack: pack.id)
def test_every_provision_of_every_document_finds_its_words(pack):
    laid_out = reading.read(pack.text, ((rule.id, rule.quote) for rule in pack.rules))
    assert laid_out.unplaced == []
    placed = [name for section in laid_out.sections for name in section.provisions]
    assert sorted(placed) == sorted(rule.id for rule in pack.rules)
