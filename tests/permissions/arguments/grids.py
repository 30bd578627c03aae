"""Grids with contested claims."""

from tests.factories.grids import GridAssignmentFactory, GridFactory, GridUnitFactory


def grid_arguments(world, url: str) -> list:
    grid = GridFactory(division=world.case.county)
    unit = GridUnitFactory(grid=grid, status="claimed")
    held = GridAssignmentFactory(grid=grid, status="claimed")
    return [
        {"confirm": held, "dismiss": held, "end": held, "keep_township": unit, "dismiss_township": unit}.get(
            url, grid
        ).pk
    ]
