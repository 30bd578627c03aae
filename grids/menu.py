"""Entries of the grids in the top bar."""

from registry.navigation import Entry, add

add(
    Entry("网格覆盖", "grids:coverage", {"planner": 10, "reviewer": 30, "evaluator": 40, "leader": 30}),
    Entry("网格划分", "grids:list", {"planner": 20}),
)
