"""The register, its imports, its duplicates and its places."""

from tests.permissions.arguments import imports, people, register
from tests.permissions.table.rows import COMMISSION, DIRECTORY, HOSPITALS, both, rows

ROWS = {
    # -- The register
    **rows("get", None, (*HOSPITALS, *COMMISSION), (), "registry:institution_list"),
    **rows(
        "get", register.institution_arguments, (*HOSPITALS, *DIRECTORY), (), "registry:institution_detail"
    ),
    **rows("post", None, (*HOSPITALS, *COMMISSION), (), "registry:institution_export"),
    **rows("get", register.export_arguments, ("reviewer",), (), "registry:institution_export_file"),
    **rows("get", None, both("registry_admin"), (), "registry:institution_new"),
    **rows("post", None, both("registry_admin"), (), "registry:institution_new"),
    **{
        key: row
        for method in ("get", "post")
        for key, row in rows(
            method,
            register.institution_arguments,
            ("registry_admin",),
            (*HOSPITALS, *(role for role in DIRECTORY if role != "registry_admin")),
            "registry:institution_edit",
            "registry:institution_close",
            "registry:institution_reopen",
            "registry:credential_add",
            "registry:credential_edit",
        ).items()
    },
    **rows(
        "post",
        register.institution_arguments,
        ("registry_admin",),
        (*HOSPITALS, *(role for role in DIRECTORY if role != "registry_admin")),
        "registry:credential_remove",
    ),
    **rows("get", None, (*HOSPITALS, *both("registry_admin")), (), "registry:request_list"),
    **rows("get", None, HOSPITALS, (), "registry:request_new"),
    **rows("post", None, HOSPITALS, (), "registry:request_new"),
    **rows("get", register.request_arguments, ("filer", "registry_admin"), (), "registry:request_detail"),
    **rows(
        "post",
        register.request_arguments,
        ("registry_admin",),
        ("filer",),
        "registry:request_approve",
        "registry:request_refuse",
    ),
    **rows("post", register.request_arguments, ("filer",), ("registry_admin",), "registry:request_withdraw"),
    **rows(
        "get",
        None,
        both("registry_admin"),
        (),
        "registry:import_list",
        "registry:import_template",
        "registry:column_aliases",
    ),
    **rows("post", None, both("registry_admin"), (), "registry:import_upload", "registry:column_alias_add"),
    **rows("post", imports.alias_arguments, ("registry_admin",), (), "registry:column_alias_remove"),
    **rows(
        "post", imports.remembered_arguments, ("registry_admin",), (), "registry:remembered_columns_forget"
    ),
    **rows("get", imports.survey_arguments, ("registry_admin",), (), "registry:import_columns"),
    **rows("post", imports.survey_arguments, ("registry_admin",), (), "registry:import_columns_confirm"),
    **rows("get", imports.marked_arguments, ("registry_admin",), (), "registry:import_marked"),
    **rows(
        "get",
        imports.import_arguments,
        ("registry_admin",),
        (),
        "registry:import_detail",
        "registry:import_file",
    ),
    **rows(
        "post",
        imports.import_arguments,
        ("registry_admin",),
        (),
        "registry:import_apply",
        "registry:import_reread",
        "registry:import_discard",
        "registry:import_undo_start",
    ),
    **rows("get", imports.applied_import_arguments, ("registry_admin",), (), "registry:import_undo"),
    **rows("get", people.job_arguments, ("registry_admin", "system_admin"), (), "registry:job_detail"),
    **rows("post", people.job_arguments, ("registry_admin", "system_admin"), (), "registry:job_cancel"),
    # -- Duplicates
    **rows("get", None, both("registry_admin"), (), "registry:duplicate_list", "registry:merge_list"),
    **rows("post", None, both("registry_admin"), (), "registry:duplicate_search"),
    **{
        key: row
        for method, urls in (
            ("get", ("registry:duplicate_detail", "registry:merge_new", "registry:merge_detail")),
            ("post", ("registry:duplicate_dismiss", "registry:merge_new", "registry:merge_undo")),
        )
        for key, row in rows(method, register.duplicate_arguments, ("registry_admin",), (), *urls).items()
    },
    # -- Places
    **rows("get", None, COMMISSION, (), "registry:division_tree"),
    **rows(
        "get",
        register.division_arguments,
        COMMISSION,
        (),
        "registry:division_detail",
        "registry:division_change",
    ),
    **{
        key: row
        for method in ("get", "post")
        for key, row in rows(
            method,
            register.division_arguments,
            ("registry_admin",),
            tuple(actor for actor in COMMISSION if actor != "registry_admin"),
            "registry:division_change_new",
        ).items()
    },
    **rows("get", None, both("registry_admin"), (), "registry:foreign_lists"),
    **rows("post", None, both("registry_admin"), (), "registry:foreign_upload"),
    **rows("get", register.foreign_arguments, both("registry_admin"), (), "registry:foreign_list"),
    **rows("post", register.foreign_arguments, both("registry_admin"), (), "registry:foreign_decide"),
    **rows("post", register.foreign_arguments, both("registry_admin"), (), "registry:foreign_accept"),
    **rows("post", register.foreign_arguments, both("registry_admin"), (), "registry:foreign_withdraw"),
}
