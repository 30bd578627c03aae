"""Whom a run has to read at all (初筛): of most of a register every rule says 不适用, and that takes no facts to say."""

from collections import Counter
from collections.abc import Collection, Sequence

from django.db.models import Count, Q

from evaluation.areas import area_of
from evaluation.models import ComplianceRun
from evaluation.subjects import Source
from registry.facts.institutions import places
from registry.policy.book import RuleBook

Rows = Sequence[tuple[int, str]]  # subjects by id, each with the path of its place


def screened(
    run: ComplianceRun, source: Source, book: RuleBook, standing: Collection[int]
) -> tuple[Rows, Counter[str]]:
    """Subjects that must be judged, and by path how many there are of which no rule says anything but NA.

    What still stands of a subject is judged again, or nobody would notice that it no longer holds: `standing` are the
    subjects of this kind of which anything does.
    """
    area = area_of(run.division)
    inside = source.inside(area, run.as_of)
    placed = inside.values_list("pk", source.path)
    if source.reach is None:
        rows = list(placed)
        numbers = Counter(path for _, path in rows)
    else:
        counted = inside.order_by().values(source.path).annotate(number=Count("pk"))
        numbers = Counter(dict(counted.values_list(source.path, "number")))
    bound = {path: book.decided_for(places(path), run.as_of, source.subject) for path in numbers}
    rules = {rule.id: rule for those in bound.values() for rule in those}
    if source.reach is not None:
        reach = source.reach(rules.values(), area, run.as_of) if rules else Q(pk__in=[])
        rows = list(placed if reach is None else placed.filter(reach))
        # Apart: with OR the whole area would be read.
        if rest := sorted(set(standing).difference(pk for pk, _ in rows)):
            rows += placed.filter(pk__among=rest)
            rows.sort(key=lambda row: (row[1], row[0]))
    reached = [(pk, path) for pk, path in rows if bound[path] or pk in standing]
    numbers.subtract(path for _, path in reached)
    return reached, +numbers
