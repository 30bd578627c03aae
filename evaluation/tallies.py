"""Adding up the counts of verdicts (判定计数汇总)."""

from django.db import transaction

from evaluation.standing import by_keys
from registry.models import Division

# Most counts of a first run stand in one row already: only what stands in several is added up. One place is looked up
# after the other, or a province would walk the counts of the nation (see evaluation/standing.py).
_COMPACT = """
    WITH several AS (
        SELECT division_id, provision, verdict FROM unnest(%s::bigint[]) AS one (pk) CROSS JOIN LATERAL (
            SELECT division_id, provision, verdict FROM evaluation_tally WHERE division_id = one.pk OFFSET 0
        ) AS here
        GROUP BY division_id, provision, verdict HAVING count(*) > 1
    ), gone AS (
        DELETE FROM evaluation_tally WHERE id = ANY(ARRAY(
            SELECT tally.id FROM several CROSS JOIN LATERAL (
                SELECT id FROM evaluation_tally
                WHERE division_id = several.division_id AND provision = several.provision
                    AND verdict = several.verdict FOR UPDATE SKIP LOCKED
            ) AS tally
        )) RETURNING division_id, provision, verdict, number
    )
    INSERT INTO evaluation_tally (division_id, provision, verdict, number)
    SELECT division_id, provision, verdict, sum(number) FROM gone
    GROUP BY division_id, provision, verdict HAVING sum(number) <> 0
"""


@transaction.atomic
def compact(division: Division) -> None:
    """One row for each place, provision and verdict of an area; the sums stay what they are."""
    within = Division.objects.filter(path__startswith=division.path).order_by().values_list("pk", flat=True)
    with by_keys() as cursor:
        cursor.execute(_COMPACT, [list(within)])
