"""Delimited text (csv): encoding and delimiter by content, rows as a stream."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from registry.imports.limits import LIMITS, MB, FileRefused, Limits

_DELIMITERS = ",\t;|"
_STRAY = 50
_NAMES = {
    "utf-8-sig": "UTF-8",
    "gb18030": "GB18030",
    "utf-32": "UTF-32",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
}
csv.field_size_limit(1 * MB)


def encoding_of(path: Path) -> str:
    """The encoding in which the whole file can be read, by its mark, its zero bytes, or by trial."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Chinese in UTF-16 has few zero bytes, its commas and line ends have one each; a stray one says nothing.
    if head.count(0) > len(head) // _STRAY:
        return "utf-16-be" if head[0::2].count(0) > head[1::2].count(0) else "utf-16-le"
    return next((name for name in ("utf-8-sig", "gb18030") if _readable(path, name)), "") or _refuse()


def _refuse() -> str:
    raise FileRefused(
        "encoding",
        "文字编码无法识别（不是 UTF-8、GB18030 或 UTF-16）。请在 Excel 中另存为 .xlsx 后重新上传。",
    )


def _readable(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 * MB):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def delimiter_of(sample: list[str]) -> str:
    """The delimiter that cuts the sample into the most columns, most evenly."""

    def score(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(sample, delimiter=delimiter) if row]
        commonest = max(set(widths), key=widths.count, default=1)
        return (widths.count(commonest) if commonest > 1 else 0, commonest)

    return max(_DELIMITERS, key=score)


def rows(path: Path, encoding: str, limits: Limits = LIMITS) -> Iterator[tuple[int, list[str]]]:
    """Rows with their number as a spreadsheet would count them (a quoted line break does not start a row)."""
    try:
        with path.open(encoding=encoding, newline="") as file:
            sample = [line for _, line in zip(range(40), file, strict=False)]
            delimiter = delimiter_of(sample)
            file.seek(0)
            for number, row in enumerate(csv.reader(file, delimiter=delimiter), start=1):
                if len(row) > limits.columns:
                    raise FileRefused(
                        "too-many-columns",
                        f"第 {number} 行有 {len(row)} 列，超过 {limits.columns} 列的上限。请删去多余的列。",
                    )
                if number > limits.rows:
                    raise FileRefused(
                        "too-many-rows", f"超过 {limits.rows:,} 行的上限。请按区县拆分后分别上传。"
                    )
                yield number, row
    except UnicodeError:
        _refuse()
    except csv.Error:
        raise FileRefused(
            "damaged", "文本表格的格式有误，多半是引号没有成对。请另存为 .xlsx 后重新上传。"
        ) from None


def label(encoding: str) -> str:
    """Name of the encoding for people."""
    return _NAMES.get(encoding, "UTF-16")
