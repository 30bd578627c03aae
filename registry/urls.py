from django.contrib.auth.views import LogoutView
from django.urls import path

from registry.views import (
    account,
    calendar,
    components,
    home,
    import_columns,
    import_undo,
    imports,
    institutions,
    jobs,
    policy,
)

app_name = "registry"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in/", account.SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("account/", account.account, name="account"),
    path("account/password/", account.PasswordChange.as_view(), name="password"),
    path("components/", components.components, name="components"),
    path("policy/", policy.policy_library, name="policy_library"),
    path("policy/<slug:code>/", policy.policy_document, name="policy_document"),
    path("institutions/", institutions.institution_list, name="institution_list"),
    path("institutions/<int:pk>/", institutions.institution_detail, name="institution_detail"),
    path("imports/", imports.import_list, name="import_list"),
    path("imports/upload/", imports.import_upload, name="import_upload"),
    path("imports/template/", imports.import_template, name="import_template"),
    path("imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("imports/<int:pk>/apply/", imports.import_apply, name="import_apply"),
    path("imports/<int:pk>/reread/", imports.import_reread, name="import_reread"),
    path("imports/<int:pk>/discard/", imports.import_discard, name="import_discard"),
    path("imports/<int:pk>/undo/", import_undo.import_undo, name="import_undo"),
    path("imports/<int:pk>/undo/start/", import_undo.import_undo_start, name="import_undo_start"),
    path("imports/<int:pk>/file/", imports.import_file, name="import_file"),
    path("imports/<int:pk>/columns/", import_columns.import_columns, name="import_columns"),
    path(
        "imports/<int:pk>/columns/confirm/",
        import_columns.import_columns_confirm,
        name="import_columns_confirm",
    ),
    path("imports/aliases/", import_columns.column_aliases, name="column_aliases"),
    path("imports/aliases/add/", import_columns.column_alias_add, name="column_alias_add"),
    path("imports/aliases/<int:pk>/remove/", import_columns.column_alias_remove, name="column_alias_remove"),
    path(
        "imports/remembered/<int:pk>/forget/",
        import_columns.remembered_columns_forget,
        name="remembered_columns_forget",
    ),
    path("imports/<int:pk>/marked/", imports.import_marked, name="import_marked"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/load/", calendar.calendar_load, name="calendar_load"),
    path("jobs/<int:pk>/", jobs.job_detail, name="job_detail"),
    path("jobs/<int:pk>/cancel/", jobs.job_cancel, name="job_cancel"),
]
