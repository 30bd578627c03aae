"""What stands on an applied import (后续变动): why a row of it can no longer be undone, row by row.

A row that created an institution cannot be undone once the institution was changed or anything refers to it; a row
that changed one cannot be undone once it was changed again. Found by a handful of queries, however many rows.
"""

from collections import defaultdict
from collections.abc import Iterator

from django.db import connection, models
from django.db.models import F
from django.utils import timezone

from registry.imports.differences import title
from registry.models import AuditEntry, ImportBatch, ImportRow, Institution, InstitutionName, User
from registry.models.derive import DERIVED

# Written rows that are not undone yet; %s is the batch.
WRITTEN = "r.batch_id = %s AND r.action IN ('create', 'update') AND NOT r.skipped AND NOT r.undone"
_QUIET = frozenset(("version", "pinyin", *DERIVED))
_OWN = frozenset((ImportRow, InstitutionName, Institution))


def obstacles(batch: ImportBatch) -> dict[int, str]:
    """Id of each staged row that cannot be undone, with the reason; in the order of the file."""
    found: dict[int, list[str]] = defaultdict(list)
    for look in (_changed_later, _names_changed_later, _referred_to, _other_names, _merged, _main_gone):
        for row, reason in look(batch):
            found[row].append(reason)
    _spread(batch, found)
    order = (
        ImportRow.objects.filter(batch=batch, pk__in=found).order_by("number").values_list("pk", flat=True)
    )
    return {row: "；".join(dict.fromkeys(found[row]))[:300] for row in order}


def _rows(sql: str, *parameters) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


# -- Later changes ------------------------------------------------------------------------------------------
def _changed_later(batch: ImportBatch) -> Iterator[tuple[int, str]]:
    latest = dict(
        _rows(
            f"""SELECT r.id, max(a.id) FROM registry_importrow r JOIN registry_auditentry a
                ON a.table_name = 'registry_institution' AND a.row_id = r.institution_id::text AND a.id > %s
                  AND (a.action <> 'UPDATE' OR a.after - %s <> '{{}}'::jsonb)
                WHERE {WRITTEN} GROUP BY r.id""",  # noqa: S608
            batch.last_entry,
            list(DERIVED),
            batch.pk,
        )
    )
    told = _told(set(latest.values()))
    for row, entry in latest.items():
        yield row, told[entry]


def _told(ids: set[int]) -> dict[int, str]:
    """Each audit entry as a reason: who, when, in which act, which fields."""
    entries = list(
        AuditEntry.objects.filter(pk__in=ids)
        .order_by("pk")
        .values_list("pk", "at", "actor_id", "action", "after", "context")
    )
    people = dict(
        User.objects.filter(pk__in={entry[2] for entry in entries}).order_by("pk").values_list("pk", "name")
    )
    told = {}
    for pk, at, actor, action, after, context in entries:
        who = people.get(actor, "系统")
        day = timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
        if action == AuditEntry.Action.DELETE:
            told[pk] = f"{who}已于 {day} 删除这家机构"
            continue
        fields = "、".join(title(name) for name in after or {} if name not in _QUIET)
        how = f"因“{context['reason']}”" if context.get("reason") else ""
        told[pk] = f"{who}于 {day} {how}又改过{f'（{fields}）' if fields else ''}"
    return told


_OWN_NAME = """EXISTS (SELECT FROM registry_auditentry a WHERE a.table_name = 'registry_institutionname'
    AND a.row_id = n.id::text AND a.action = 'INSERT' AND a.id <= %s AND a.context ->> 'batch' = %s::text)"""


def _names_changed_later(batch: ImportBatch) -> Iterator[tuple[int, str]]:
    for row, name in _rows(
        f"""SELECT DISTINCT ON (r.id, n.id) r.id, n.name FROM registry_importrow r
            JOIN registry_institutionname n ON n.institution_id = r.institution_id
            JOIN registry_auditentry later ON later.table_name = 'registry_institutionname'
              AND later.row_id = n.id::text AND later.action = 'UPDATE' AND later.id > %s
            WHERE {WRITTEN} AND {_OWN_NAME} ORDER BY r.id, n.id""",  # noqa: S608
        batch.last_entry,
        batch.pk,
        batch.last_entry,
        batch.pk,
    ):
        yield row, f"名称“{name}”后来又改过"


# -- What refers to an institution that would go --------------------------------------------------------------
def _relations() -> Iterator[models.ForeignObjectRel]:
    """Every foreign key of any application that points at an institution, also those without a way back."""
    for relation in Institution._meta.get_fields(include_hidden=True):
        if (
            (relation.one_to_many or relation.one_to_one)
            and relation.auto_created
            and relation.related_model not in _OWN
        ):
            yield relation


