"""Everything that changes a grid (网格的变更). Views, imports and filings call these functions and no model."""

from grids.services.assign import (
    confirm_claim,
    dismiss_claim,
    end,
    end_all_of,
    hand_over,
    put_in_force,
    record_claim,
    settle_focus,
)
from grids.services.bring_in import GridRow, ImportOutcome, import_grids
from grids.services.filed import assign_filed, forget_filed, release_filed, restore_filed
from grids.services.plan import (
    add_townships,
    create_grid,
    dismiss_township,
    keep_township,
    remove_townships,
    rename_grid,
    retire_grid,
    set_townships,
)
from grids.services.refusals import Collision
from grids.services.reshape import merge, split
from grids.services.same_units import link_same_unit

__all__ = [
    "Collision",
    "GridRow",
    "ImportOutcome",
    "add_townships",
    "assign_filed",
    "confirm_claim",
    "create_grid",
    "dismiss_claim",
    "dismiss_township",
    "end",
    "end_all_of",
    "forget_filed",
    "hand_over",
    "import_grids",
    "keep_township",
    "link_same_unit",
    "merge",
    "put_in_force",
    "record_claim",
    "release_filed",
    "remove_townships",
    "rename_grid",
    "restore_filed",
    "retire_grid",
    "set_townships",
    "settle_focus",
    "split",
]
