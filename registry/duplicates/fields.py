"""The facts of two records side by side (逐项对照), and which of them the kept record takes."""

from dataclasses import dataclass

from registry.models import Institution

# Facts that stand or fall together are chosen together.
GROUPS: list[tuple[str, tuple[str, ...]]] = [
    ("机构名称", ("name",)),
    ("统一社会信用代码", ("uscc",)),
    ("登记号", ("licence_number",)),
    ("机构类别", ("institution_class",)),
    ("级别等次", ("level", "grade", "raw_level", "raw_grade", "level_source", "level_on")),
    ("隶属关系", ("affiliation",)),
    ("所有制", ("ownership",)),
    ("经济类型代码", ("economic_type",)),
    ("营利性质", ("profit",)),
    ("部队医院", ("is_military",)),
    ("行政区划", ("division", "township")),
    ("地址", ("address",)),
    ("核定床位数", ("beds",)),
    ("法定代表人", ("legal_representative",)),
    ("联系电话", ("phone",)),
    ("成立日期", ("founded_on",)),
    ("主要机构", ("main_institution",)),
    ("运营状态", ("status", "closed_on", "reopened_on")),
]
KEYS = [fields[0] for _, fields in GROUPS]


@dataclass
class Line:
    """One fact of both; `take` is the side offered: the kept one's unless only the other has it."""

    key: str
    label: str
    kept: str
    gone: str
    differs: bool
    take: str


def compare(kept: Institution, gone: Institution, chosen: dict[str, str] | None = None) -> list[Line]:
    """Every fact of two records in words, with the side chosen or offered."""
    chosen = chosen or {}
    lines = []
    for label, fields in GROUPS:
        mine, theirs = words(kept, fields), words(gone, fields)
        offered = "gone" if theirs and not mine else "kept"
        take = chosen.get(fields[0], offered)
        lines.append(Line(fields[0], label, mine, theirs, mine != theirs, take))
    return lines


def words(institution: Institution, fields: tuple[str, ...]) -> str:
    """The facts of a group as people read them."""
    main = fields[:2] if fields[0] in ("level", "division", "status") else fields[:1]
    parts = []
    for name in main:
        value = getattr(institution, name)
        if value is None or value == "":
            continue
        if hasattr(institution, f"get_{name}_display"):
            value = getattr(institution, f"get_{name}_display")()
        elif isinstance(value, bool):
            value = "是" if value else "否"
        parts.append(str(value))
    return " ".join(parts)


def taken(kept: Institution, gone: Institution, chosen: dict[str, str]) -> dict:
    """The values that the kept record takes from the other one."""
    values = {}
    for line, (_, fields) in zip(compare(kept, gone, chosen), GROUPS, strict=True):
        if line.take == "gone":
            values |= {
                name: getattr(gone, name) for name in fields if getattr(gone, name) != getattr(kept, name)
            }
    return values
