"""Entries of evaluation in the top bar."""

from registry.navigation import Entry, add

add(
    Entry("总览", "evaluation:overview", {"leader": 10}),
    Entry("合规检查", "evaluation:findings", {"evaluator": 10, "reviewer": 40, "planner": 40, "leader": 40}),
    Entry("整改", "evaluation:rectifications", {"evaluator": 15, "filer": 40, "planner": 45}),
    Entry("年度自评", "evaluation:returns", {"evaluator": 30, "filer": 50}),
    Entry("规划设施", "registry:facility_list", {"evaluator": 35}),
    Entry("年度考核", "evaluation:campaigns", {"evaluator": 20, "leader": 50}),
)
