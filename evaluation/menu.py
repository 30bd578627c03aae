"""Entries of evaluation in the top bar."""

from registry.navigation import Entry, add

add(
    Entry("年度考核", "evaluation:campaigns", {"evaluator": 20, "leader": 50}),
)
