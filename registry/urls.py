from django.urls import path

from registry.views import jobs

app_name = "registry"
urlpatterns = [
    path("jobs/<int:pk>/", jobs.job_detail, name="job_detail"),
    path("jobs/<int:pk>/cancel/", jobs.job_cancel, name="job_cancel"),
]
