"""Grids."""

from tests.permissions.arguments import grids
from tests.permissions.table.rows import VIEWERS, both, rows

ROWS = {
    **rows("get", None, both(*VIEWERS), (), "grids:coverage", "grids:list"),
    **rows("get", None, both("planner"), (), "grids:new"),
    **rows("post", None, both("planner"), (), "grids:new"),
    **rows("get", grids.grid_arguments, VIEWERS, (), "grids:detail"),
    **{
        key: row
        for method in ("get", "post")
        for key, row in rows(
            method,
            grids.grid_arguments,
            ("planner",),
            ("reviewer", "evaluator", "leader"),
            "grids:edit",
            "grids:assign",
            "grids:split",
            "grids:merge",
            "grids:retire",
        ).items()
    },
    **rows(
        "post",
        grids.grid_arguments,
        ("planner",),
        ("reviewer", "evaluator", "leader"),
        "grids:confirm",
        "grids:dismiss",
        "grids:end",
        "grids:keep_township",
        "grids:dismiss_township",
    ),
}
