"""What a person says of the columns of a file (确认列对应), and titles that administrators add (列名别名)."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from registry import access
from registry.errors import Refused
from registry.imports import service
from registry.imports.roster_columns import COLUMNS
from registry.imports.scan import column_letter
from registry.imports.table import Aliases, title_key
from registry.models import Authority, ColumnAlias, ImportBatch, ImportSheet, RememberedColumns, User

BY_FIELD = {column.field: column for column in COLUMNS}
NOT_IMPORTED = "不导入"


def targets() -> list[tuple[str, str]]:
    """Choices of what a column may be imported as; the first is nothing."""
    return [("", NOT_IMPORTED)] + [
        (column.field, column.title + ("*" if column.required else ""))
        for column in COLUMNS
        if not column.field.startswith("_")
    ]


@dataclass(frozen=True)
class Faults:
    """What keeps a mapping from being used, in words: by column number, and for the sheet as a whole."""

    columns: dict[int, str]
    whole: list[str]

    def __bool__(self) -> bool:
        return bool(self.columns or self.whole)


def faults(fields: dict[int, str], titles: dict[int, str]) -> Faults:
    """Two columns for one thing, and required things without a column."""
    first: dict[str, int] = {}
    twice = {}
    for column, name in sorted(fields.items()):
        if not name:
            continue
        if name in first:
            other = first[name]
            shown = f"{column_letter(other + 1)} 列{f'“{titles[other]}”' if titles.get(other) else ''}"
            twice[column] = f"{shown}也对应“{BY_FIELD[name].title}”，只能选一列。"
        else:
            first[name] = column
    missing = [
        f"缺少必填的“{column.title}”列{_instead(column.instead)}。"
        for column in COLUMNS
        if column.required and not first.keys() & {column.field, *column.instead}
    ]
    return Faults(twice, missing)


def _instead(names: tuple[str, ...]) -> str:
    return f"（也可以用“{'”“'.join(BY_FIELD[name].title for name in names)}”）" if names else ""


@transaction.atomic
def confirm(batch_id: int, *, by: User, sheet: ImportSheet, fields: dict[int, str]) -> ImportBatch:
    """Read the file with these columns, and remember them for the authority and this row of titles.

    `fields` maps columns (from 0) to a field of the roster, or to "" where a column is not imported.
    """
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    titles = {one["at"]: one["title"] for one in sheet.columns}
    fields = {column: fields.get(column, "") for column in titles}
    if found := faults(fields, titles):
        raise Refused("".join([*found.whole, *found.columns.values()]))
    columns = {str(column): name for column, name in fields.items()}
    batch.mapping = {
        "sheet": sheet.name,
        "first": sheet.header_first,
        "last": sheet.header_last,
        "columns": columns,
    }
    batch.columns_by = f"{by} {timezone.localdate()} 确认"
    batch.save(update_fields=["mapping", "columns_by"])
    if batch.authority_id:
        RememberedColumns.objects.update_or_create(
            authority=batch.authority,
            signature=sheet.signature,
            defaults={"columns": columns, "confirmed_by": by, "confirmed_at": timezone.now()},
        )
    return service.reread(batch_id, by=by)


# -- Titles of administrators -------------------------------------------------------------------------------
def _built_in() -> Aliases:
    return Aliases(COLUMNS)


@transaction.atomic
def add_alias(authority: Authority, title: str, field: str, *, by: User) -> ColumnAlias:
    """Let another title mean a column, at an authority and below it."""
    access.require(by, "import_institutions", authority)
    title = " ".join(title.split())
    key = title_key(title)
    if not key:
        raise Refused("列名里要有文字。")
    if known := _built_in().of(title):
        same = "，不用再加" if known == field else "；这一份表要作别的理解时，请在导入时的列对应里改"
        raise Refused(f"“{title}”已经认作“{BY_FIELD[known].title}”{same}。")
    held = ColumnAlias.objects.filter(authority=authority, key=key).first()
    if held:
        raise Refused(f"“{held.title}”已经对应“{BY_FIELD[held.field].title}”。要改请先删除原来的一条。")
    return ColumnAlias.objects.create(authority=authority, title=title, key=key, field=field, added_by=by)


@transaction.atomic
def remove_alias(alias_id: int, *, by: User) -> None:
    """Take a title back; files read before stay as they are."""
    alias = ColumnAlias.objects.select_for_update(of=("self",)).get(pk=alias_id)
    access.require(by, "import_institutions", alias.authority)
    alias.delete()


@transaction.atomic
def forget(remembered_id: int, *, by: User) -> None:
    """Ask again about files with these titles."""
    remembered = RememberedColumns.objects.select_for_update(of=("self",)).get(pk=remembered_id)
    access.require(by, "import_institutions", remembered.authority)
    remembered.delete()
