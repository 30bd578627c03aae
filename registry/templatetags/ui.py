"""The builtin tag library of every template (settings.TEMPLATES): see registry.ui for the tags, docs/look.md for examples."""

from registry.ui import (  # noqa: F401  importing a module registers its tags
    address,
    blocks,
    cells,
    charts,
    checks,
    deadlines,
    forms,
    institutions,
    lists,
    marks,
    paging,
    progress,
    slider,
    texts,
    tiles,
)
from registry.ui.library import register

__all__ = ["register"]
