"""Entries of the register in the top bar."""

from registry.navigation import Entry, add

add(
    Entry(
        "政策库",
        "registry:policy_library",
        {"filer": 90, "reviewer": 90, "registry_admin": 90, "planner": 90, "evaluator": 90, "leader": 90},
    ),
)
