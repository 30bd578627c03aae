"""Whom a run has to read at all (初筛): of most of a register every rule says 不适用, and that takes no facts to say."""

from collections.abc import Sequence

from django.db.models import QuerySet

from evaluation.areas import area_of
from evaluation.models import ComplianceRun, Finding
from evaluation.subjects import Source
from registry.facts.institutions import places
from registry.policy.book import RuleBook

Rows = Sequence[tuple[int, str]]  # subjects by id, each with the path of its place


def screened(run: ComplianceRun, source: Source, rows: Rows, book: RuleBook) -> tuple[Rows, Rows]:
    """Subjects that must be judged, and those about which no rule says anything but NA, or none is made at all.

    What still stands of a subject is judged again, or nobody would notice that it no longer holds.
    """
    bound = {
        path: book.decided_for(places(path), run.as_of, source.subject) for path in {path for _, path in rows}
    }
    rules = {rule.id: rule for those in bound.values() for rule in those}
    area = area_of(run.division)
    inside = source.inside(area, run.as_of).order_by()
    near: set[int] | None = set()
    if rules:
        reach = source.reach(rules.values(), area, run.as_of) if source.reach else None
        near = None if reach is None else set(inside.filter(reach).values_list("pk", flat=True))
    standing = _standing(source, inside)
    reached, rest = [], []
    for row in rows:
        pk, path = row
        judged = pk in standing or (bound[path] and (near is None or pk in near))
        (reached if judged else rest).append(row)
    return reached, rest


def _standing(source: Source, inside: QuerySet) -> set[int]:
    """Subjects of which anything stands."""
    rows = Finding.objects.standing().filter(subject_type=source.subject, subject_id__in=inside.values("pk"))
    return set(rows.order_by().values_list("subject_id", flat=True).distinct())
