"""Guard of OOXML packages (.xlsx): entries, sizes declared and real, ratio, macros, DOCTYPE, by streaming."""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator

from registry.imports.limits import LIMITS, MB, FileRefused, Limits

CHUNK = 1 * MB
Look = Callable[[str], Callable[[bytes], None] | None]  # who looks at the chunks of a part of this name
_MACRO = re.compile(r"(^|/)(vbaProject\.bin|vbaData\.xml)$|^xl/macrosheets/", re.IGNORECASE)
_DECLARES = b"<!"  # looked for first: once through a large part instead of three times
_DOCTYPE = (b"<!DOCTYPE", b"<!doctype", b"<!ENTITY")
_BOMB = "文件解开后异常庞大（疑似压缩炸弹），已拒收。请把内容复制到新建的工作簿中再上传。"
_DAMAGED = "文件不完整或已损坏。请在 Excel 中打开并另存后重新上传。"


def guard(archive: zipfile.ZipFile, limits: Limits = LIMITS, look: Look = lambda part: None) -> None:
    """Raise FileRefused unless the package is a plain workbook within the limits; reads every part once.

    What is read can be looked at on the way: a chunk is shown when it has passed.
    """
    entries = archive.infolist()
    _guard_directory(entries, limits)
    names = {entry.filename for entry in entries}
    _guard_kind(archive, names)
    total = 0
    for entry in entries:
        if entry.is_dir():
            continue
        is_markup = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
        total += _guard_part(archive, entry, is_markup, limits, look(entry.filename))
        if total > limits.unpacked_bytes:
            raise FileRefused("bomb", _BOMB)


def _guard_directory(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.entries:
        raise FileRefused("bomb", f"文件内含 {len(entries)} 个部件，超过 {limits.entries} 个的上限，已拒收。")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise FileRefused("encrypted", "文件设有密码，系统不能读取。请取消密码后重新上传。")
    if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        raise FileRefused("bomb", _BOMB)
    for entry in entries:
        # The central directory may lie in either direction; the real size is measured while reading.
        if entry.file_size > limits.ratio_from and entry.file_size > limits.ratio * max(
            entry.compress_size, 1
        ):
            raise FileRefused("bomb", _BOMB)
    if len({entry.filename for entry in entries}) != len(entries):
        raise FileRefused("damaged", f"文件内有重名部件。{_DAMAGED}")


def _guard_kind(archive: zipfile.ZipFile, names: set[str]) -> None:
    if any(_MACRO.search(name) for name in names):
        raise FileRefused(
            "macro", "文件带有宏，为安全起见不接收。请另存为不含宏的 Excel 工作簿（.xlsx）后上传。"
        )
    if "mimetype" in names or "content.xml" in names:
        raise FileRefused("ods", "这是 ODF 表格（.ods），不能直接导入。请另存为 .xlsx 后上传。")
    if "[Content_Types].xml" not in names:
        raise FileRefused("archive", "这是压缩包，不是 Excel 工作簿。请解压后上传其中的表格。")
    types = b"".join(unpacked(archive, archive.getinfo("[Content_Types].xml"), 4 * MB))
    if b"macroEnabled" in types or b"vbaProject" in types:
        raise FileRefused(
            "macro", "文件是启用宏的工作簿，为安全起见不接收。请另存为 Excel 工作簿（.xlsx）后上传。"
        )
    if b"sheet.binary" in types:
        raise FileRefused("xlsb", "这是二进制工作簿（.xlsb），不能直接导入。请另存为 .xlsx 后上传。")
    if b"spreadsheetml" not in types:
        raise FileRefused("not-a-workbook", "这不是 Excel 工作簿（可能是 Word 等其他文档）。请上传表格文件。")


def _guard_part(
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    is_markup: bool,
    limits: Limits,
    show: Callable[[bytes], None] | None,
) -> int:
    """Real size of a part in bytes, after checks that need its content."""
    allowed = limits.unpacked_bytes
    if entry.filename.lower().endswith(("sharedstrings.xml", "styles.xml")):
        allowed = limits.text_part_bytes
    size, tail = 0, b""
    for chunk in unpacked(archive, entry, allowed):
        if is_markup:
            if size == 0:
                _guard_encoding(chunk)
            window = tail + chunk
            if _DECLARES in window and any(mark in window for mark in _DOCTYPE):
                raise FileRefused(
                    "doctype",
                    "文件内部含有 DOCTYPE 或实体定义，正常的 Excel 不会这样，已拒收。请另存后再试。",
                )
            tail = chunk[-16:]
        size += len(chunk)
        if size > limits.ratio_from and size > limits.ratio * max(entry.compress_size, 1):
            raise FileRefused("bomb", _BOMB)
        if show:
            show(chunk)
    return size


def _guard_encoding(chunk: bytes) -> None:
    """Markup in UTF-16 would hide its DOCTYPE from a byte search; no spreadsheet program writes it."""
    head = chunk[:200]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head:
        raise FileRefused("damaged", f"文件内部编码异常。{_DAMAGED}")
    declared = re.search(rb"encoding=[\"']([\w-]+)", head)
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        raise FileRefused("damaged", f"文件内部编码异常。{_DAMAGED}")


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, allowed: int) -> Iterator[bytes]:
    """The content of a part in chunks; raises FileRefused when it is damaged or larger than `allowed` bytes."""
    size = 0
    try:
        with archive.open(entry) as part:
            while chunk := part.read(CHUNK):
                size += len(chunk)
                if size > allowed:
                    raise FileRefused("bomb", _BOMB)
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        raise FileRefused("truncated", _DAMAGED) from None
