"""Facts about grids and about places as planned (网格事实、区划事实): plain frozen values that checks judge."""

from grids.facts.division import (
    DivisionFacts,
    GridLineFacts,
    LocalConsortiumFacts,
    LocalUnitFacts,
    ShareFacts,
    TownshipFacts,
)
from grids.facts.grid import GridFacts, GridUnitFacts, HolderFacts

__all__ = [
    "DivisionFacts",
    "GridFacts",
    "GridLineFacts",
    "GridUnitFacts",
    "HolderFacts",
    "LocalConsortiumFacts",
    "LocalUnitFacts",
    "ShareFacts",
    "TownshipFacts",
]
