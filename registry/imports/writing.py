"""Staged rows into the register (写入): a handful of set-based statements inside one transaction.

The values never pass through Python again: PostgreSQL takes them from the staging rows' JSON. Columns and defaults
follow the model, so a new field of Institution needs no change here. The statements are put together from names of
the model's own columns only; every value is a parameter.
"""

# ruff: noqa: S608

from django.db import connection, models

from registry.models import ImportBatch, Institution

_KEPT = frozenset(("id", "version"))
_ROWS = "batch_id = %s AND action = %s AND NOT skipped"


def fields() -> list[models.Field]:
    """The columns of an institution that an act may write."""
    return [
        field
        for field in Institution._meta.concrete_fields
        if field.attname not in _KEPT and not field.generated
    ]


def record() -> str:
    """Column list of jsonb_to_record: each field with its database type."""
    columns = (
        f'"{f.column}" {f.rel_db_type(connection) if f.is_relation else f.db_type(connection)}'
        for f in fields()
    )
    return ", ".join(columns)


def insert_new(batch: ImportBatch) -> int:
    """Create the institutions of all 'create' rows under the ids they were staged with. Answers how many."""
    written = fields()
    columns = ", ".join(f'"{field.column}"' for field in written)
    values = ", ".join(f'coalesce(v."{field.column}", %s)' for field in written)
    defaults = [field.get_default() for field in written]
    with connection.cursor() as cursor:
        # Sorted by code, in memory: the unique index grows at its end instead of everywhere.
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(
            f"""INSERT INTO registry_institution (id, version, {columns})
                SELECT r.institution_id, 1, {values}
                FROM registry_importrow r, jsonb_to_record(r."values") AS v({record()})
                WHERE {_ROWS} ORDER BY v.uscc""",
            [*defaults, batch.pk, "create"],
        )
        return cursor.rowcount


def keep_former_names(batch: ImportBatch, source: str) -> None:
    """A renamed institution stays findable under the name it had."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO registry_institutionname (institution_id, name, kind, source)
                SELECT i.id, i.name, 'former', %s FROM registry_importrow r
                JOIN registry_institution i ON i.id = r.institution_id
                WHERE {_ROWS} AND jsonb_exists(r."values", 'name') ON CONFLICT DO NOTHING""",
            [source, batch.pk, "update"],
        )


def update_changed(batch: ImportBatch) -> int:
    """Write the differing fields of all 'update' rows and nothing else. Answers how many institutions."""
    sets = ", ".join(
        f'"{field.column}" = CASE WHEN jsonb_exists(r."values", \'{field.column}\') '
        f'THEN v."{field.column}" ELSE i."{field.column}" END'
        for field in fields()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE registry_institution i SET {sets}, version = i.version + 1
                FROM registry_importrow r, jsonb_to_record(r."values") AS v({record()})
                WHERE {_ROWS} AND i.id = r.institution_id""",
            [batch.pk, "update"],
        )
        return cursor.rowcount


def add_second_names(batch: ImportBatch, source: str) -> None:
    """第二名称 of new and changed institutions; names that are there already stay as they are."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO registry_institutionname (institution_id, name, kind, source)
               SELECT DISTINCT r.institution_id, n.name, 'second', %s
               FROM registry_importrow r, jsonb_array_elements_text(r.second_names) AS n(name)
               WHERE batch_id = %s AND action IN ('create', 'update') AND NOT skipped AND second_names <> '[]'
               ON CONFLICT DO NOTHING""",
            [source, batch.pk],
        )


def join_branches(batch: ImportBatch) -> None:
    """Point branches at main institutions that stand on another row of the same file.

    The branches are picked out first: nothing has counted the new rows yet, and a planner that believes them to be
    few would compare every row of the file with every other.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH branch AS MATERIALIZED (
                   SELECT r.institution_id, (r."values" ->> 'main_row')::int AS main_row FROM registry_importrow r
                   WHERE r.batch_id = %s AND r.action IN ('create', 'update') AND NOT r.skipped
                     AND jsonb_exists(r."values", 'main_row')),
               pair AS MATERIALIZED (
                   SELECT branch.institution_id, main.institution_id AS main_id
                   FROM branch JOIN registry_importrow main ON main.batch_id = %s AND main.number = branch.main_row
                   WHERE main.institution_id IS NOT NULL AND NOT main.skipped)
               UPDATE registry_institution i SET main_institution_id = pair.main_id
               FROM pair WHERE i.id = pair.institution_id""",
            [batch.pk, batch.pk],
        )
