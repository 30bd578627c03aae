from django.urls import path

from grids.views import changes, claims, coverage, grids

app_name = "grids"
urlpatterns = [
    path("", coverage.coverage_page, name="coverage"),
    path("list/", grids.grid_list, name="list"),
    path("new/", grids.grid_new, name="new"),
    path("<int:pk>/", grids.grid_detail, name="detail"),
    path("<int:pk>/edit/", grids.grid_edit, name="edit"),
    path("<int:pk>/assign/", changes.assign, name="assign"),
    path("<int:pk>/split/", changes.split, name="split"),
    path("<int:pk>/merge/", changes.merge, name="merge"),
    path("<int:pk>/retire/", changes.retire, name="retire"),
    path("responsibilities/<int:pk>/confirm/", claims.confirm, name="confirm"),
    path("responsibilities/<int:pk>/dismiss/", claims.dismiss, name="dismiss"),
    path("responsibilities/<int:pk>/end/", claims.end, name="end"),
    path("townships/<int:pk>/keep/", claims.keep_township, name="keep_township"),
    path("townships/<int:pk>/dismiss/", claims.dismiss_township, name="dismiss_township"),
]
