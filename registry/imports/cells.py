"""Cell normalisation (单元格整理): from what a spreadsheet holds to what a person meant, and never further.

Every function says whether it changed something a person typed (a repair). What cannot be known raises CellFault;
nothing is guessed.
"""

import datetime as dt
import re
import unicodedata
from functools import lru_cache

# Zero-width marks, direction marks, soft hyphen, byte order mark: invisible, and never part of a value.
_INVISIBLE = "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff\ufe0e\ufe0f"
_SPACES = "\t\n\v\f\r\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_CONTROL = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff"
_DIRTY = re.compile(
    f"[{_INVISIBLE}{_SPACES}{_CONTROL}\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]|  |^['‘’ ]| $|_x[0-9A-F]{{4}}_"
)
_DROP = re.compile(f"[{_INVISIBLE}{_CONTROL}]")
_ESCAPED = re.compile(r"_x([0-9A-F]{4})_")  # how OOXML writes control characters
_RUNS = re.compile(f"[ {_SPACES}]+")
_CJK = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff（）《》〔〕、，。；："
_CJK_GAP = re.compile(f"(?<=[{_CJK}]) (?=[{_CJK}])")
_WIDE = {
    code: chr(code - 0xFEE0)
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
DOT = "."  # between a code and its name where we write both
_MATCHING = re.compile("[0-9a-z\u3400-\u4dbf\u4e00-\u9fff]*")  # nothing that folding would change
_UNEQUAL = dict.fromkeys(map(ord, "·•‧・,，.。、'\"‘’“”"))
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d{1,3}")
_FLOAT_CODE = re.compile(r"(\d+)\.0+")
_EXACT = 10**15  # a spreadsheet number keeps 15 digits

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}.*)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_YES = frozenset(("是", "有", "y", "yes", "true", "1", "√", "✓", "✔", "对"))
_NO = frozenset(("否", "无", "不是", "没有", "n", "no", "false", "0", "×", "✗"))
NOTHING = frozenset(("-", "--", "—", "——", "/", "\\", "无", "暂无", "n/a", "null", "none", "nil", "#n/a"))


class CellFault(ValueError):
    """The cell cannot be taken; `rule` names why, the message says what is wrong and the remedy what to do."""

    def __init__(self, rule: str, message: str, remedy: str):
        super().__init__(message)
        self.rule, self.message, self.remedy = rule, message, remedy


def shown(raw) -> str:
    """The cell as its sender sees it, for messages and for keeping beside the mapped value."""
    if raw is None:
        return ""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        if raw.is_integer() and abs(raw) < _EXACT:
            return str(int(raw))
        return f"{raw:.15G}"
    if isinstance(raw, dt.datetime):
        return raw.strftime("%Y-%m-%d") if raw.time() == dt.time() else raw.strftime("%Y-%m-%d %H:%M")
    return str(raw)


def is_blank(raw) -> bool:
    """True for nothing, and for text of nothing but spaces and invisible marks."""
    if not isinstance(raw, str):
        return raw is None
    if raw[:1].isalnum():
        return False
    return not _clean(raw).strip("'‘’ ")


def _clean(value: str) -> str:
    value = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    return _RUNS.sub(" ", _DROP.sub("", value)).translate(_WIDE)


def text(raw) -> tuple[str, bool]:
    """Readable text: invisible marks gone, spaces single, full-width letters and digits narrow.

    Full-width punctuation stays: it is part of Chinese names. Spaces between Chinese characters go.
    """
    if not isinstance(raw, str):
        return shown(raw), False
    if not _DIRTY.search(raw) and " " not in raw:
        return raw, False
    value = _CJK_GAP.sub("", _clean(raw).strip().lstrip("'‘’").strip())
    return value, value != raw


def optional(raw) -> tuple[str, bool]:
    """Text in which a dash or 无 stands for nothing."""
    value, repaired = text(raw)
    return ("", repaired) if value.lower() in NOTHING else (value, repaired)


def spaced(raw) -> tuple[str, bool]:
    """The same where a space parts two things, as the two sites of an address: it stays, as one space."""
    if not isinstance(raw, str):
        return optional(raw)
    value = _clean(raw).strip().lstrip("'‘’").strip()
    return ("" if value.lower() in NOTHING else value), value != raw


def coded(code: str, name: str) -> str:
    """A code with its name in one cell (A100.综合医院), as people read it and as the import takes it."""
    return f"{code}{DOT}{name}"


def match_key(value: str) -> str:
    """The form under which two spellings of one name are equal: width, brackets, spaces and case do not count."""
    return value if _MATCHING.fullmatch(value) else _folded(value)


@lru_cache(maxsize=2**12)
def _folded(value: str) -> str:
    folded = unicodedata.normalize("NFKC", value).casefold()
    return "".join(folded.split()).translate(_UNEQUAL)


