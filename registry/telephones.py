"""Telephone numbers that a person types (联系电话): mobiles, lines with their area code, hot lines of ten digits.

A number is kept as it was written; only what nobody could dial is refused, with the way to write it.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError

HELP = "手机，或带区号的座机，分机写在后面；几个号码用“、”分开"
_EXAMPLE = "手机写 11 位；座机写区号和号码，如 023-63651000 转 801。"
_DASHES = re.compile(r"[-‐-―−()]+")
_COUNTRY = r"(?:\+|00)?86-?"
_AREA = r"(?:10|2\d|[3-9]\d{2})-?"
_NUMBER = re.compile(
    rf"(?:{_COUNTRY})?1[3-9]\d-?\d{{4}}-?\d{{4}}"
    rf"|(?:0{_AREA}|{_COUNTRY}0?-?{_AREA})[2-9]\d{{6,7}}(?:-?(?:转|分机|ext\.?|x|#|-):?\d{{1,6}})?"
    r"|[48]00-?\d{3}-?\d{4}(?:-?(?:转|-)\d{1,6})?",
    re.IGNORECASE,
)


def plausible_telephone(text: str) -> None:
    """A validator. Raises ValidationError, in words, at the first number that cannot be dialled."""
    for written in re.split(r"[、，；,;/]", text):
        number = _plain(written)
        if number and not _NUMBER.fullmatch(number):
            raise ValidationError(_refusal(written.strip(), number))


def _plain(written: str) -> str:
    """Narrow, without spaces, with one sort of dash; brackets around an area code are a dash."""
    narrow = re.sub(r"\s", "", unicodedata.normalize("NFKC", written))
    return _DASHES.sub("-", narrow).strip("-")


def _refusal(written: str, number: str) -> str:
    digits = number.replace("-", "")
    if digits.isdecimal() and digits.startswith("1") and 9 <= len(digits) <= 13:
        return f"“{written}”不是手机号码：手机号码有 11 位，以 13 至 19 开头。请核对。"
    if digits.isdecimal() and len(digits) in (7, 8):
        return f"“{written}”没有区号。座机请在前面写上区号，如 023-63651000。"
    return f"“{written}”不是电话号码。{_EXAMPLE}"
