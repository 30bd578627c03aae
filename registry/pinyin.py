"""Pinyin initials of names (拼音首字母), for search as people type it: 重庆医科大学 is cqykdx."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin, load_phrases_dict

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


@lru_cache(maxsize=65_536)
def initials(name: str) -> str:
    """First letters of each syllable in lower case; letters and digits stay, everything else goes."""
    letters = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER, errors=list))
    return "".join(character for character in letters.lower() if character.isascii() and character.isalnum())[
        :300
    ]
