"""Seals the audit into hash-chained blocks after commit, and verifies the chain.

A block is a run of entry ids. Sealing waits until no writer is in flight (a short SHARE lock, given up at once
when a long import holds the table), so that no lower id can appear later. The digest is computed by the database
over the stored text of each entry, hence the same after a dump and restore.
"""

from dataclasses import dataclass

from django.db import OperationalError, connection, transaction

from registry.models import AuditBlock, AuditCheck

GENESIS = "0" * 64
BLOCK_SIZE = 20_000

_DIGEST = """
    SELECT count(*), min(id), max(id),
           encode(sha256(convert_to(%s || string_agg(
               id || '|' || extract(epoch FROM at) || '|' || table_name || '|' || row_id || '|' || action || '|' ||
               coalesce(before::text, '') || '|' || coalesce(after::text, '') || '|' || coalesce(actor_id::text, '') ||
               '|' || context::text || '|' || db_user, E'\\n' ORDER BY id), 'UTF8')), 'hex')
    FROM registry_auditentry WHERE id BETWEEN %s AND %s
"""


@dataclass(frozen=True)
class Broken:
    """A block whose entries no longer give its digest, or which does not continue the one before."""

    block: AuditBlock
    reason: str


def _digest(previous: str, first: int, last: int) -> tuple[int, int | None, int | None, str | None]:
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, [previous, first, last])
        return cursor.fetchone()


def seal() -> int:
    """Seal what is not sealed yet; the number of entries sealed. 0 when writers are busy: try again later."""
    sealed = 0
    while count := _seal_one():
        sealed += count
    return sealed


def _seal_one() -> int:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE registry_auditblock IN EXCLUSIVE MODE")
            latest = AuditBlock.objects.order_by("-last_entry").first()
            previous, start = (latest.digest, latest.last_entry) if latest else (GENESIS, 0)
            # Longer than deadlock_timeout, after which an autovacuum of the table gives way to us.
            cursor.execute("SET LOCAL lock_timeout = '2500ms'")
            cursor.execute("LOCK TABLE registry_auditentry IN SHARE MODE")
            cursor.execute(
                "SELECT max(id) FROM (SELECT id FROM registry_auditentry WHERE id > %s ORDER BY id LIMIT %s) run",
                [start, BLOCK_SIZE],
            )
            last = cursor.fetchone()[0]
            if last is None:
                return 0
            count, first, last, digest = _digest(previous, start + 1, last)
            AuditBlock.objects.create(
                first_entry=first, last_entry=last, entries=count, previous_digest=previous, digest=digest
            )
            return count
    except OperationalError as busy:
        if "lock timeout" in str(busy):
            return 0
        raise


def verify() -> Broken | None:
    """Walk the chain from its beginning; None when every block still holds."""
    previous, end = GENESIS, 0
    for block in AuditBlock.objects.order_by("last_entry").iterator():
        if block.previous_digest != previous:
            return Broken(block, "与上一块不相接")
        count, _first, _last, digest = _digest(previous, end + 1, block.last_entry)
        if count != block.entries or digest != block.digest:
            return Broken(block, "记录与封存时不一致")
        previous, end = block.digest, block.last_entry
    return None


def check() -> AuditCheck:
    """Seal, verify and keep what was found, for the auditor's page."""
    seal()
    broken = verify()
    head = AuditBlock.objects.order_by("-last_entry").first()
    return AuditCheck.objects.create(
        blocks=AuditBlock.objects.count(),
        head=head.digest if head else "",
        fault=f"记录 {broken.block}：{broken.reason}" if broken else "",
    )
