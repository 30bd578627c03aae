"""Admin of the register: institutions with the import and export of django-import-export."""

from django.contrib import admin
from import_export.admin import ImportExportModelAdmin

from registry.imports.resource import InstitutionResource
from registry.models import Institution, InstitutionName


class InstitutionNameInline(admin.TabularInline):
    model = InstitutionName
    extra = 0


@admin.register(Institution)
class InstitutionAdmin(ImportExportModelAdmin):
    """机构. Institutions are closed or merged, never deleted."""

    resource_classes = [InstitutionResource]
    list_display = ("name", "uscc", "institution_class", "level", "grade", "division", "status")
    list_filter = ("level", "ownership", "affiliation", "status", "is_demo")
    list_select_related = ("institution_class", "division")
    search_fields = ("name", "uscc", "licence_number", "pinyin")
    raw_id_fields = ("division", "township", "institution_class", "main_institution", "merged_into")
    readonly_fields = ("version",)
    inlines = [InstitutionNameInline]
    show_full_result_count = False
    ordering = ("name", "pk")

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows & Institution.objects.visible_to(request.user)

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
