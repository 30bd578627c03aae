"""The world of the page benchmark: invented institutions in every county of the nation, and people who look at them."""

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from guardian.models import UserObjectPermission

from registry import access
from registry.models import Authority, Division, Institution, User

INSTITUTIONS = 1_050_000
PROVINCE, COUNTY = "510000", "510104"  # 四川省, with the most counties, and one of its districts

_FILL = """
INSERT INTO registry_institution (name, uscc, licence_number, institution_class_id, level, grade, raw_level, raw_grade,
    level_source, affiliation, ownership, economic_type, profit, is_military, division_id, address, legal_representative,
    phone, status, is_demo, pinyin, version, beds, area_path, search_text)
SELECT made.name, '', 'B' || lpad(made.n::text, 21, '0'), made.kind, made.level, CASE WHEN made.n %% 80 = 0 THEN 'A' ELSE '' END,
    '', '', '', (ARRAY['province','city','county','township','village','none'])[1 + made.n %% 6],
    CASE WHEN made.n %% 3 = 0 THEN 'private' ELSE 'public' END, '', '', made.n %% 5000 = 0, made.county, '', '', '', 'open',
    true, made.letters, 1, CASE WHEN made.n %% 8 = 0 THEN made.n %% 900 END, made.path,
    made.name || chr(10) || made.letters
FROM (
    SELECT n, c.id AS county, c.path,
        c.name || (ARRAY['仁','和','康','安','民','华','东','西','南','北','新','明','德','福','平'])[1 + n / 7 %% 15]
        || (ARRAY['济','泰','宁','爱','心','慈','光','润','瑞','祥','源'])[1 + n / 3 %% 11]
        || (ARRAY['人民医院','中医院','社区卫生服务中心','村卫生室','诊所','卫生院','口腔门诊部','妇幼保健院'])[1 + n %% 8]
        || n AS name,
        translate(substr(md5(n::text), 1, 9), '0123456789', 'cqrmyywsfz') AS letters,
        (ARRAY['A100','A210','B100','D400','D211','C220','D110','A100'])[1 + n %% 8] AS kind,
        CASE WHEN n %% 40 = 0 THEN '3' WHEN n %% 40 = 16 THEN '2' WHEN n %% 8 = 0 THEN '1' ELSE '' END AS level
    FROM generate_series(1, %s) n
    JOIN (SELECT id, name, path, row_number() OVER (ORDER BY code) - 1 AS k, count(*) OVER () AS all
          FROM registry_division WHERE level = 'county' AND valid_to IS NULL) c ON c.k = (n * 7919::bigint) %% c.all
) made
"""


def fill(institutions: int) -> None:
    """Institutions by one statement. Nothing audits it and nothing derives: the columns are given as they would be."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registry_institution DISABLE TRIGGER USER")
        cursor.execute(_FILL, [institutions])
        cursor.execute("ALTER TABLE registry_institution ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE registry_institution")


def people() -> None:
    """For the province and the county: one person with our assignment, one with a guardian grant per institution."""
    content = ContentType.objects.get_for_model(Institution)
    seeing = Permission.objects.get(content_type=content, codename="view_institution")
    for code in (PROVINCE, COUNTY):
        division = Division.objects.current().get(code=code)
        bureau, _ = Authority.objects.get_or_create(
            division=division,
            defaults={
                "name": division.name,
                "short_name": division.name,
                "code": code,
                "level": division.level,
                "path": division.path,
            },
        )
        ours = User.objects.create(username=f"ours-{code}", name="甲")
        access.grant(ours, "leader", bureau)
        theirs = User.objects.create(username=f"theirs-{code}", name="乙")
        rows = Institution.objects.filter(area_path__startswith=division.path).order_by("pk")
        UserObjectPermission.objects.bulk_create(
            (
                UserObjectPermission(user=theirs, permission=seeing, content_type=content, object_pk=str(pk))
                for pk in rows.values_list("pk", flat=True).iterator()
            ),
            batch_size=5_000,
        )
    with connection.cursor() as cursor:
        # The institutions once more: rows that were not yet visible to all when they were filled in would be looked up
        # one by one, or the whole table be read, for a count that an index can answer.
        cursor.execute("VACUUM ANALYZE guardian_userobjectpermission, registry_institution")
