"""The sheet that explains the marks (导入说明)."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from registry.imports.marked.marks import FILLS, MOST_COMMENTS, RESULT_TITLE, WORDS
from registry.models import ImportBatch

TITLE = "导入说明"
MOST = 5_000
_COLOURS = {"error": "红", "decision": "橙", "warning": "黄"}


def lines(batch: ImportBatch, notes: list[str]) -> Iterator[list[str]]:
    """Rows of the sheet: what happened, what the colours mean, then every finding."""
    yield [f"{batch.file_name} 的导入检查"]
    yield [
        f"共 {batch.rows} 行：错误 {batch.errors} 处（{batch.error_rows} 行），待人认 {batch.decisions} 处，"
        f"提醒 {batch.warnings} 处，已自动整理 {batch.repairs} 处（整理过的不用改）。"
    ]
    meaning = "，".join(f"{_COLOURS[severity]}色是{word}" for severity, word in WORDS.items())
    yield [
        f"{meaning}。每行的问题写在最后一列“{RESULT_TITLE}”，前 {MOST_COMMENTS} 处另有批注。"
        "错误改正后整份重新上传；这一列和本表不影响再次导入。"
    ]
    yield from ([note] for note in notes)
    yield []
    yield ["单元格", "类别", "列名", "表中值", "问题", "改法"]
    found = batch.issues.filter(severity__in=list(FILLS))
    order = list(FILLS)
    shown = 0
    for severity in order:
        for issue in found.filter(severity=severity).order_by("row", "id")[: MOST - shown]:
            shown += 1
            place = issue.cell or (f"第 {issue.row} 行" if issue.row else issue.sheet)
            yield [place, WORDS[severity], issue.column, issue.value[:100], issue.message, issue.remedy]
    total = batch.errors + batch.decisions + batch.warnings
    if total > shown:
        yield [f"还有 {total - shown} 处没有列在这里，见名录表最后一列。"]


def sheet_xml(rows: Iterator[list[str]], clean) -> Iterator[bytes]:
    """The rows as a worksheet part; `clean` takes out what XML cannot hold."""
    yield (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/'
        b'spreadsheetml/2006/main"><cols><col min="1" max="3" width="16" customWidth="1"/><col min="4" max="4" '
        b'width="30" customWidth="1"/><col min="5" max="6" width="60" customWidth="1"/></cols><sheetData>'
    )
    for number, row in enumerate(rows, start=1):
        cells = "".join(
            f'<c r="{letter}{number}" t="inlineStr"><is><t xml:space="preserve">{escape(clean(value))}</t></is></c>'
            for letter, value in zip("ABCDEF", row, strict=False)
            if value
        )
        yield f'<row r="{number}">{cells}</row>'.encode()
    yield b"</sheetData></worksheet>"
