"""A document as one reads it (政策原文的排版): headings, paragraphs, and each provision's words found in them.

Pure: stored text and quotes in, blocks and marks out. The words themselves are never changed; only line breaks, the
marks of the stored format and the navigation lines of the web page that it came from are left out.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_FIRST = re.compile(r"^[一二三四五六七八九十]+、")
_SECOND = re.compile(r"^[（(][一二三四五六七八九十]+[）)]")
_NOISE = re.compile(
    r"^(您当前的位置|当前位置|发布时间|【字体|扫一扫|朗读$|【|\d{4}-\d{2}-\d{2} .{0,20}收藏|信息来源"
    r"|详细咨询[:：]|版权保护[:：]|关注微信公众号|打开微信扫一扫|站点关键词|•)"
)
_ENDS = '。：；:;！？!?”"』」）)，,、'
HEADING_LENGTH = 30
TITLE_LENGTH = 14


@dataclass(frozen=True)
class Piece:
    """A stretch of a paragraph; `marks` names the provisions whose quote ends here, `quoted` that it is one."""

    text: str
    quoted: bool = False
    marks: tuple[str, ...] = ()


@dataclass
class Block:
    """A heading (level 1 or 2) or a paragraph (level 0)."""

    text: str
    level: int = 0
    anchor: str = ""
    provisions: list[str] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)


@dataclass
class Section:
    """Headings and paragraphs up to one that holds provisions, with these provisions beside it."""

    blocks: list[Block]

    @property
    def provisions(self) -> list[str]:
        return [name for block in self.blocks for name in block.provisions]


@dataclass(frozen=True)
class Entry:
    """A line of the table of contents."""

    title: str
    level: int
    anchor: str
    number: int


@dataclass(frozen=True)
class Reading:
    """The laid-out document; `unplaced` are provisions whose words are not in the stored text."""

    sections: list[Section]
    contents: list[Entry]
    unplaced: list[str]


def read(text: str, quotes: Iterable[tuple[str, str]]) -> Reading:
    """Lay a text out; `quotes` are (provision, quote) in the order of the text."""
    blocks = _blocks(text)
    unplaced = _place(blocks, quotes)
    return Reading(_sections(blocks), _contents(blocks), unplaced)


# -- Blocks -------------------------------------------------------------------------------------------------
def _blocks(text: str) -> list[Block]:
    blocks: list[Block] = []
    for line in text.splitlines():
        line = " ".join(line.replace("**", "").split())
        marked = len(line) - len(line.lstrip("#"))
        line = line.lstrip("# ").strip()
        if not line or line.strip("-") == "" or _NOISE.match(line):
            continue
        level = _level(line, marked)
        if level == 0 and blocks and blocks[-1].level == 0 and _continues(blocks[-1].text, line):
            blocks[-1].text += line
        else:
            blocks.append(Block(line, level))
    for number, block in enumerate(blocks):
        block.anchor = f"b{number}"
    return blocks


def _level(line: str, marked: int) -> int:
    if "。" in line or len(line) > HEADING_LENGTH:
        return 0
    if _FIRST.match(line) or (marked and not _SECOND.match(line)):
        return 1
    return 2 if _SECOND.match(line) else 0


def _continues(before: str, line: str) -> bool:
    """A paragraph that a page break has cut in two: the first part has whole sentences and ends without any mark."""
    return (
        "。" in before
        and before[-1] not in _ENDS
        and not _SECOND.match(line)
        and not re.match(r"^\d+[.．、]", line)
    )


# -- Quotes -------------------------------------------------------------------------------------------------
def _place(blocks: Sequence[Block], quotes: Iterable[tuple[str, str]]) -> list[str]:
    letters = [
        (number, offset, letter)
        for number, block in enumerate(blocks)
        for offset, letter in enumerate(block.text)
        if not letter.isspace()
    ]
    whole = "".join(letter for _, _, letter in letters)
    spans: list[tuple[int, int, str]] = []
    unplaced, after = [], 0
    for provision, quote in quotes:
        words = "".join(quote.split())
        start = whole.find(words, after)
        if start < 0:
            start = whole.find(words)
        if start < 0:
            unplaced.append(provision)
            continue
        after = start
        spans.append((start, start + len(words), provision))
    _mark(blocks, letters, spans)
    return unplaced


def _mark(blocks, letters, spans) -> None:
    quoted: dict[int, set[int]] = {}
    ends: dict[tuple[int, int], list[str]] = {}
    for start, end, provision in spans:
        for number, offset, _ in letters[start:end]:
            quoted.setdefault(number, set()).add(offset)
        number, offset, _ = letters[end - 1]
        ends.setdefault((number, offset), []).append(provision)
        blocks[number].provisions.append(provision)
    for number, block in enumerate(blocks):
        block.pieces = list(_pieces(block.text, number, quoted.get(number, set()), ends))


def _pieces(text: str, number: int, quoted: set[int], ends) -> Iterable[Piece]:
    start = 0
    for offset in range(len(text)):
        marks = tuple(ends.get((number, offset), ()))
        last = offset + 1 == len(text)
        if marks or last or _inside(text, offset, quoted) != _inside(text, offset + 1, quoted):
            yield Piece(text[start : offset + 1], _inside(text, offset, quoted), marks)
            start = offset + 1


def _inside(text: str, offset: int, quoted: set[int]) -> bool:
    """A blank between two quoted letters belongs to the quote."""
    return offset in quoted or (text[offset].isspace() and offset - 1 in quoted and offset + 1 in quoted)


# -- Parts --------------------------------------------------------------------------------------------------
def _sections(blocks: Sequence[Block]) -> list[Section]:
    sections, open_ = [], []
    for block in blocks:
        if block.level == 1 and any(other.level == 0 for other in open_):
            sections.append(Section(open_))
            open_ = []
        open_.append(block)
        if block.provisions:
            sections.append(Section(open_))
            open_ = []
    if open_:
        sections.append(Section(open_))
    return sections


def _contents(blocks: Sequence[Block]) -> list[Entry]:
    found = []
    for place, block in enumerate(blocks):
        level = block.level or (2 if _SECOND.match(block.text) else 0)
        if not level:
            continue
        rest = blocks[place:]
        stop = next((n for n, other in enumerate(rest[1:], 1) if _closes(other, level)), len(rest))
        number = sum(len(other.provisions) for other in rest[:stop])
        found.append(Entry(_title(block.text), level, block.anchor, number))
    return found


def _closes(block: Block, level: int) -> bool:
    return block.level == 1 or (level == 2 and (block.level == 2 or bool(_SECOND.match(block.text))))


def _title(text: str) -> str:
    title = re.split(r"[。，,：:；]", text)[0]
    return title if len(title) <= TITLE_LENGTH else f"{title[:TITLE_LENGTH]}…"
