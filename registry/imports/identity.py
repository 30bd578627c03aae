"""Identity codes of institutions (身份代码): 统一社会信用代码 and 登记号, with what their check digits prove."""

from functools import lru_cache
from operator import mul

from registry.imports import cells
from registry.imports.cells import CellFault

_LOOKALIKE = {"I": "1", "O": "0", "S": "5", "Z": "2", "V": "U 或 Y"}
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_USCC_VALUES = {character: value for value, character in enumerate("0123456789ABCDEFGHJKLMNPQRTUWXY")}
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)
_OFFICES = frozenset("123456789ANY")  # 登记管理部门代码, the first character (GB 32100): never 0
_PLAIN_OFFICES = _OFFICES - {"A"}  # military units follow rules of their own
_LICENCE_LENGTH = 22
ASK = "请对照登记证书或执业许可证重新录入。"


def _fits(code: str) -> bool:
    """What stdnum.cn.uscc.validate says of 18 characters without spaces, at a tenth of its price in a large roster."""
    try:
        total = sum(map(mul, _USCC_WEIGHTS, map(_USCC_VALUES.__getitem__, code)))
    except KeyError:
        return False
    return code[:8].isdigit() and total % 31 == 0


def uscc(raw) -> tuple[str, bool]:
    """统一社会信用代码 in its stored form (upper case, 18 characters), or "" when blank. Raises CellFault.

    A short code is never filled up with zeros: none begins with 0, and one check digit fits one made-up code in 31.
    """
    if type(raw) is str and len(raw) == 18 and raw[0] in _PLAIN_OFFICES and _fits(raw):
        return raw, False  # as nearly all codes of a roster are: nothing to repair and nothing to say
    code, repaired = cells.code(raw)
    if not code:
        return "", False
    code = code.replace("-", "").replace("—", "")
    if len(code) in (16, 17):
        message = f"统一社会信用代码应为 18 位，表中是 {len(code)} 位，丢了 {18 - len(code)} 位。"
        raise CellFault("uscc-length", message, "代码的首位不会是 0，系统不补 0；" + ASK)
    if len(code) != 18:
        raise CellFault("uscc-length", f"统一社会信用代码应为 18 位，表中是 {len(code)} 位。", ASK)
    for character in code:
        if character not in _USCC_VALUES:
            raise _letter(character)
    if not code.strip("0"):
        raise CellFault("uscc-check", "统一社会信用代码不能全是 0。", ASK)
    if code[0] not in _OFFICES:
        raise CellFault("uscc-format", f"统一社会信用代码的首位是登记管理部门代码，不会是 {code[0]}。", ASK)
    if code[0] == "A":
        return code, repaired  # military units: the published rules of the code do not cover them
    if not code[:8].isdigit():
        raise CellFault("uscc-format", "统一社会信用代码的前 8 位应是数字。", ASK)
    if not _fits(code):
        raise CellFault("uscc-check", "统一社会信用代码的校验位不符，至少有一位录错。", ASK)
    return code, repaired or code != cells.shown(raw)


def _letter(character: str) -> CellFault:
    if character in _LOOKALIKE:
        return CellFault(
            "uscc-letter",
            f"代码含字母 {character}，统一社会信用代码不用 I、O、S、V、Z。",
            f"多半是 {_LOOKALIKE[character]}，{ASK}",
        )
    return CellFault("uscc-letter", f"代码含有“{character}”，统一社会信用代码只用数字和大写字母。", ASK)


@lru_cache(maxsize=4096)
def organisation_check(body: str) -> str:
    """Check character of the eight-character organisation code (GB 11714)."""
    total = sum(int(character, 36) * weight for character, weight in zip(body, _WEIGHTS, strict=True))
    rest = 11 - total % 11
    return "X" if rest == 10 else "0" if rest == 11 else str(rest)


def licence_number(raw) -> tuple[str, bool]:
    """登记号 of the practice licence, or "" when blank.

    Its first nine characters are an organisation code, whose check character can prove a lost leading zero.
    """
    code, repaired = cells.code(raw)
    if not code:
        return "", False
    plain = code.replace("-", "")
    if len(plain) in (_LICENCE_LENGTH - 1, _LICENCE_LENGTH - 2):
        padded = plain.zfill(_LICENCE_LENGTH)
        if padded[:9].isalnum() and padded.isascii() and organisation_check(padded[:8]) == padded[8]:
            return padded, True
    if len(code) > 30:
        raise CellFault("licence-length", f"登记号最多 30 位，表中是 {len(code)} 位。", ASK)
    if not code.replace("-", "").replace("/", "").isalnum():
        raise CellFault("licence-format", "登记号只应有字母、数字和连字符。", ASK)
    return code, repaired
