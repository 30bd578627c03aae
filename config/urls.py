"""Every URL of the product: each app brings its own, the public pages say so in their views."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("registry.urls")),
    path("grids/", include("grids.urls")),
    path("filings/", include("filing.urls")),
    path("evaluation/", include("evaluation.urls")),
    path("admin/", admin.site.urls),
]
