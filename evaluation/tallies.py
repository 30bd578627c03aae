"""Adding up the counts of verdicts (判定计数汇总)."""

from django.db import connection, transaction

from registry.models import Division

# Most counts of a first run stand in one row already: only what stands in several is added up.
_COMPACT = """
    WITH several AS (
        SELECT division_id, provision, verdict FROM evaluation_tally
        JOIN registry_division place ON place.id = division_id WHERE place.path LIKE %s
        GROUP BY division_id, provision, verdict HAVING count(*) > 1
    ), gone AS (
        DELETE FROM evaluation_tally WHERE id IN (
            SELECT tally.id FROM evaluation_tally tally JOIN several USING (division_id, provision, verdict)
            FOR UPDATE OF tally SKIP LOCKED
        ) RETURNING division_id, provision, verdict, number
    )
    INSERT INTO evaluation_tally (division_id, provision, verdict, number)
    SELECT division_id, provision, verdict, sum(number) FROM gone
    GROUP BY division_id, provision, verdict HAVING sum(number) <> 0
"""


@transaction.atomic
def compact(division: Division) -> None:
    """One row for each place, provision and verdict of an area; the sums stay what they are."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPACT, [f"{division.path}%"])
