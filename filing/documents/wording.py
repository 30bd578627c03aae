"""The words of notices (文书用语), from fixtures/filing/wording.toml, so that a bureau's own words need no program."""

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings


@cache
def wording() -> Mapping[str, Any]:
    path = settings.BASE_DIR / "fixtures" / "filing" / "wording.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def words_of(action: str, matter: str, **given: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Title, opening and closing of the notice of an act (受理、补正、不予备案、备案) on a matter (事项)."""
    texts = wording()
    table = texts[action]
    filled = {"act": texts["acts"][matter], "result": texts["results"][matter], **given}

    def fill(lines: list[str]) -> tuple[str, ...]:
        return tuple(line.format(**filled) for line in lines)

    title = table.get(f"title_{matter}", table["title"]).format(**filled)
    return title, fill(table["opening"]), fill(table["closing"])
