"""Everybody's own pages, people, running the system and its audit."""

from tests.permissions.arguments import people, policy
from tests.permissions.table.rows import EVERYBODY, MANAGERS, NEAR, Row, rows

ROWS = {
    # -- Everybody's own pages, and what is public
    **rows("get", None, EVERYBODY, (), "registry:home", "registry:account", "registry:password"),
    **rows("post", None, EVERYBODY, (), "registry:account", "registry:account_contact", "registry:password"),
    **rows("get", None, EVERYBODY, (), "registry:inbox", "registry:inbox_choices"),
    **rows("post", None, EVERYBODY, (), "registry:inbox_read", "registry:inbox_choices"),
    **rows("post", people.notice_arguments, ("reviewer",), (), "registry:inbox_open"),
    **rows("get", None, EVERYBODY, (), "registry:second_step", "registry:second_step_check"),
    **rows(
        "post",
        None,
        EVERYBODY,
        (),
        "registry:second_step_check",
        "registry:second_step_start",
        "registry:second_step_confirm",
        "registry:second_step_codes",
        "registry:second_step_off",
    ),
    ("registry:sign_in", "get"): Row(EVERYBODY, public=True),
    ("registry:sign_in", "post"): Row(EVERYBODY, public=True),
    ("registry:sign_out", "post"): Row(),
    ("registry:components", "get"): Row(),
    ("filing:verify", "get"): Row(EVERYBODY, public=True),
    ("filing:registered", "get"): Row(EVERYBODY, public=True),  # where the installation publishes it
    **rows("get", None, EVERYBODY, (), "registry:policy_library"),
    **rows("get", policy.policy_arguments, EVERYBODY, (), "registry:policy_document", "evaluation:tallies"),
    # -- People: a filer and a planner of the world are managed; what lies beyond a unit is not
    ("registry:join", "get"): Row(EVERYBODY, public=True, arguments=people.link_arguments),
    ("registry:join", "post"): Row(EVERYBODY, public=True, arguments=people.link_arguments),
    **rows("get", None, MANAGERS, (), "registry:people", "registry:person_new"),
    **rows("post", None, MANAGERS, (), "registry:person_new"),
    **rows("get", people.person_arguments, NEAR, (), "registry:person", "registry:assignment_end"),
    **rows(
        "post",
        people.person_arguments,
        NEAR,
        (),
        "registry:assignment_add",
        "registry:assignment_end",
        "registry:person_link",
        "registry:person_contact",
        "registry:person_deactivate",
        "registry:person_reactivate",
        "registry:person_hand_over",
    ),
    **rows("post", people.person_arguments, ("security_admin",), (), "registry:person_second_step"),
    # A list of people belongs to its sender alone
    **rows("get", None, MANAGERS, (), "registry:staff_lists", "registry:staff_list_template"),
    **rows("post", None, MANAGERS, (), "registry:staff_list_upload"),
    **rows("get", people.staff_list_arguments, ("unit_admin",), (), "registry:staff_list"),
    **rows(
        "post",
        people.staff_list_arguments,
        ("unit_admin",),
        (),
        "registry:staff_list_apply",
        "registry:staff_list_discard",
        "registry:staff_list_links",
        "registry:staff_list_file",
    ),
    # -- Running the system, and its audit
    **rows("get", None, ("system_admin",), (), "registry:job_list", "registry:system"),
    **rows(
        "get", None, ("auditor",), (), "registry:audit_list", "registry:audit_reads", "registry:audit_chain"
    ),
    **rows("get", people.audit_arguments, ("auditor",), (), "registry:audit_entry"),
}