def _referred_to(batch: ImportBatch) -> Iterator[tuple[int, str]]:
    for relation in _relations():
        meta = relation.related_model._meta
        column = relation.field.column
        for row, count in _rows(
            f"""SELECT r.id, count(*) FROM registry_importrow r JOIN "{meta.db_table}" x
                ON x."{column}" = r.institution_id WHERE {WRITTEN} AND r.action = 'create' GROUP BY r.id""",  # noqa: S608
            batch.pk,
        ):
            yield row, f"已有“{meta.verbose_name}”{count} 条"


def _other_names(batch: ImportBatch) -> Iterator[tuple[int, str]]:
    for row, name in _rows(
        f"""SELECT r.id, min(n.name) FROM registry_importrow r JOIN registry_institutionname n
            ON n.institution_id = r.institution_id
            WHERE {WRITTEN} AND r.action = 'create' AND NOT {_OWN_NAME} GROUP BY r.id""",  # noqa: S608
        batch.pk,
        batch.last_entry,
        batch.pk,
    ):
        yield row, f"后来登记了名称“{name}”"


def _merged(batch: ImportBatch) -> Iterator[tuple[int, str]]:
    for row, name in _rows(
        f"""SELECT r.id, min(i.name) FROM registry_importrow r JOIN registry_institution i
            ON i.merged_into_id = r.institution_id WHERE {WRITTEN} AND r.action = 'create' GROUP BY r.id""",  # noqa: S608
        batch.pk,
    ):
        yield row, f"“{name}”已并入这家机构"


# -- What the former values need ----------------------------------------------------------------------------
def _main_gone(batch: ImportBatch) -> Iterator[tuple[int, str]]:
    for (row,) in _rows(
        f"""SELECT DISTINCT r.id FROM registry_importrow r JOIN registry_auditentry a
            ON a.table_name = 'registry_institution' AND a.row_id = r.institution_id::text AND a.id <= %s
              AND a.context ->> 'batch' = %s::text
            WHERE {WRITTEN} AND r.action = 'update' AND a.before ->> 'main_institution_id' IS NOT NULL
              AND NOT EXISTS (SELECT FROM registry_institution i
                              WHERE i.id = (a.before ->> 'main_institution_id')::bigint)""",  # noqa: S608
        batch.last_entry,
        batch.pk,
        batch.pk,
    ):
        yield row, "原来的主要机构已不在名录"


def _needs(batch: ImportBatch) -> list[tuple[int, int | None, str]]:
    """(row, the row of the same import that must be undone with it or None for somebody else's, reason)."""
    branches = _rows(
        f"""SELECT r.id, other.id, '分支机构“' || i.name || '”仍指向它'
            FROM registry_importrow r JOIN registry_institution i ON i.main_institution_id = r.institution_id
            LEFT JOIN registry_importrow other ON other.batch_id = r.batch_id AND other.institution_id = i.id
              AND other.action IN ('create', 'update') AND NOT other.skipped AND NOT other.undone
            WHERE {WRITTEN} AND r.action = 'create'""",  # noqa: S608
        batch.pk,
    )
    taken = [
        one
        for column, word in (("uscc", "统一社会信用代码"), ("licence_number", "登记号"))
        for one in _rows(
            f"""SELECT r.id, other.id, '原来的{word} ' || i.{column} || ' 现由“' || i.name || '”使用'
                FROM registry_importrow r JOIN registry_auditentry a
                  ON a.table_name = 'registry_institution' AND a.row_id = r.institution_id::text AND a.id <= %s
                    AND a.action = 'UPDATE' AND a.context ->> 'batch' = %s::text
                JOIN registry_institution i ON i.{column} = a.before ->> '{column}' AND i.{column} <> ''
                  AND i.merged_into_id IS NULL AND i.id <> r.institution_id
                LEFT JOIN registry_importrow other ON other.batch_id = r.batch_id AND other.institution_id = i.id
                  AND other.action IN ('create', 'update') AND NOT other.skipped AND NOT other.undone
                WHERE {WRITTEN} AND r.action = 'update'""",  # noqa: S608
            batch.last_entry,
            batch.pk,
            batch.pk,
        )
    ]
    return branches + taken


def _spread(batch: ImportBatch, found: dict[int, list[str]]) -> None:
    """A row stays when one stays that it needs to be undone with it; until nothing more follows."""
    needs = _needs(batch)
    while True:
        more = [
            (row, reason)
            for row, other, reason in needs
            if (other is None or other in found) and reason not in found.get(row, ())
        ]
        if not more:
            return
        for row, reason in more:
            found[row].append(reason)


def written_rows(batch: ImportBatch):
    """The rows of an import that are in the register, in the order of the file."""
    actions = (ImportRow.Action.CREATE, ImportRow.Action.UPDATE)
    return batch.staged_rows.filter(action__in=actions, skipped=False, undone=False).order_by(F("number"))
