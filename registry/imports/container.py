"""The container guard (文件门卫): what a file is by its content, and whether it may be opened at all.

Never by the extension, and before any parser that builds a tree or a table in memory sees a byte.
"""

import re
import zipfile
from enum import StrEnum
from pathlib import Path

from registry.imports import ole, package
from registry.imports.limits import LIMITS, FileRefused, Limits

HEAD = 4096
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SAVE_AS = "请在 Excel 或 WPS 中另存为 .xlsx 后重新上传。"

# Beginnings of files that people send by mistake, with the words that tell them what they sent.
_FOREIGN = (
    (b"%PDF", "pdf", "这是 PDF 文件，不是表格。"),
    (b"{\\rtf", "rtf", "这是 RTF 文档，不是表格。"),
    (b"\x89PNG", "image", "这是图片，不是表格。"),
    (b"\xff\xd8\xff", "image", "这是图片，不是表格。"),
    (b"GIF8", "image", "这是图片，不是表格。"),
    (b"Rar!", "archive", "这是压缩包，请解压后上传其中的表格。"),
    (b"7z\xbc\xaf", "archive", "这是压缩包，请解压后上传其中的表格。"),
    (b"\x1f\x8b", "archive", "这是压缩包，请解压后上传其中的表格。"),
)
_XML = re.compile(rb"<[a-z_][\w.:-]*(\s[^<>]*)?/?>")
# An object or a list at the very beginning; a heading in brackets is still a table.
_JSON = re.compile(rb"\{\s*[\"}]|\[\s*[\[{\"\]]")
_HTML = (b"<html", b"<!doctype html", b"<table", b"<body", b"<head", b"<meta", b"<style")


class Kind(StrEnum):
    """What the content is; csv stands for every delimited text."""

    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"


def guard(path: str | Path, limits: Limits = LIMITS, look: package.Look = lambda part: None) -> Kind:
    """Say what the file is, or raise FileRefused with a sentence for its sender. `look` as in package.guard."""
    path = Path(path)
    size = path.stat().st_size
    if size == 0:
        raise FileRefused("empty", "文件是空的（0 字节）。请检查文件是否保存完整后重新上传。")
    if size > limits.file_bytes:
        raise FileRefused(
            "too-large", f"文件超过 {limits.file_bytes // 2**20} MB 的上限。请按区县拆分后分别上传。"
        )
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(OLE_MAGIC):
        ole.guard(path)
        return Kind.XLS
    if head.startswith(b"PK\x05\x06"):
        raise FileRefused("empty", "压缩容器里没有内容。请重新保存后上传。")
    if head.startswith(b"PK"):
        return _guard_zip(path, limits, look)
    _guard_text(head)
    return Kind.CSV


def _guard_zip(path: Path, limits: Limits, look: package.Look) -> Kind:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise FileRefused(
            "truncated", "文件不完整或已损坏（可能没有传完）。请重新保存或重新下载后上传。"
        ) from None
    with archive:
        package.guard(archive, limits, look)
    return Kind.XLSX


def _guard_text(head: bytes) -> None:
    for magic, code, message in _FOREIGN:
        if head.startswith(magic):
            raise FileRefused(code, f"{message}请上传 xlsx、xls 或 csv。")
    text = head.removeprefix(b"\xef\xbb\xbf")
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = text[2:].replace(b"\0", b"")
    text = text.lstrip().lower()
    if text.startswith(b"<?xml") and b"spreadsheet" in text:
        raise FileRefused("xml", f"这是 XML 表格（Excel 2003 XML），不能直接导入。{SAVE_AS}")
    if text.startswith(b"mime-version:") or b"\ncontent-type: multipart/related" in text:
        raise FileRefused("html", f"这是网页归档（MHTML），只是扩展名像表格。{SAVE_AS}")
    if text.startswith(_HTML) or (text.startswith((b"<", b"<!--")) and any(tag in text for tag in _HTML)):
        raise FileRefused("html", f"这是网页（HTML），只是扩展名像表格。{SAVE_AS}")
    if text.startswith(b"<?xml") or _XML.match(text):
        raise FileRefused("xml", f"这是 XML 文件，不是表格。{SAVE_AS}")
    if _JSON.match(text):
        raise FileRefused("json", f"这是 JSON 数据，不是表格。请先转成表格：{SAVE_AS}")
    if not text:
        raise FileRefused("empty", "文件里没有内容。请检查后重新上传。")
