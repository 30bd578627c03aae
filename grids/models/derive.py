"""Triggers that keep the in-force holdings (有效责任) equal to what grids, townships and assignments say.

The exclusion constraint spans three tables, so it stands on a derived one. Deriving it in the database means
that no path of writing, raw SQL included, can make two consortia responsible for one physical township.
"""

import pgtrigger

# Waiting for the grid makes two writers to the same grid follow one another, so neither misses the other's row.
_REBUILD = """
    {touched}
    IF touched IS NULL THEN RETURN NULL; END IF;
    PERFORM 1 FROM grids_grid WHERE id = ANY (touched) ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM grids_holding WHERE grid_id = ANY (touched);
    INSERT INTO grids_holding (unit_id, grid_id, consortium_id, assignment_id, exclusive, during)
    SELECT coalesce(place.physical_unit_id, place.id), held.grid_id, held.consortium_id, held.id, held.exclusive,
           unnest(range_agg(unit.during * held.during * grid.during))
    FROM grids_gridassignment held
    JOIN grids_grid grid ON grid.id = held.grid_id
    JOIN grids_gridunit unit ON unit.grid_id = held.grid_id
    JOIN registry_division place ON place.id = unit.division_id
    WHERE held.grid_id = ANY (touched) AND held.status = 'in_force' AND unit.status = 'in_force'
      AND NOT isempty(unit.during * held.during * grid.during)
    GROUP BY 1, 2, 3, 4, 5
    ORDER BY 1;
    RETURN NULL;
"""


def _trigger(operation, touched: str, **referencing) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=f"holdings_{str(operation).lower()}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**referencing),
        declare=[("touched", "bigint[]")],
        func=pgtrigger.Func(_REBUILD.format(touched=touched)),
    )


def _grids_of(rows: str, column: str) -> str:
    return f"SELECT array_agg(DISTINCT {column}) INTO touched FROM {rows};"  # noqa: S608 (constants)


def rebuilds_holdings(column: str) -> list[pgtrigger.Trigger]:
    """Triggers of a table whose `column` names the grid concerned."""
    return [
        _trigger(pgtrigger.Insert, _grids_of("new_rows", column), new="new_rows"),
        follows_changes(column),
        _trigger(pgtrigger.Delete, _grids_of("old_rows", column), old="old_rows"),
    ]


def follows_changes(column: str) -> pgtrigger.Trigger:
    """The trigger of a table whose rows matter to holdings only once they change."""
    both = f"(SELECT {column} FROM new_rows UNION SELECT {column} FROM old_rows) changed"  # noqa: S608 (constants)
    return _trigger(pgtrigger.Update, _grids_of(both, column), old="old_rows", new="new_rows")


def rebuilds_holdings_of_doubles() -> list[pgtrigger.Trigger]:
    """The trigger on places: linking two codes of one township may make two holdings meet."""
    touched = """
    SELECT array_agg(DISTINCT unit.grid_id) INTO touched
    FROM new_rows one JOIN old_rows was ON was.id = one.id JOIN grids_gridunit unit ON unit.division_id = one.id
    WHERE one.physical_unit_id IS DISTINCT FROM was.physical_unit_id;
    """
    return [_trigger(pgtrigger.Update, touched, old="old_rows", new="new_rows")]
