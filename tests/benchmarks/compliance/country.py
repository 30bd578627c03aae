"""A country at true proportions, made by a dozen statements on the divisions as they are, with planted faults."""

from django.db import connection

# A full country: 1.05 million institutions, 18,000 consortia, 670,000 memberships, 12,000 grids in some 2,850 counties.
_STATEMENTS = """
CREATE TEMP TABLE county AS
  SELECT id, path, code, parent_id, row_number() OVER (ORDER BY path) AS number FROM registry_division
  WHERE level = 'county' AND valid_to IS NULL AND ({area});

INSERT INTO registry_authority (code, name, short_name, level, path, division_id)
  SELECT code, code || '卫生健康委', code, 'county', path, id FROM county
  ON CONFLICT DO NOTHING;

INSERT INTO registry_institution (name, uscc, licence_number, level, grade, raw_level, raw_grade, level_source, affiliation,
    ownership, economic_type, profit, is_military, address, legal_representative, phone, status, is_demo, pinyin, version,
    area_path, search_text, division_id, township_id, institution_class_id)
  SELECT c.code || '第' || n || '机构', '', '', CASE WHEN n <= 3 THEN '3' WHEN n <= 9 THEN '2' ELSE '1' END, '', '', '', '',
    'county', 'public', '', '', false, '', '法人' || n, '', 'open', false, '', 1, c.path, '', c.id, NULL,
    CASE WHEN n <= 9 THEN 'A100' WHEN n % 10 = 0 THEN 'C210' WHEN n % 10 = 1 THEN 'B100' ELSE 'D600' END
  FROM county c CROSS JOIN generate_series(1, 368) n;

CREATE TEMP TABLE inst AS
  SELECT i.id, c.number, row_number() OVER (PARTITION BY i.division_id ORDER BY i.id) AS n
  FROM registry_institution i JOIN county c ON c.id = i.division_id;
CREATE INDEX ON inst (number, n);

INSERT INTO registry_consortium (name, kind, local_kind, scope, specialty_text, specialty_focus, closeness, founded_on,
    council_chair, is_demo, version, division_id)
  SELECT c.code || '第' || k || '医联体',
    CASE k WHEN 1 THEN 'county_community' WHEN 2 THEN 'city_group' WHEN 3 THEN 'city_group' WHEN 6 THEN 'telemedicine_network'
      ELSE 'specialty_alliance' END,
    '', '', CASE WHEN (c.number + k) % 40 = 0 THEN '' ELSE '眼科' END, 'none',
    CASE WHEN (c.number * 7 + k) % 33 = 0 THEN 'loose' ELSE 'tight' END, '2019-01-01',
    '法人' || CASE WHEN (c.number + k) % 50 = 0 THEN 0 ELSE k END, false, 1, c.id
  FROM county c CROSS JOIN generate_series(1, 6) k;

CREATE TEMP TABLE cons AS
  SELECT o.id, c.number, o.division_id, row_number() OVER (PARTITION BY o.division_id ORDER BY o.id) AS k
  FROM registry_consortium o JOIN county c ON c.id = o.division_id;

INSERT INTO registry_lead (consortium_id, institution_id, company_name, company_code, during)
  SELECT cons.id, inst.id, '', '', daterange('2019-01-01', NULL)
  FROM cons JOIN inst ON inst.number = cons.number AND inst.n = cons.k
  WHERE (cons.number + cons.k) % 60 <> 0;

INSERT INTO registry_membership (consortium_id, institution_id, role, during)
  SELECT cons.id, inst.id, 'member', daterange('2019-01-01', NULL)
  FROM cons JOIN inst ON inst.number = cons.number AND inst.n > 9
   AND inst.n BETWEEN 10 + (cons.k - 1) * 37 AND 9 + (cons.k - 1) * 37 + 37 + CASE WHEN cons.number % 25 = 0 THEN 30 ELSE 0 END;

INSERT INTO registry_membership (consortium_id, institution_id, role, during)
  SELECT cons.id, inst.id, 'member', daterange('2019-01-01', NULL)
  FROM cons JOIN inst ON inst.number = cons.number - 1 AND inst.n = 300
  WHERE cons.k = 2 AND cons.number % 30 = 0;

INSERT INTO registry_consortium (name, kind, local_kind, scope, specialty_text, specialty_focus, closeness, founded_on,
    council_chair, is_demo, version, division_id)
  SELECT c.code || '城乡医联体' || side, 'urban_rural_link', '', '', '', 'none', 'tight', '2019-01-01', '法人7', false, 1, c.id
  FROM county c CROSS JOIN generate_series(1, CASE WHEN c.number % 40 = 0 THEN 2 ELSE 1 END) side WHERE c.number % 3 = 0;
INSERT INTO registry_lead (consortium_id, institution_id, company_name, company_code, during)
  SELECT o.id, inst.id, '', '', daterange('2019-01-01', NULL) FROM registry_consortium o JOIN county c ON c.id = o.division_id
  JOIN inst ON inst.number = c.number AND inst.n = 6 + right(o.name, 1)::int WHERE o.kind = 'urban_rural_link';
INSERT INTO registry_membership (consortium_id, institution_id, role, during)
  SELECT o.id, inst.id, 'member', daterange('2019-01-01', NULL) FROM registry_consortium o JOIN county c ON c.id = o.division_id
  JOIN inst ON inst.number = c.number AND inst.n = 1 WHERE o.kind = 'urban_rural_link';

INSERT INTO grids_grid (name, during, authority_id, division_id)
  SELECT c.code || '第' || g || '网格', daterange('2019-01-01', NULL), a.id, c.id
  FROM county c JOIN registry_authority a ON a.division_id = c.id CROSS JOIN generate_series(1, 4) g;
CREATE TEMP TABLE grid AS
  SELECT g.id, c.number, g.division_id, row_number() OVER (PARTITION BY g.division_id ORDER BY g.id) AS g
  FROM grids_grid g JOIN county c ON c.id = g.division_id;

INSERT INTO grids_gridunit (grid_id, division_id, during, status)
  SELECT grid.id, t.id, daterange('2019-01-01', NULL), 'in_force'
  FROM (SELECT id, parent_id, row_number() OVER (ORDER BY path) AS n FROM registry_division
        WHERE level = 'township' AND valid_to IS NULL AND physical_unit_id IS NULL) t
  JOIN grid ON grid.division_id = t.parent_id AND grid.g = 1 + t.n % 4 WHERE t.n % 45 <> 0;
INSERT INTO grids_gridunit (grid_id, division_id, during, status)
  SELECT grid.id, t.id, daterange('2019-01-01', NULL), 'claimed'
  FROM (SELECT id, parent_id, row_number() OVER (ORDER BY path) AS n FROM registry_division
        WHERE level = 'township' AND valid_to IS NULL AND physical_unit_id IS NULL) t
  JOIN grid ON grid.division_id = t.parent_id AND grid.g = 1 + (t.n + 1) % 4 WHERE t.n % 70 = 1;

INSERT INTO grids_gridassignment (grid_id, consortium_id, during, status, exclusive, source, reason)
  SELECT grid.id, cons.id, daterange('2019-01-01', NULL), 'in_force', true, 'plan', ''
  FROM grid JOIN cons ON cons.division_id = grid.division_id AND cons.k = 1 + grid.g % 3 WHERE (grid.number + grid.g) % 30 <> 0;
INSERT INTO grids_gridassignment (grid_id, consortium_id, during, status, exclusive, source, reason)
  SELECT grid.id, cons.id, daterange('2019-01-01', NULL), 'claimed', true, 'plan', ''
  FROM grid JOIN cons ON cons.division_id = grid.division_id AND cons.k = 1 + (grid.g + 1) % 3 WHERE (grid.number * 3 + grid.g) % 50 = 0;
ANALYZE;
"""
_TABLES = (
    "registry_authority", "registry_institution", "registry_consortium", "registry_lead", "registry_membership", "grids_grid",
    "grids_gridunit", "grids_gridassignment",
)  # fmt: skip


def build(provinces: list[str]) -> None:
    """Fill the provinces of these codes; the audit is not kept of made-up rows."""
    area = " OR ".join(f"path LIKE '/{int(code)}/%'" for code in provinces)
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in _STATEMENTS.replace("{area}", area).split(";\n"):
            if statement.strip():
                cursor.execute(statement)
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        # The holdings follow from the assignments, as the triggers would have derived them.
        cursor.execute(
            """
            INSERT INTO grids_holding (unit_id, grid_id, consortium_id, assignment_id, exclusive, during)
            SELECT u.division_id, a.grid_id, a.consortium_id, a.id, a.exclusive, u.during * a.during
            FROM grids_gridassignment a JOIN grids_gridunit u ON u.grid_id = a.grid_id
            WHERE a.status = 'in_force' AND u.status = 'in_force'
            ON CONFLICT DO NOTHING
            """
        )
        cursor.execute("VACUUM ANALYZE")  # as a register is that has been there for a while
