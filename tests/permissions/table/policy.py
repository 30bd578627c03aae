"""Policy documents, drafts of them, and the calendar."""

from tests.permissions.arguments import policy
from tests.permissions.table.rows import EVERYBODY, HOSPITALS, VIEWERS, both, rows

ROWS = {
    **rows("get", None, (*HOSPITALS, *both(*VIEWERS)), (), "registry:waivers"),
    **rows("get", None, both("evaluator"), (), "registry:waiver_new", "registry:policy_conflicts"),
    **rows("post", None, both("evaluator"), (), "registry:waiver_new"),
    **rows("get", policy.waiver_arguments, VIEWERS, (), "registry:waiver", "registry:waiver_file"),
    **rows(
        "post",
        policy.waiver_arguments,
        ("evaluator",),
        ("reviewer", "planner", "leader"),
        "registry:waiver_revoke",
    ),
    **rows("get", None, both("evaluator"), (), "registry:policy_drafts"),
    **rows(
        "post", None, both("evaluator"), (), "registry:policy_draft_upload", "registry:policy_draft_revise"
    ),
    **rows(
        "get",
        policy.draft_arguments,
        ("evaluator",),
        (),
        "registry:policy_draft",
        "registry:policy_draft_source",
        "registry:policy_draft_rule",
        "evaluation:impact_of_draft",
        "evaluation:impact",
    ),
    **rows(
        "post",
        policy.draft_arguments,
        ("evaluator",),
        (),
        "registry:policy_draft_rule",
        "registry:policy_draft_propose",
        "registry:policy_draft_confirm",
        "registry:policy_draft_reject",
        "registry:policy_draft_withdraw",
        "evaluation:impact_of_draft",
        "evaluation:impact_cancel",
    ),
    **rows("get", None, EVERYBODY, (), "registry:calendar"),
    **rows("get", None, ("system_admin",), (), "registry:calendar_load"),
    **rows("post", None, ("system_admin",), (), "registry:calendar_load"),
}
