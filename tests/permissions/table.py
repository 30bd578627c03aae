"""The permission matrix as data: each URL and method with the people who are in, and those who see but may not do.

Whoever is not named gets 404, whoever has not signed in is sent to sign in.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.permissions import world as w

EVERYBODY = tuple(actor for actor in w.ACTORS if actor != "anonymous")


def both(*roles: str) -> tuple[str, ...]:
    """A role wherever it is held: above the things of the world, and elsewhere."""
    return (*roles, *(f"{role}_elsewhere" for role in roles))


MANAGERS = ("security_admin", *both("unit_admin"), "hospital_admin")
NEAR = ("security_admin", "unit_admin", "hospital_admin")  # over the filer of the world's hospital
HOSPITALS = ("filer", "other_filer")
COMMISSION = both(*(role for role in w.STAFF if role not in w.WITHOUT_REGISTER))
DIRECTORY = tuple(role for role in w.STAFF if role not in w.WITHOUT_REGISTER)  # who sees the institutions
VIEWERS = (
    "reviewer",
    "planner",
    "evaluator",
    "leader",
)  # of grids and compliance, over the things of the world


@dataclass(frozen=True)
class Row:
    """One URL and method; `arguments` makes what the URL is about."""

    inside: tuple[str, ...] = ()
    seeing: tuple[str, ...] = ()
    public: bool = False
    arguments: Callable | None = None

    def expected(self) -> dict[str, str]:
        cells = dict.fromkeys(w.ACTORS, "404")
        cells |= dict.fromkeys(self.seeing, "403")
        cells |= dict.fromkeys(self.inside, "in")
        cells["anonymous"] = "in" if self.public else "sign-in"
        return cells


def _rows(method: str, arguments, inside, seeing, *urls: str) -> dict[tuple[str, str], Row]:
    return {(url, method): Row(inside, seeing, arguments=arguments) for url in urls}


MATRIX: dict[tuple[str, str], Row] = {
    # -- Everybody's own pages, and what is public
    **_rows("get", None, EVERYBODY, (), "registry:home", "registry:account", "registry:password"),
    **_rows("post", None, EVERYBODY, (), "registry:account", "registry:password"),
    **_rows("get", None, EVERYBODY, (), "registry:inbox", "registry:inbox_choices"),
    **_rows("post", None, EVERYBODY, (), "registry:inbox_read", "registry:inbox_choices"),
    **_rows("post", w.notice_arguments, ("reviewer",), (), "registry:inbox_open"),
    ("registry:sign_in", "get"): Row(EVERYBODY, public=True),
    ("registry:sign_in", "post"): Row(EVERYBODY, public=True),
    ("registry:sign_out", "post"): Row(),
    ("registry:components", "get"): Row(),
    ("filing:verify", "get"): Row(EVERYBODY, public=True),
    ("filing:registered", "get"): Row(EVERYBODY, public=True),  # where the installation publishes it
    **_rows("get", None, EVERYBODY, (), "registry:policy_library"),
    **_rows("get", w.policy_arguments, EVERYBODY, (), "registry:policy_document", "evaluation:tallies"),
    # -- Drafts of policy documents
    **_rows("get", None, both("evaluator"), (), "registry:policy_drafts"),
    **_rows(
        "post", None, both("evaluator"), (), "registry:policy_draft_upload", "registry:policy_draft_revise"
    ),
    **_rows(
        "get",
        w.draft_arguments,
        ("evaluator",),
        (),
        "registry:policy_draft",
        "registry:policy_draft_source",
        "registry:policy_draft_rule",
        "evaluation:impact_of_draft",
        "evaluation:impact",
    ),
    **_rows(
        "post",
        w.draft_arguments,
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
    **_rows("get", None, EVERYBODY, (), "registry:calendar"),
    **_rows("get", None, ("system_admin",), (), "registry:calendar_load"),
    **_rows("post", None, ("system_admin",), (), "registry:calendar_load"),
    # -- People: a filer and a planner of the world are managed; what lies beyond a unit is not
    ("registry:join", "get"): Row(EVERYBODY, public=True, arguments=w.link_arguments),
    ("registry:join", "post"): Row(EVERYBODY, public=True, arguments=w.link_arguments),
    **_rows("get", None, MANAGERS, (), "registry:people", "registry:person_new"),
    **_rows("post", None, MANAGERS, (), "registry:person_new"),
    **_rows("get", w.person_arguments, NEAR, (), "registry:person", "registry:assignment_end"),
    **_rows(
        "post",
        w.person_arguments,
        NEAR,
        (),
        "registry:assignment_add",
        "registry:assignment_end",
        "registry:person_link",
        "registry:person_deactivate",
        "registry:person_reactivate",
        "registry:person_hand_over",
    ),
    # -- Running the system, and its audit
    **_rows("get", None, ("system_admin",), (), "registry:job_list", "registry:system"),
    **_rows(
        "get", None, ("auditor",), (), "registry:audit_list", "registry:audit_reads", "registry:audit_chain"
    ),
    **_rows("get", w.audit_arguments, ("auditor",), (), "registry:audit_entry"),
    # -- The register
    **_rows("get", None, (*HOSPITALS, *COMMISSION), (), "registry:institution_list"),
    **_rows("get", w.institution_arguments, (*HOSPITALS, *DIRECTORY), (), "registry:institution_detail"),
    **_rows("post", None, (*HOSPITALS, *COMMISSION), (), "registry:institution_export"),
    **_rows("get", w.export_arguments, ("reviewer",), (), "registry:institution_export_file"),
    **_rows("get", None, both("registry_admin"), (), "registry:institution_new"),
    **_rows("post", None, both("registry_admin"), (), "registry:institution_new"),
    **{
        key: row
        for method in ("get", "post")
        for key, row in _rows(
            method,
            w.institution_arguments,
            ("registry_admin",),
            (*HOSPITALS, *(role for role in DIRECTORY if role != "registry_admin")),
            "registry:institution_edit",
            "registry:institution_close",
            "registry:institution_reopen",
            "registry:credential_add",
            "registry:credential_edit",
        ).items()
    },
    **_rows(
        "post",
        w.institution_arguments,
        ("registry_admin",),
        (*HOSPITALS, *(role for role in DIRECTORY if role != "registry_admin")),
        "registry:credential_remove",
    ),
    **_rows("get", None, (*HOSPITALS, *both("registry_admin")), (), "registry:request_list"),
    **_rows("get", None, HOSPITALS, (), "registry:request_new"),
    **_rows("post", None, HOSPITALS, (), "registry:request_new"),
    **_rows("get", w.request_arguments, ("filer", "registry_admin"), (), "registry:request_detail"),
    **_rows(
        "post",
        w.request_arguments,
        ("registry_admin",),
        ("filer",),
        "registry:request_approve",
        "registry:request_refuse",
    ),
    **_rows("post", w.request_arguments, ("filer",), ("registry_admin",), "registry:request_withdraw"),
    **_rows(
        "get",
        None,
        both("registry_admin"),
        (),
        "registry:import_list",
        "registry:import_template",
        "registry:column_aliases",
    ),
    **_rows("post", None, both("registry_admin"), (), "registry:import_upload", "registry:column_alias_add"),
    **_rows("post", w.alias_arguments, ("registry_admin",), (), "registry:column_alias_remove"),
    **_rows("post", w.remembered_arguments, ("registry_admin",), (), "registry:remembered_columns_forget"),
    **_rows("get", w.survey_arguments, ("registry_admin",), (), "registry:import_columns"),
    **_rows("post", w.survey_arguments, ("registry_admin",), (), "registry:import_columns_confirm"),
    **_rows("get", w.marked_arguments, ("registry_admin",), (), "registry:import_marked"),
    **_rows(
        "get", w.import_arguments, ("registry_admin",), (), "registry:import_detail", "registry:import_file"
    ),
    **_rows(
        "post",
        w.import_arguments,
        ("registry_admin",),
        (),
        "registry:import_apply",
        "registry:import_reread",
        "registry:import_discard",
        "registry:import_undo_start",
    ),
    **_rows("get", w.applied_import_arguments, ("registry_admin",), (), "registry:import_undo"),
    **_rows("get", w.job_arguments, ("registry_admin", "system_admin"), (), "registry:job_detail"),
    **_rows("post", w.job_arguments, ("registry_admin", "system_admin"), (), "registry:job_cancel"),
    # -- Duplicates
    **_rows("get", None, both("registry_admin"), (), "registry:duplicate_list", "registry:merge_list"),
    **_rows("post", None, both("registry_admin"), (), "registry:duplicate_search"),
    **{
        key: row
        for method, urls in (
            ("get", ("registry:duplicate_detail", "registry:merge_new", "registry:merge_detail")),
            ("post", ("registry:duplicate_dismiss", "registry:merge_new", "registry:merge_undo")),
        )
        for key, row in _rows(method, w.duplicate_arguments, ("registry_admin",), (), *urls).items()
    },
    # -- Places
    **_rows("get", None, COMMISSION, (), "registry:division_tree"),
    **_rows(
        "get", w.division_arguments, COMMISSION, (), "registry:division_detail", "registry:division_change"
    ),
    **{
        key: row
        for method in ("get", "post")
        for key, row in _rows(
            method,
            w.division_arguments,
            ("registry_admin",),
            tuple(actor for actor in COMMISSION if actor != "registry_admin"),
            "registry:division_change_new",
        ).items()
    },
    **_rows("get", None, both("registry_admin"), (), "registry:foreign_lists"),
    **_rows("post", None, both("registry_admin"), (), "registry:foreign_upload"),
    **_rows("get", w.foreign_arguments, both("registry_admin"), (), "registry:foreign_list"),
    **_rows("post", w.foreign_arguments, both("registry_admin"), (), "registry:foreign_decide"),
    # -- Grids
    **_rows("get", None, both(*VIEWERS), (), "grids:coverage", "grids:list"),
    **_rows("get", None, both("planner"), (), "grids:new"),
    **_rows("post", None, both("planner"), (), "grids:new"),
    **_rows("get", w.grid_arguments, VIEWERS, (), "grids:detail"),
    **{
        key: row
        for method in ("get", "post")
        for key, row in _rows(
            method,
            w.grid_arguments,
            ("planner",),
            ("reviewer", "evaluator", "leader"),
            "grids:edit",
            "grids:assign",
            "grids:split",
            "grids:merge",
            "grids:retire",
        ).items()
    },
    **_rows(
        "post",
        w.grid_arguments,
        ("planner",),
        ("reviewer", "evaluator", "leader"),
        "grids:confirm",
        "grids:dismiss",
        "grids:end",
        "grids:keep_township",
        "grids:dismiss_township",
    ),
    # -- Filing: a case submitted by a municipal hospital to the municipal commission
    **_rows(
        "get", None, HOSPITALS, (), "filing:list", "filing:start", "filing:mine", "filing:approval_start"
    ),
    **_rows("post", None, HOSPITALS, (), "filing:start", "filing:approval_start"),
    **_rows("get", None, both("reviewer"), (), "filing:signing"),
    **_rows("get", w.led_consortium_arguments, ("filer",), (), "filing:change_start"),
    **_rows(
        "post",
        w.led_consortium_arguments,
        ("filer",),
        (),
        "filing:change_start",
        "filing:close_start",
        "filing:unchanged",
    ),
    **_rows(
        "post",
        w.filing_arguments,
        ("filer",),
        ("reviewer", "leader"),
        "filing:approval_establish",
        "filing:follow_register",
        "filing:prepare",
    ),
    **_rows("get", None, both("reviewer", "leader"), (), "filing:queue", "filing:supervision"),
    **_rows("get", None, both("reviewer"), (), "filing:delegations"),
    **_rows("post", None, both("reviewer"), (), "filing:delegations", "filing:assign"),
    **_rows("post", w.delegation_arguments, ("reviewer",), (), "filing:delegation_cancel"),
    **_rows("get", None, both("authority_admin"), (), "filing:rules_list"),
    **_rows("get", w.authority_arguments, ("authority_admin",), (), "filing:rules"),
    **_rows("post", w.authority_arguments, ("authority_admin",), (), "filing:rules"),
    **_rows(
        "get",
        w.filing_arguments,
        ("filer", "reviewer", "leader"),
        (),
        "filing:detail",
        "filing:form_print",
        "filing:form_word",
        "filing:material",
        "filing:receipt",
        "filing:receipt_word",
        "filing:notice",
        "filing:notice_word",
        "filing:deadline",
    ),
    **_rows(
        "get",
        w.filing_arguments,
        ("filer",),
        ("reviewer", "leader"),
        "filing:section",
        "filing:aside",
        "filing:member",
    ),
    **_rows(
        "post",
        w.filing_arguments,
        ("filer",),
        ("reviewer", "leader"),
        "filing:section",
        "filing:members_add",
        "filing:members_match",
        "filing:material_add",
        "filing:member",
        "filing:member_remove",
        "filing:material_remove",
        "filing:remark_answer",
    ),
    **_rows("get", w.filing_arguments, ("reviewer",), ("filer", "leader"), "filing:remark_add"),
    **_rows(
        "post",
        w.filing_arguments,
        ("reviewer",),
        ("filer", "leader"),
        "filing:remark_add",
        "filing:mark",
        "filing:move",
        "filing:take",
        "filing:release",
        "filing:propose",
        "filing:urge_seen",
        "filing:remark_remove",
        "filing:remark_resolve",
    ),
    **_rows("post", w.filing_arguments, ("reviewer", "leader"), ("filer",), "filing:urge"),
    **_rows("get", None, both("reviewer"), (), "filing:clock_requests"),
    **_rows("post", w.filing_arguments, ("filer", "reviewer"), ("leader",), "filing:clock_change"),
    **_rows(
        "post",
        w.filing_arguments,
        ("reviewer",),
        ("filer", "leader"),
        "filing:clock_decide",
        "filing:clock_resume",
    ),
    # -- Evaluation
    **_rows("get", None, both(*VIEWERS), (), "evaluation:overview", "evaluation:runs"),
    **_rows("post", None, both("evaluator"), both("reviewer", "planner", "leader"), "evaluation:runs"),
    **_rows("get", w.run_arguments, VIEWERS, (), "evaluation:run"),
    **_rows(
        "post", w.run_arguments, ("evaluator",), ("reviewer", "planner", "leader"), "evaluation:run_cancel"
    ),
    **_rows("get", None, (*HOSPITALS, *both(*VIEWERS)), (), "evaluation:findings"),
    **_rows("get", w.finding_arguments, VIEWERS, (), "evaluation:finding"),
    **_rows(
        "post",
        w.finding_arguments,
        ("evaluator",),
        ("reviewer", "planner", "leader"),
        "evaluation:rectification_ask",
    ),
    **_rows("get", None, (*HOSPITALS, *both(*VIEWERS)), (), "evaluation:rectifications"),
    **_rows(
        "get",
        w.rectification_arguments,
        ("filer", *VIEWERS),
        (),
        "evaluation:rectification",
        "evaluation:rectification_proof",
    ),
    **_rows(
        "post",
        w.rectification_arguments,
        ("evaluator",),
        ("filer", "reviewer", "planner", "leader"),
        "evaluation:rectification_return",
        "evaluation:rectification_extend",
        "evaluation:rectification_close",
        "evaluation:rectification_withdraw",
    ),
    **_rows("post", w.rectification_arguments, ("filer",), VIEWERS, "evaluation:rectification_report"),
    **_rows("get", None, (*HOSPITALS, *both("evaluator")), (), "evaluation:returns"),
    **_rows("get", w.return_arguments, ("filer", "evaluator"), (), "evaluation:return"),
    **_rows(
        "post",
        w.return_arguments,
        ("filer",),
        ("evaluator",),
        "evaluation:return_item",
        "evaluation:return_copy",
        "evaluation:return_hand_in",
    ),
    **_rows("get", w.declaration_arguments, ("filer", *VIEWERS), (), "evaluation:declaration_file"),
    **_rows(
        "post",
        w.declaration_arguments,
        ("evaluator",),
        ("filer", "reviewer", "planner", "leader"),
        "evaluation:declaration_decide",
    ),
    **_rows("get", None, both(*VIEWERS), (), "registry:facility_list"),
    **_rows("get", w.facility_arguments, VIEWERS, (), "registry:facility"),
    **_rows(
        "post", w.facility_arguments, ("evaluator",), ("reviewer", "planner", "leader"), "registry:facility"
    ),
    **_rows("get", None, (*HOSPITALS, *both("evaluator", "leader")), (), "evaluation:campaigns"),
    **_rows("get", None, both("evaluator"), (), "evaluation:campaign_new"),
    **_rows("post", None, both("evaluator"), (), "evaluation:campaign_new"),
    **_rows(
        "get",
        w.campaign_arguments,
        ("evaluator", "leader"),
        (),
        "evaluation:campaign",
        "evaluation:campaign_workbook",
        "evaluation:ranking",
        "evaluation:score_sheet",
    ),
    **_rows("get", w.campaign_arguments, both("evaluator", "leader"), (), "evaluation:scheme"),
    **_rows(
        "post",
        w.campaign_arguments,
        ("evaluator",),
        ("leader",),
        "evaluation:campaign_open",
        "evaluation:campaign_score",
        "evaluation:campaign_publish",
        "evaluation:campaign_reopen",
        "evaluation:campaign_values",
    ),
}
