"""What must hold of grids (网格不变量)."""

from registry.integrity import Invariant, declare

PAGE = "grids:detail"
_DERIVED = """
    SELECT coalesce(place.physical_unit_id, place.id) AS unit_id, held.grid_id, held.consortium_id,
           held.id AS assignment_id, held.exclusive, unnest(range_agg(unit.during * held.during * grid.during)) AS during
    FROM grids_gridassignment held JOIN grids_grid grid ON grid.id = held.grid_id
    JOIN grids_gridunit unit ON unit.grid_id = held.grid_id
    JOIN registry_division place ON place.id = unit.division_id
    WHERE held.status = 'in_force' AND unit.status = 'in_force'
      AND NOT isempty(unit.during * held.during * grid.during)
    GROUP BY 1, 2, 3, 4, 5"""
_STORED = "SELECT unit_id, grid_id, consortium_id, assignment_id, exclusive, during FROM grids_holding"

declare(
    Invariant(
        "grid-holdings",
        "有效责任等于网格、乡镇街道和责任医联体推出的结果",
        f"""SELECT DISTINCT g.id, g.name AS subject, '有效责任与网格的责任登记不一致' AS message
            FROM (({_DERIVED} EXCEPT {_STORED}) UNION ALL ({_STORED} EXCEPT {_DERIVED})) differing
            JOIN grids_grid g ON g.id = differing.grid_id""",  # noqa: S608 (constants)
        PAGE,
    ),
    Invariant(
        "grid-in-period",
        "乡镇街道和责任的期间在网格期间之内",
        """SELECT g.id, g.name AS subject, '其中一行的期间超出网格的期间' AS message
           FROM (SELECT grid_id, during FROM grids_gridunit WHERE status <> 'dismissed'
                 UNION ALL SELECT grid_id, during FROM grids_gridassignment WHERE status <> 'dismissed') dated
           JOIN grids_grid g ON g.id = dated.grid_id WHERE NOT dated.during <@ g.during""",
        PAGE,
    ),
    Invariant(
        "grid-of-townships",
        "网格由乡镇街道组成",
        """SELECT g.id, g.name AS subject, d.code || ' ' || d.name || ' 不是乡镇、街道' AS message
           FROM grids_gridunit u JOIN grids_grid g ON g.id = u.grid_id
           JOIN registry_division d ON d.id = u.division_id WHERE d.level <> 'township'""",
        PAGE,
    ),
    Invariant(
        "grid-retired-township",
        "网格中没有停用后仍在的乡镇街道",
        """SELECT g.id, g.name AS subject, d.code || ' ' || d.name || ' 自 ' || d.valid_to || ' 停用' AS message
           FROM grids_gridunit u JOIN grids_grid g ON g.id = u.grid_id
           JOIN registry_division d ON d.id = u.division_id
           WHERE u.status <> 'dismissed' AND d.valid_to IS NOT NULL
             AND u.during && daterange(d.valid_to, NULL)""",
        PAGE,
    ),
    Invariant(
        "grid-life-of-consortium",
        "责任期间在医联体终止之前",
        """SELECT g.id, g.name AS subject, '“' || c.name || '”已于 ' || c.closed_on || ' 终止，仍负责' AS message
           FROM grids_gridassignment a JOIN grids_grid g ON g.id = a.grid_id
           JOIN registry_consortium c ON c.id = a.consortium_id
           WHERE a.status = 'in_force' AND c.closed_on IS NOT NULL
             AND a.during && daterange(c.closed_on, NULL)""",
        PAGE,
    ),
)
