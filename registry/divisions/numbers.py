"""The numbers that divisions have (区划代码的编排): which digits say what, and which code is free for a child."""

from registry.errors import Refused
from registry.models import Division

Level = Division.Level
DIGITS = {Level.PROVINCE: 6, Level.CITY: 6, Level.COUNTY: 6, Level.TOWNSHIP: 9}
PREFIX = {Level.PROVINCE: 2, Level.CITY: 4, Level.COUNTY: 6, Level.TOWNSHIP: 9}
BELOW: dict[str, str] = {Level.PROVINCE: Level.CITY, Level.CITY: Level.COUNTY, Level.COUNTY: Level.TOWNSHIP}


def check(code: str, level: str, parent_code: str) -> None:
    """Refuse a code that a place of this level under this parent cannot have."""
    digits, label = DIGITS[level], Level(level).label
    if not (code.isdigit() and len(code) == digits):
        raise Refused(f"{label}代码“{code}”应为 {digits} 位数字。")
    if level in (Level.PROVINCE, Level.CITY) and code[PREFIX[level] :].strip("0"):
        raise Refused(f"{label}代码“{code}”的后 {digits - PREFIX[level]} 位应为 0。")
    if parent_code and not code.startswith(parent_code[: _given(level)]):
        begin = parent_code[: _given(level)]
        raise Refused(f"代码“{code}”应以上级的 {begin} 开头。")


def _given(level: str) -> int:
    """How many digits the parent gives; a county directly under a city, a township under a county."""
    return {Level.PROVINCE: 0, Level.CITY: 2, Level.COUNTY: 4, Level.TOWNSHIP: 6}[level]


def under(parent_code: str, child_code: str, level: str, taken: set[str]) -> str:
    """The code that a child would have under a parent: its own last digits, or the next number that is free."""
    begin, end = _given(level), PREFIX[level]
    zeros = "0" * (DIGITS[level] - end)
    wanted = f"{parent_code[:begin]}{child_code[begin:end]}{zeros}"
    if wanted not in taken:
        return wanted
    width = end - begin
    for number in range(1, 10**width):
        code = f"{parent_code[:begin]}{number:0{width}d}{zeros}"
        if code not in taken:
            return code
    raise Refused(f"{parent_code} 下已没有可用的代码。")
