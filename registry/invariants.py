"""What must hold of the register (名录不变量)."""

from collections.abc import Iterator

from django.utils import timezone

from registry.imports import identity
from registry.imports.cells import CellFault
from registry.integrity import Invariant, Tested, declare
from registry.models import Institution


def _wrong_codes() -> Iterator[tuple[int, str, str]]:
    """Codes whose check digit does not fit; military codes (A…) carry one of their own."""
    rows = Institution.objects.live().exclude(uscc="").order_by("pk").values_list("pk", "name", "uscc")
    for pk, name, uscc in rows.iterator(chunk_size=20_000):
        try:
            identity.uscc(uscc)
        except CellFault as fault:
            yield pk, name, f"{uscc}：{fault.message}"


INSTITUTION, DIVISION = "registry:institution_detail", "registry:division_detail"

declare(
    Tested("institution-code", "统一社会信用代码校验位正确", _wrong_codes, INSTITUTION),
    Invariant(
        "institution-place",
        "机构所在区划现行",
        """SELECT i.id, i.name AS subject, '所在区划 ' || d.code || ' ' || d.name || ' 已停用' AS message
           FROM registry_institution i JOIN registry_division d ON d.id = i.division_id
           WHERE d.valid_to IS NOT NULL AND i.merged_into_id IS NULL""",
        INSTITUTION,
    ),
    Invariant(
        "institution-township",
        "机构的乡镇街道现行，且在所在区县",
        """SELECT i.id, i.name AS subject, '乡镇街道 ' || t.code || ' ' || t.name ||
                  CASE WHEN t.valid_to IS NOT NULL THEN ' 已停用' ELSE ' 不在所在区县' END AS message
           FROM registry_institution i JOIN registry_division t ON t.id = i.township_id
           JOIN registry_division d ON d.id = i.division_id
           WHERE i.merged_into_id IS NULL AND (t.valid_to IS NOT NULL OR NOT starts_with(t.path, d.path))""",
        INSTITUTION,
    ),
    Invariant(
        "merged-away",
        "没有记录仍指向已并入的机构",
        """SELECT i.id, i.name AS subject, '已并入别的机构，仍有' || kind || '指向它' AS message
           FROM (SELECT institution_id, '成员单位' AS kind FROM registry_membership
                 UNION SELECT institution_id, '牵头单位' FROM registry_lead WHERE institution_id IS NOT NULL
                 UNION SELECT institution_id, '专科资质' FROM registry_credential
                 UNION SELECT main_institution_id, '分支机构' FROM registry_institution
                       WHERE main_institution_id IS NOT NULL AND merged_into_id IS NULL) pointing
           JOIN registry_institution i ON i.id = pointing.institution_id
           WHERE i.merged_into_id IS NOT NULL""",
        INSTITUTION,
    ),
    Invariant(
        "merge-in-circle",
        "合并不成环",
        """WITH RECURSIVE chain AS (
             SELECT id AS start, merged_into_id AS next, 1 AS steps
             FROM registry_institution WHERE merged_into_id IS NOT NULL
             UNION ALL SELECT chain.start, i.merged_into_id, chain.steps + 1
             FROM chain JOIN registry_institution i ON i.id = chain.next
             WHERE i.merged_into_id IS NOT NULL AND chain.steps < 50)
           SELECT DISTINCT i.id, i.name AS subject, '沿“已并入”找不到保留的记录' AS message
           FROM chain JOIN registry_institution i ON i.id = chain.start WHERE chain.steps >= 50""",
    ),
    Invariant(
        "branch-of-branch",
        "主要机构本身不是别家的分支",
        """SELECT i.id, i.name AS subject, '主要机构“' || m.name || '”本身是别家的分支机构' AS message
           FROM registry_institution i JOIN registry_institution m ON m.id = i.main_institution_id
           WHERE m.main_institution_id IS NOT NULL AND i.merged_into_id IS NULL""",
        INSTITUTION,
    ),
    Invariant(
        "closed-with-date",
        "注销日期与运营状态一致",
        """SELECT id, name AS subject, CASE status WHEN 'closed' THEN '有恢复开业日期而状态是注销'
                  ELSE '有注销日期而状态不是注销' END AS message FROM registry_institution
           WHERE CASE status WHEN 'closed' THEN reopened_on ELSE closed_on END IS NOT NULL
             AND merged_into_id IS NULL""",
        INSTITUTION,
    ),
    Invariant(
        "membership-in-life",
        "成员期间在医联体存续期间之内",
        """SELECT i.id, c.name AS subject, '“' || i.name || '”的成员期间超出医联体的存续期间' AS message
           FROM registry_membership m JOIN registry_consortium c ON c.id = m.consortium_id
           JOIN registry_institution i ON i.id = m.institution_id
           WHERE upper(m.during) > c.closed_on OR (c.closed_on IS NOT NULL AND upper_inf(m.during))
              OR lower(m.during) < c.founded_on""",
        INSTITUTION,
    ),
    Invariant(
        "lead-in-life",
        "牵头期间在医联体存续期间之内",
        """SELECT l.id, c.name AS subject, '牵头期间超出医联体的存续期间' AS message
           FROM registry_lead l JOIN registry_consortium c ON c.id = l.consortium_id
           WHERE upper(l.during) > c.closed_on OR (c.closed_on IS NOT NULL AND upper_inf(l.during))
              OR lower(l.during) < c.founded_on""",
    ),
    Invariant(
        "consortium-place",
        "存续的医联体所在区划现行",
        """SELECT c.id, c.name AS subject, '所在区划 ' || d.code || ' ' || d.name || ' 已停用' AS message
           FROM registry_consortium c JOIN registry_division d ON d.id = c.division_id
           WHERE c.closed_on IS NULL AND d.valid_to IS NOT NULL""",
    ),
    Invariant(
        "division-path",
        "区划路径由上级路径和本级代码组成",
        """SELECT d.id, d.code || ' ' || d.name AS subject, '路径 ' || d.path || ' 与上级不符' AS message
           FROM registry_division d LEFT JOIN registry_division p ON p.id = d.parent_id
           WHERE d.path <> coalesce(p.path, '/') || d.code || '/'""",
        DIVISION,
    ),
    Invariant(
        "division-parent",
        "现行区划的上级现行",
        """SELECT d.id, d.code || ' ' || d.name AS subject, '上级 ' || p.code || ' ' || p.name || ' 已停用' AS message
           FROM registry_division d JOIN registry_division p ON p.id = d.parent_id
           WHERE d.valid_to IS NULL AND p.valid_to IS NOT NULL""",
        DIVISION,
    ),
    Invariant(
        "division-spans",
        "同一代码的各时期不重叠",
        """SELECT a.id, a.code || ' ' || a.name AS subject, '与同一代码的“' || b.name || '”期间重叠' AS message
           FROM registry_division a JOIN registry_division b ON b.code = a.code AND b.id > a.id
             AND daterange(a.valid_from, a.valid_to) && daterange(b.valid_from, b.valid_to)""",
        DIVISION,
    ),
    Invariant(
        "division-double",
        "实地同一单位只指向代表",
        """SELECT d.id, d.code || ' ' || d.name AS subject, '指向的 ' || u.code || ' 本身又指向别处' AS message
           FROM registry_division d JOIN registry_division u ON u.id = d.physical_unit_id
           WHERE u.physical_unit_id IS NOT NULL""",
        DIVISION,
    ),
    Invariant(
        "authority-path",
        "机关路径由上级机关路径和代码组成",
        """SELECT a.id, a.name AS subject, '路径 ' || a.path || ' 与上级机关不符' AS message
           FROM registry_authority a LEFT JOIN registry_authority p ON p.id = a.parent_id
           WHERE a.path <> coalesce(p.path, '/') || a.code || '/'""",
    ),
    Invariant(
        "authority-place",
        "在任人员的机关所辖区划现行",
        """SELECT DISTINCT a.id, a.name AS subject, '区划 ' || d.code || ' 已停用，仍有人在任，请改派' AS message
           FROM registry_authority a JOIN registry_division d ON d.id = a.division_id
           JOIN registry_assignment s ON s.authority_id = a.id AND s.during @> %(today)s
           WHERE d.valid_to IS NOT NULL""",
        # A session of the database counts its days in UTC: until eight in the morning its current_date is yesterday's.
        arguments=lambda: {"today": timezone.localdate()},
    ),
)
