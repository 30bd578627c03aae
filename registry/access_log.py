"""Log of reads of sensitive content and of refused attempts (查阅与拒绝记录), outside the request's transaction."""

from collections import deque

from django.db import connection

from registry import audit

# Refusals met inside a transaction wait here: the transaction will be rolled back, the refusal must not be.
_waiting: deque[dict] = deque()


def label(subject) -> str:
    """`app.model:pk` of a record, or the text itself."""
    return subject if isinstance(subject, str) else f"{subject._meta.label_lower}:{subject.pk}"


def _row(kind: str, user, subject, detail: str) -> dict:
    return {
        "kind": kind,
        "user_id": getattr(user, "pk", None),
        "subject": label(subject)[:120],
        "detail": detail[:300],
        "request": audit.current().get("request", ""),
    }


def _write(row: dict) -> None:
    from registry.models import AccessLog

    AccessLog.objects.create(**row)


def read(user, subject, detail: str = "") -> None:
    """Record that a person looked at something sensitive."""
    _write(_row("read", user, subject, detail))


def exported(user, subject, detail: str = "") -> None:
    """Record that a person took data out."""
    _write(_row("export", user, subject, detail))


def refused(user, permission: str, unit) -> None:
    """Record a refused attempt; kept even when the surrounding transaction is rolled back."""
    row = _row("refused", user, unit if unit is not None else "system", permission)
    if connection.in_atomic_block:
        _waiting.append(row)
    else:
        _write(row)


def flush() -> None:
    """Write the refusals of transactions that have ended since; called after every request and task."""
    while _waiting and not connection.in_atomic_block:
        _write(_waiting.popleft())
