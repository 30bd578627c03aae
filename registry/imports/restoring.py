"""Taking an import out of the register again (还原), from what the audit kept of it; a handful of statements.

The statements work on the rows of the import that are written and have no reason to be kept.
"""

# ruff: noqa: S608

from django.db import connection

from registry.imports.obstacles import WRITTEN
from registry.imports.writing import fields, record
from registry.models import ImportBatch

_FREE = f"{WRITTEN} AND r.kept = ''"
# Of several changes by the same import the earliest knows what was there before: it comes last and wins.
_BEFORE = f"""
    SELECT r.institution_id, jsonb_object_agg(pair.key, pair.value ORDER BY a.id DESC) AS "values"
    FROM registry_importrow r
    JOIN registry_auditentry a ON a.table_name = 'registry_institution' AND a.row_id = r.institution_id::text
      AND a.action = 'UPDATE' AND a.id <= %s AND a.context ->> 'batch' = %s::text
    CROSS JOIN LATERAL jsonb_each(a.before) AS pair
    WHERE {_FREE} AND r.action = 'update' GROUP BY r.institution_id
"""
_CODES = ("uscc", "licence_number")


def _execute(sql: str, *parameters) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


def lock(batch: ImportBatch) -> None:
    """Nobody changes these institutions or begins to refer to them until this transaction ends."""
    _execute(
        f"""SELECT i.id FROM registry_institution i WHERE i.id IN
            (SELECT r.institution_id FROM registry_importrow r WHERE {WRITTEN}) ORDER BY i.id FOR UPDATE""",
        batch.pk,
    )


def remove_names(batch: ImportBatch) -> int:
    """Second and former names that the import added."""
    return _execute(
        f"""DELETE FROM registry_institutionname n USING registry_importrow r
            WHERE {_FREE} AND n.institution_id = r.institution_id AND EXISTS
              (SELECT FROM registry_auditentry a WHERE a.table_name = 'registry_institutionname'
               AND a.row_id = n.id::text AND a.action = 'INSERT' AND a.id <= %s
               AND a.context ->> 'batch' = %s::text)""",
        batch.pk,
        batch.last_entry,
        batch.pk,
    )


def restore(batch: ImportBatch) -> int:
    """Give changed institutions the values they had; answers how many."""
    written = (batch.last_entry, batch.pk, batch.pk)
    for code in _CODES:  # two that have exchanged their codes would otherwise be in each other's way
        _execute(
            f"""UPDATE registry_institution i SET {code} = '' FROM ({_BEFORE}) b
                WHERE i.id = b.institution_id AND i.{code} <> '' AND b."values" ->> '{code}' <> i.{code}
                  AND EXISTS (SELECT FROM ({_BEFORE}) other WHERE other."values" ->> '{code}' = i.{code})""",
            *written,
            *written,
        )
    sets = ", ".join(
        f'"{field.column}" = CASE WHEN jsonb_exists(b."values", \'{field.column}\') '
        f'THEN v."{field.column}" ELSE i."{field.column}" END'
        for field in fields()
    )
    return _execute(
        f"""UPDATE registry_institution i SET {sets}, version = i.version + 1
            FROM ({_BEFORE}) b, jsonb_to_record(b."values") AS v({record()}) WHERE i.id = b.institution_id""",
        *written,
    )


def remove_created(batch: ImportBatch) -> int:
    """Take out the institutions that the import created; answers how many."""
    return _execute(
        f"""DELETE FROM registry_institution i USING registry_importrow r
            WHERE {_FREE} AND r.action = 'create' AND i.id = r.institution_id""",
        batch.pk,
    )


def mark(batch: ImportBatch) -> int:
    """The rows are undone; a created institution is no longer there to be pointed at. Answers how many rows."""
    return _execute(
        f"""UPDATE registry_importrow r SET undone = TRUE,
            institution_id = CASE r.action WHEN 'create' THEN NULL ELSE r.institution_id END WHERE {_FREE}""",
        batch.pk,
    )
