"""Models of the service grids (服务网格)."""

from grids.models.assignment import GridAssignment, Holding
from grids.models.grid import Grid, GridEvent, GridUnit, Standing
from grids.models.place import UnitOfGrids

__all__ = ["Grid", "GridAssignment", "GridEvent", "GridUnit", "Holding", "Standing", "UnitOfGrids"]
