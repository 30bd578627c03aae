"""Changing single values in a pack's text (改动政策包的个别值): everything else, comments included, stays as it was."""

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from registry.errors import Refused


def toml_value(value: Any) -> str:
    """A value in TOML's spelling."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(name)} = {toml_value(one)}" for name, one in value.items())
        return f"{{ {pairs} }}"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def with_document(source: str, changes: Mapping[str, Any]) -> str:
    """The pack with other facts in [document]; None takes a line out."""
    lines = source.splitlines()
    start = next((n for n, line in enumerate(lines) if _bare(line) == "[document]"), None)
    if start is None:
        raise Refused("政策包里没有 [document]，请改 TOML 文件后上传。")
    return _written(lines, start, changes)


def with_rule(source: str, provision: str, changes: Mapping[str, Any]) -> str:
    """The pack with other values in one rule; None takes a line out."""
    lines = source.splitlines()
    for start, line in enumerate(lines):
        if _bare(line) != "[[rule]]":
            continue
        if _id_of("\n".join(lines[start : _end(lines, start)])) == provision:
            return _written(lines, start, changes)
    raise Refused(f"政策包里找不到以 [[rule]] 写成的条款 {provision}，请改 TOML 文件后上传。")


def _id_of(block: str) -> str:
    """The id that a [[rule]] gives; blank for a line of a long text that only looks like one."""
    try:
        return str(tomllib.loads(block)["rule"][0].get("id", ""))
    except tomllib.TOMLDecodeError:
        return ""


def _written(lines: list[str], start: int, changes: Mapping[str, Any]) -> str:
    for name, value in changes.items():
        end = _end(lines, start)
        found = _place(lines, start + 1, end, name)
        fresh = [] if value is None else [f"{name} = {toml_value(value)}"]
        if found:
            lines[found[0] : found[1]] = fresh
        else:
            while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#"):
                end -= 1
            lines[end:end] = fresh
    return "\n".join(lines) + "\n"


def _end(lines: list[str], start: int) -> int:
    """Where the table that begins on a line ends: before the next head that is one, not a line of a long text."""
    for end in range(start + 1, len(lines)):
        if lines[end].startswith("[") and _whole(lines[start:end]):
            return end
    return len(lines)


def _place(lines: list[str], start: int, end: int, name: str) -> tuple[int, int] | None:
    """The lines on which a key stands with its value; a value may run over several."""
    row = start
    while row < end:
        stop = next((n for n in range(row + 1, end + 1) if _whole(lines[row:n])), None)
        if stop is None:
            raise Refused("政策包的写法不能逐项改动，请改 TOML 文件后上传。")
        if name in tomllib.loads("\n".join(lines[row:stop])):
            return row, stop
        row = stop
    return None


def _whole(lines: list[str]) -> bool:
    try:
        tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError:
        return False
    return True


def _bare(line: str) -> str:
    return line.split("#")[0].strip()


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() else toml_value(name)
