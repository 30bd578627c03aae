"""Pinyin initials of names (拼音首字母), for search as people type it: 重庆医科大学 is cqykdx."""

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, load_phrases_dict, pinyin

# Places that the general dictionary reads wrongly.
load_phrases_dict(
    {
        "单县": [["shàn"], ["xiàn"]],
        "歙县": [["shè"], ["xiàn"]],
        "六安": [["lù"], ["ān"]],
        "乐亭": [["lào"], ["tíng"]],
        "浚县": [["xùn"], ["xiàn"]],
        "蔚县": [["yù"], ["xiàn"]],
        "大埔": [["dà"], ["bù"]],
        "番禺": [["pān"], ["yú"]],
    }
)


_ASCII = re.compile(r"([\x00-\x7f]+)")

# Characters with a second reading that names of places and institutions do not use.
_SETTLED = dict(zip("区大石家广万会华合和县解校", "qdsjgwhhhhxjx", strict=True))


@lru_cache(maxsize=32_768)
def _letter(character: str) -> str | None:
    """The initial that every reading of a character shares; None when its readings differ."""
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    if character in _SETTLED:
        return _SETTLED[character]
    readings = pinyin(character, style=Style.FIRST_LETTER, heteronym=True, errors="ignore")
    letters = {one for reading in readings for one in reading}
    if not letters:
        return ""
    return letters.pop() if len(letters) == 1 else None


def initials(name: str) -> str:
    """First letters of each syllable in lower case; letters and digits stay, everything else goes."""
    runs = _ASCII.split(name)  # what stands between letters and digits, and these at the odd places
    runs[::2] = map(_letters, runs[::2])
    runs[1::2] = map(_plain, runs[1::2])
    return "".join(runs)[:300]


def _plain(letters: str) -> str:
    return letters.lower() if letters.isalnum() else "".join(filter(str.isalnum, letters)).lower()


@lru_cache(maxsize=32_768)
def _letters(words: str) -> str:
    """Initials of a run of characters that no letter or digit interrupts; 人民医院 comes in every second name."""
    letters = [_letter(character) for character in words]
    if None not in letters:
        return "".join(letters)
    # Only the words around it tell how such a character is read.
    found = "".join(lazy_pinyin(words, style=Style.FIRST_LETTER, errors=list)).lower()
    return "".join(one for one in found if one.isascii() and one.isalnum())
