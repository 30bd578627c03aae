"""Reading waivers into facts (读取豁免事实): those in force on a day, of a batch of subjects of one kind."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from registry.facts.waiver import WaiverFacts
from registry.gather import composed, day, gather
from registry.models import Waiver


@composed("ids", "as_of")
def waiver_rows(subject: str, ids: Sequence[int], as_of: date) -> QuerySet:
    """豁免 in force on a day, to be gathered."""
    rows = Waiver.objects.about(subject, ids).holding_on(as_of).order_by("pk")
    return rows.annotate(about_id=Coalesce("consortium_id", "subject_id")).values_list(
        "about_id", "provision", "reason", "approver", "granted_by__name", "granted_on", "document", "until", "replaced", "kind"
    )  # fmt: skip


def waivers_from(rows: Iterable[Sequence[Any]]) -> dict[int, tuple[WaiverFacts, ...]]:
    """Gathered waivers by subject."""
    found = defaultdict(list)
    for subject, provision, reason, approver, by, granted_on, document, until, replaced, kind in rows:
        found[subject].append(
            WaiverFacts(
                provision,
                reason,
                approver or by,
                date.fromisoformat(granted_on),
                document,
                day(until),
                replaced or {},
                kind,
            )
        )
    return {pk: tuple(listed) for pk, listed in found.items()}


def waivers_of(subject: str, ids: Iterable[int], as_of: date) -> dict[int, tuple[WaiverFacts, ...]]:
    """豁免 in force on a day by subject, in one query."""
    return waivers_from(*gather(waiver_rows(subject, list(ids), as_of)))


def with_waivers(
    subject: str, facts: Iterable[tuple[int, Any]], ids: Iterable[int], as_of: date
) -> Iterator[tuple[int, Any]]:
    """The same facts by id, each with what has been lifted for it; one more query for the batch."""
    held = waivers_of(subject, ids, as_of)
    for pk, one in facts:
        yield pk, replace(one, waivers=held[pk]) if pk in held else one
