from django.urls import path

from filing.views import documents, filer, mine, public, review, rows

app_name = "filing"
urlpatterns = [
    path("", filer.filing_list, name="list"),
    path("start/", filer.start, name="start"),
    path("consortia/", mine.consortium_list, name="mine"),
    path("consortia/<int:pk>/change/", mine.change_start, name="change_start"),
    path("consortia/<int:pk>/close/", mine.close_start, name="close_start"),
    path("consortia/<int:pk>/unchanged/", mine.unchanged_state, name="unchanged"),
    path("approvals/start/", mine.approval_start, name="approval_start"),
    path("queue/", review.queue, name="queue"),
    path("verify/", public.verify, name="verify"),
    path("<int:pk>/", review.detail, name="detail"),
    path("<int:pk>/sections/<str:key>/", filer.section, name="section"),
    path("<int:pk>/sections/<str:key>/aside/", filer.aside, name="aside"),
    path("<int:pk>/members/", rows.members_add, name="members_add"),
    path("<int:pk>/materials/", rows.material_add, name="material_add"),
    path("<int:pk>/remarks/", review.remark_add, name="remark_add"),
    path("<int:pk>/marks/<str:provision>/", review.mark, name="mark"),
    path("<int:pk>/moves/<str:action>/", review.move, name="move"),
    path("<int:pk>/establish/", mine.approval_establish, name="approval_establish"),
    path("<int:pk>/register/", mine.follow_register, name="follow_register"),
    path("<int:pk>/prepare/", mine.prepare, name="prepare"),
    path("<int:pk>/form/", documents.form_print, name="form_print"),
    path("<int:pk>/receipt/", documents.receipt, name="receipt"),
    path("members/<int:pk>/", rows.member, name="member"),
    path("members/<int:pk>/remove/", rows.member_remove, name="member_remove"),
    path("materials/<int:pk>/", rows.material, name="material"),
    path("materials/<int:pk>/remove/", rows.material_remove, name="material_remove"),
    path("remarks/<int:pk>/answer/", filer.answer, name="remark_answer"),
    path("remarks/<int:pk>/remove/", review.remark_remove, name="remark_remove"),
    path("remarks/<int:pk>/resolve/", review.remark_resolve, name="remark_resolve"),
]
