"""Checks over grids and places as planned (网格、区划的判定方法), one subject a module."""

from grids.checks import (  # noqa: F401 (importing registers them)
    coverage,
    districts,
    overlap,
    places,
    responsibility,
    shares,
)
