"""The door of django-import-export (资源): formats, admin pages and Result as a Django developer expects them.

Importing through it takes the same way as a file from the screen: the rows are staged, checked, compared and applied
by registry.imports.service, and come back as an ordinary Result. Exporting writes the columns of the template, so
that an exported list can be imported again.
"""

import csv
from io import StringIO

from import_export import fields, resources
from import_export.results import RowResult

from registry.errors import Refused
from registry.imports import service
from registry.imports.limits import FileRefused
from registry.models import ImportBatch, ImportIssue, ImportRow, Institution

_TYPES = {
    ImportRow.Action.CREATE: RowResult.IMPORT_TYPE_NEW,
    ImportRow.Action.UPDATE: RowResult.IMPORT_TYPE_UPDATE,
    ImportRow.Action.UNCHANGED: RowResult.IMPORT_TYPE_SKIP,
    ImportRow.Action.ERROR: RowResult.IMPORT_TYPE_ERROR,
    ImportRow.Action.DECISION: RowResult.IMPORT_TYPE_ERROR,
}


def _column(attribute: str, title: str) -> fields.Field:
    return fields.Field(attribute=attribute, column_name=title)


class InstitutionResource(resources.ModelResource):
    """机构名录 as a table with the template's columns."""

    name = _column("name", "机构名称")
    uscc = _column("uscc", "统一社会信用代码")
    licence_number = _column("licence_number", "登记号")
    institution_class = _column("institution_class_id", "机构类别代码")
    level = _column("get_level_display", "医院级别")
    grade = _column("get_grade_display", "医院等次")
    affiliation = _column("get_affiliation_display", "隶属关系")
    ownership = _column("get_ownership_display", "所有制")
    economic_type = _column("economic_type", "经济类型代码")
    profit = _column("get_profit_display", "营利性质")
    is_military = fields.Field(column_name="部队医院")
    division = _column("division__code", "行政区划代码")
    township = _column("township__name", "乡镇街道")
    address = _column("address", "地址")
    beds = _column("beds", "核定床位数")
    legal_representative = _column("legal_representative", "法定代表人")
    phone = _column("phone", "联系电话")
    founded_on = _column("founded_on", "成立日期")
    second_names = fields.Field(column_name="第二名称")
    main_institution = _column("main_institution__name", "主要机构")
    status = _column("get_status_display", "运营状态")
    is_demo = fields.Field(column_name="示例")

    class Meta:
        model = Institution
        fields = (
            "name", "uscc", "licence_number", "institution_class", "level", "grade", "affiliation", "ownership",
            "economic_type", "profit", "is_military", "division", "township", "address", "beds", "legal_representative",
            "phone", "founded_on", "second_names", "main_institution", "status", "is_demo",
        )  # fmt: skip
        import_id_fields = ("name",)

    def get_queryset(self):
        return (
            Institution.objects.live()
            .select_related("division", "township", "main_institution")
            .prefetch_related("other_names")
            .order_by("division__code", "name", "pk")
        )

    def dehydrate_is_military(self, institution) -> str:
        return {True: "是", False: "否"}.get(institution.is_military, "")

    def dehydrate_is_demo(self, institution) -> str:
        return "是" if institution.is_demo else "否"

    def dehydrate_second_names(self, institution) -> str:
        return "；".join(sorted(one.name for one in institution.other_names.all() if one.kind == "second"))

    def import_data_inner(
        self,
        dataset,
        dry_run,
        raise_errors,
        using_transactions,
        collect_failed_rows,
        user=None,
        file_name=None,
        **kwargs,
    ):
        """Stage the dataset and, unless it is a dry run, apply it; one ordinary Result either way."""
        result = self.get_result_class()()
        result.diff_headers = ["处理", "机构名称", "差异"]
        result.total_rows = len(dataset)
        try:
            batch = service.stage(_as_csv(dataset), file_name or "名录.csv", user)
            if not dry_run and not batch.errors and not batch.decisions and batch.can_apply:
                batch = service.apply(batch.pk, user)
        except (FileRefused, Refused) as refusal:
            result.append_base_error(self.get_error_result_class()(refusal))
            return result
        self._report(result, batch, dataset)
        if dry_run:
            service.discard(batch.pk, by=user)
        return result

    def _report(self, result, batch: ImportBatch, dataset) -> None:
        told: dict[int, list[str]] = {}
        stopping = (ImportIssue.Severity.ERROR, ImportIssue.Severity.DECISION)
        for issue in batch.issues.filter(severity__in=stopping).order_by("row", "id"):
            told.setdefault(issue.row, []).append(f"{issue.cell} {issue.message}{issue.remedy}".strip())
        for text in told.get(0, []) + told.get(batch.header_row, []):
            result.append_base_error(self.get_error_result_class()(Refused(text)))
        for row in batch.staged_rows.order_by("number").iterator(chunk_size=2_000):
            result.append_row_result(self._row(result, row, told.get(row.number, []), dataset))

    def _row(self, result, row: ImportRow, told: list[str], dataset) -> RowResult:
        one = self.get_row_result_class()()
        one.import_type = _TYPES[row.action]
        one.object_id, one.object_repr = row.registered_id, row.name
        one.instance = Institution(
            pk=row.registered_id, name=row.name
        )  # the admin's log asks for its id and name
        differences = "；".join(
            f"{title} {old or '—'} → {new or '—'}" for title, (old, new) in row.differences.items()
        )
        one.diff = [row.get_action_display(), row.name, differences]
        if told:
            values = dict(zip(dataset.headers, row.cells, strict=False))
            one.errors = [self.get_error_result_class()(Refused(text), values, row.number) for text in told]
            result.append_error_row(row.number, values, one.errors)
        result.increment_row_result_total(one)
        return one


def _as_csv(dataset) -> bytes:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(dataset.headers)
    writer.writerows(["" if value is None else value for value in row] for row in dataset)
    return text.getvalue().encode("utf-8-sig")
