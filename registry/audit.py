"""Audit (审计): every write leaves its before and after, whoever made it and by whatever path.

The entries are written by statement-level database triggers with transition tables, so bulk writes and raw SQL
cannot slip past and a mass of rows costs one insert. The person, the request and the reason travel beside each
writing statement in the transaction-local setting `yilianti.context`. Sealing into hash-chained blocks happens
after commit (registry/audit_chain.py), never inside a trigger.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pgtrigger
from django.db import connections

# Tables that carry no trigger, each with its reason; a test holds this list against the models.
UNAUDITED: dict[str, str] = {
    "registry.AuditEntry": "the audit itself; append-only by its own trigger",
    "registry.AuditBlock": "the seal of the audit; append-only by its own trigger",
    "registry.AuditCheck": "what a walk along the chain found; append-only by its own trigger",
    "registry.AccessLog": "a log of reads and refusals; append-only by its own trigger",
    "registry.FactSheet": "immutable and named by its own digest",
    "grids.Holding": "derived by triggers from grids, townships and assignments, which are audited",
    "registry.Job": "progress counter of background work; carries no facts of the register",
    "registry.Notification": "a message drawn by program from audited events; its reader alone marks it read",
    "registry.Delivery": "progress of sending a message; carries no facts of the register",
    "registry.ImportRow": "staging of an import, written in masses; what it changes is audited where it is written",
    "registry.ImportIssue": "findings on a staged file, drawn by program and never edited",
    "registry.ImportSheet": "what a file was seen to hold, drawn by program and never edited",
    "filing.CountedYear": "progress of counting deadlines again; carries no facts of a filing",
    "evaluation.RunItem": "work list of a compliance run; holds ids and progress",
    "evaluation.Change": "queue of audit entries that compliance has not looked at yet",
    "evaluation.Touched": "queue of subjects that are to be judged again",
    "evaluation.Tally": "counted by triggers from the findings",
    "evaluation.ImpactFlip": "drawn from audited facts and a kept draft by the engine, never edited by a person",
    "evaluation.Finding": "drawn from audited facts by the engine, dated itself, never edited by a person",
}

_context: ContextVar[dict[str, Any] | None] = ContextVar("audit_context", default=None)
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|WITH|COPY|TRUNCATE|MERGE)\b", re.IGNORECASE)

_INSERT = """
    INSERT INTO registry_auditentry (at, table_name, row_id, action, before, after, actor_id, context, db_user)
    SELECT clock_timestamp(), TG_TABLE_NAME, {source}."{{meta.pk.column}}"::text, TG_OP, {before}, {after},
           (nullif(current_setting('yilianti.context', true), '')::jsonb ->> 'actor')::bigint,
           coalesce(nullif(current_setting('yilianti.context', true), '')::jsonb, '{{{{}}}}'::jsonb), current_user
    FROM {rows};
    RETURN NULL;
"""
# Only what changed is kept of an update: the difference is what a reader looks for, and rows are wide.
_CHANGED = """(SELECT jsonb_object_agg(pair.key, pair.value) FROM jsonb_each(to_jsonb({one}) - '{secret}') pair
               WHERE (to_jsonb({other}) - '{secret}') -> pair.key IS DISTINCT FROM pair.value)"""


def _trigger(operation, referencing, *, source, before, after, rows) -> pgtrigger.Trigger:
    body = _INSERT.format(source=source, before=before, after=after, rows=rows)
    return pgtrigger.Trigger(
        name=f"audit_{str(operation).lower()}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=referencing,
        func=pgtrigger.Func(body),
    )


def audited(leave_out: str = "password") -> list[pgtrigger.Trigger]:
    """The three audit triggers of a table, for `class Meta: triggers = audited()`; `leave_out` names a secret column."""
    return [
        _trigger(
            pgtrigger.Insert,
            pgtrigger.Referencing(new="new_rows"),
            source="n",
            before="NULL::jsonb",
            after=f"to_jsonb(n) - '{leave_out}'",
            rows="new_rows n",
        ),
        _trigger(
            pgtrigger.Update,
            pgtrigger.Referencing(old="old_rows", new="new_rows"),
            source="n",
            before=_CHANGED.format(one="o", other="n", secret=leave_out),
            after=_CHANGED.format(one="n", other="o", secret=leave_out),
            rows='new_rows n JOIN old_rows o ON o."{meta.pk.column}" = n."{meta.pk.column}" '
            "WHERE o.* IS DISTINCT FROM n.*",
        ),
        _trigger(
            pgtrigger.Delete,
            pgtrigger.Referencing(old="old_rows"),
            source="o",
            before=f"to_jsonb(o) - '{leave_out}'",
            after="NULL::jsonb",
            rows="old_rows o",
        ),
    ]


def append_only() -> list[pgtrigger.Trigger]:
    """Rows of this table can be added and read, never changed, removed or truncated."""
    return [
        pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name="no_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION '审计记录不可清空';",
        ),
    ]


def current() -> dict[str, Any]:
    """The context that the next write of this thread will carry."""
    return dict(_context.get() or {})


@contextmanager
def acting(user=None, **details: Any) -> Iterator[None]:
    """Writes inside carry this person and these details (request, reason, batch …); nested contexts add up."""
    merged = {**current(), **{key: value for key, value in details.items() if value is not None}}
    if user is not None:
        merged["actor"] = user.pk
    token = _context.set(merged)
    try:
        yield
    finally:
        _context.reset(token)


def carry_context(cursor) -> None:
    """Hand the context to the open transaction by itself, for statements that bypass Django's cursor (COPY)."""
    cursor.execute("SELECT set_config('yilianti.context', %s, true)", [json.dumps(current(), default=str)])


def _carry(execute, sql, params, many, context):
    details = _context.get()
    if details and isinstance(sql, str) and _WRITES.match(sql):
        value = json.dumps(details, default=str)
        if params is None:
            sql, params = (
                sql.replace("%", "%%"),
                (),
            )  # without parameters the driver took the text as it stood
        sql = f"SELECT set_config('yilianti.context', %s, true); {sql}"
        params = [(value, *row) for row in params] if many else (value, *params)
    return execute(sql, params, many, context)


def install(connection, **kwargs) -> None:
    """Listen on every new database connection (signal connection_created)."""
    if connection.vendor == "postgresql" and _carry not in connection.execute_wrappers:
        # First, not last: Django's execute_wrapper() takes the last one off again when it ends, and a connection
        # may be opened inside one.
        connection.execute_wrappers.insert(0, _carry)


def install_on_open_connections() -> None:
    for connection in connections.all(initialized_only=True):
        install(connection)
