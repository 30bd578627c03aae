"""The answer of an import for commands (结果): one JSON-ready dictionary, and the same as text."""

from registry.imports.issues import Issue, Severity
from registry.models import ImportBatch

EMPTY = {
    "rows": 0,
    "create": 0,
    "update": 0,
    "unchanged": 0,
    "errors": [],
    "warnings": [],
    "decisions": [],
    "repaired": 0,
    "applied": False,
}


def answer(batch: ImportBatch) -> dict:
    """Counts and findings of a staged batch; `applied` is set by the caller."""
    found: dict[str, list[dict]] = {Severity.ERROR: [], Severity.WARNING: [], Severity.DECISION: []}
    told = batch.issues.exclude(severity=Severity.REPAIR).order_by("row", "id")
    for issue in told.iterator(chunk_size=5_000):
        found[issue.severity].append(_json(issue))
    notes = [_json(Issue("note", Severity.WARNING, note)) for note in batch.notes]
    return EMPTY | {
        "rows": batch.rows,
        "create": batch.creates,
        "update": batch.updates,
        "unchanged": batch.unchanged,
        "errors": found[Severity.ERROR],
        "warnings": [*found[Severity.WARNING], *notes],
        "decisions": found[Severity.DECISION],
        "repaired": batch.repairs,
        "sheet": batch.sheet,
        "header_row": batch.header_row,
        "missing_from_file": batch.absent,
        "batch": batch.pk,
    }


def _json(issue) -> dict:
    names = ("sheet", "row", "column", "cell", "value", "rule", "message", "remedy")
    return {name: getattr(issue, name) for name in names}


def as_text(result: dict) -> str:
    """The answer for a person at a terminal."""
    if "refused" in result:
        return f"文件被退回：{result['refused']}"
    lines = [
        f"{result['rows']} 行：新增 {result['create']}，更新 {result['update']}，无变化 {result['unchanged']}；"
        f"错误 {len(result['errors'])}，待人认 {len(result['decisions'])}，提醒 {len(result['warnings'])}，"
        f"已修整 {result['repaired']}。{'已写入名录。' if result['applied'] else '没有写入。'}"
    ]
    for word, name in (("错误", "errors"), ("待人认", "decisions"), ("提醒", "warnings")):
        lines += [
            f"{word} {one['cell'] or one['sheet']} {one['message']}{one['remedy']}" for one in result[name]
        ]
    return "\n".join(lines)