def code(raw) -> tuple[str, bool]:
    """An identifier: narrow, upper case, without any space. Raises CellFault where a spreadsheet lost its digits."""
    if (
        type(raw) is str
        and raw.isascii()
        and raw.isalnum()
        and len(raw) > 4
        and not _SCIENTIFIC.fullmatch(raw)
    ):
        return (raw, False) if raw.isupper() or raw.isdigit() else (raw.upper(), raw.upper() != raw)
    if isinstance(raw, bool):
        raise CellFault("not-a-code", "这里应填代码，表中却是逻辑值。", "请改为文本后重新录入。")
    if isinstance(raw, (int, float)):
        if isinstance(raw, float) and not raw.is_integer():
            raise CellFault(
                "not-a-code", f"代码不应是小数（{shown(raw)}）。", "请把该列设为“文本”后重新录入。"
            )
        if abs(raw) >= _EXACT:
            raise _lost(shown(raw))
        return str(int(raw)), False
    if isinstance(raw, (dt.date, dt.time, dt.timedelta)):
        raise CellFault(
            "not-a-code", f"这里应填代码，表中却是日期（{shown(raw)}）。", "请把该列设为“文本”后重新录入。"
        )
    raw = raw or ""
    value = "".join(unicodedata.normalize("NFKC", _clean(raw)).split()).lstrip("'‘’`").upper()
    value = unicodedata.normalize("NFKC", value)  # what a space kept apart may have come together
    if value.lower() in NOTHING:
        return "", False
    if _SCIENTIFIC.fullmatch(value):
        raise _lost(value)
    if found := _FLOAT_CODE.fullmatch(value):
        value = found[1]
    return value, value != raw


def _lost(seen: str) -> CellFault:
    return CellFault(
        "digits-lost",
        f"代码变成了数字（{seen}），电子表格只保留前 15 位，后面的数字已丢失。",
        "把该列设为“文本”后，照证书重新录入这一格；系统不猜补。",
    )


def whole_number(raw) -> tuple[int | None, bool]:
    """A count such as 1,200 or 1200.0 or 1200张; None when blank."""
    if isinstance(raw, (bool, dt.date, dt.time, dt.timedelta)):
        raise _not_a_number(raw)
    if isinstance(raw, (int, float)):
        if isinstance(raw, float) and not raw.is_integer():
            raise _not_a_number(raw)
        value, repaired = int(raw), False
    else:
        seen, _ = optional(raw)
        if not seen:
            return None, False
        plain = unicodedata.normalize("NFKC", seen).replace(" ", "")
        found = re.fullmatch(r"([+-]?\d{1,3}(?:,\d{3})+|[+-]?\d+)(?:\.0+)?(?:张|个|床|家|人|所)?", plain)
        if not found:
            raise _not_a_number(seen)
        value = int(found[1].replace(",", ""))
        repaired = str(value) != raw
    if not 0 <= value <= 2_000_000_000:
        raise CellFault("number-range", f"数字 {value} 不合理。", "请填 0 或正整数。")
    return value, repaired


def _not_a_number(raw) -> CellFault:
    return CellFault("not-a-number", f"“{shown(raw)}”不是整数。", "请填阿拉伯数字整数，例如 120。")


def _from_serial(serial: float, date1904: bool) -> dt.date:
    epoch = dt.date(1904, 1, 1) if date1904 else dt.date(1899, 12, 30)
    return epoch + dt.timedelta(days=int(serial))


def date(raw, *, date1904: bool = False) -> tuple[dt.date | None, bool]:
    """A day, from a date cell, a serial number, or text such as 2019-06-25, 2019年6月25日, 20190625."""
    if isinstance(raw, dt.datetime):
        return _in_range(raw.date(), raw), False
    if isinstance(raw, dt.date):
        return _in_range(raw, raw), False
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        if 19000101 <= raw <= 21001231:
            return date(str(int(raw)))[0], True
        if (
            not 1 <= raw < 80_000 or 1800 <= raw <= 2100
        ):  # a year alone is no day, though it is a serial number
            raise _not_a_date(raw)
        return _in_range(_from_serial(raw, date1904), raw), True
    if raw is not None and not isinstance(raw, str):
        raise _not_a_date(raw)
    seen, _ = optional(raw)
    if not seen:
        return None, False
    plain = unicodedata.normalize("NFKC", seen)
    if _SERIAL.fullmatch(plain):
        return _in_range(_from_serial(float(plain), date1904), raw), True
    found = _DATE.fullmatch(plain) or _COMPACT_DATE.fullmatch(plain)
    if not found:
        raise _not_a_date(seen)
    try:
        day = dt.date(*(int(part) for part in found.groups()))
    except ValueError:
        raise _not_a_date(seen) from None
    return _in_range(day, seen), plain != raw


def _in_range(day: dt.date, raw) -> dt.date:
    if not 1840 <= day.year <= 2100:
        raise CellFault(
            "date-range", f"日期 {shown(raw)} 不合理（{day}）。", "请核对年份，按 2019-06-25 的写法填写。"
        )
    return day


def _not_a_date(raw) -> CellFault:
    return CellFault("not-a-date", f"“{shown(raw)}”不是完整的日期。", "请按 2019-06-25 的写法填写年月日。")


def yes_no(raw) -> tuple[bool | None, bool]:
    """是 or 否; None when blank."""
    if isinstance(raw, bool):
        return raw, False
    value, repaired = text(raw)
    folded = unicodedata.normalize("NFKC", value).lower()
    if folded in ("", "-", "—", "/"):
        return None, repaired
    if folded in _YES:
        return True, repaired
    if folded in _NO:
        return False, repaired
    raise CellFault("not-yes-no", f"“{value}”不是“是”或“否”。", "请填“是”或“否”，不清楚时留空。")


def names(raw) -> tuple[list[str], bool]:
    """Several names in one cell, parted by ； ; 、 | or a line break."""
    if not isinstance(raw, str):
        value = shown(raw)
        return ([value] if value else []), False
    parts = [text(part)[0] for part in re.split(r"[；;｜|\n\r]+", raw)]
    kept = list(dict.fromkeys(part for part in parts if part and part.lower() not in NOTHING))
    return kept, any(text(part)[1] for part in re.split(r"[；;｜|\n\r]+", raw) if part.strip())
