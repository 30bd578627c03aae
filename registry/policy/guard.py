"""What a pack may not hold before it is read any further (政策包的防护): a hostile or damaged file must not cost minutes.

tomllib needs time with the square of the depth of a dotted key, and PostgreSQL keeps neither NUL in a text nor NaN in
JSON. Each is told at its line where it has one.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

LONGEST_LINE = 4000  # the longest that we know has 700
MOST_DOTS = 16  # in one line, outside quotation marks
DEEPEST = 12
MOST_RULES = 2000  # the largest document that we know has 110
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')


def heavy_lines(source: str) -> Iterator[tuple[int, str]]:
    """Lines that would be dear to read, each with what to do."""
    for number, line in enumerate(source.splitlines(), 1):
        if len(line) > LONGEST_LINE:
            yield number, f"这一行超过 {LONGEST_LINE} 字。分成几行，或核对是否选错了文件。"
        elif line.count(".") > MOST_DOTS and _bare_dots(line) > MOST_DOTS:
            yield number, "名称里的点太多。说明文字加引号；名称最多写两三层。"


def _bare_dots(line: str) -> int:
    return 0 if line.lstrip().startswith("#") else _QUOTED.sub("", line).count(".")


def unstorable(data: Any) -> str:
    """Why parsed values cannot be kept; blank when they can."""
    waiting: list[tuple[Any, int]] = [(data, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            return "括号或表嵌套太深。把名单写成 [[named.名单]]。"
        if isinstance(value, dict):
            waiting += [(part, depth + 1) for pair in value.items() for part in pair]
        elif isinstance(value, list):
            waiting += [(part, depth + 1) for part in value]
        elif isinstance(value, str) and "\0" in value:
            return "文字里有不可见的控制字符（\\u0000）。请删去。"
        elif isinstance(value, float) and not math.isfinite(value):
            return "数值不能是 nan 或 inf。请写成普通的数。"
    rules = data.get("rule", ())
    if isinstance(rules, list) and len(rules) > MOST_RULES:
        return f"条款超过 {MOST_RULES} 条。请核对是否选错了文件，或分成几份文件。"
    return ""
