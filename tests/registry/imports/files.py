"""Builds the files that senders send, good and bad, by code."""

import csv
import io
import struct
import zipfile
from pathlib import Path

import xlsxwriter


def xlsx(path: Path, rows, *, sheet="名录", options=None, edit=None, extra_sheets=()) -> Path:
    """A workbook of one sheet; `edit(book, sheet)` may add what plain values cannot say."""
    book = xlsxwriter.Workbook(path, options or {})
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    for name, content in extra_sheets:
        other = book.add_worksheet(name)
        for number, row in enumerate(content):
            other.write_row(number, 0, row)
    if edit:
        edit(book, page)
    book.close()
    return path


def text_csv(path: Path, rows, *, encoding="utf-8-sig", delimiter=",") -> Path:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    path.write_bytes(buffer.getvalue().encode(encoding))
    return path


def with_part(path: Path, name: str, content: bytes, *, replace=False) -> Path:
    """The same package with one more part, or with a part replaced."""
    with zipfile.ZipFile(path) as archive:
        parts = {one.filename: archive.read(one) for one in archive.infolist()}
    assert replace == (name in parts)
    parts[name] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, data in parts.items():
            archive.writestr(one, data)
    return path


def part(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def ole(path: Path, *names: str, body: bytes = b"") -> Path:
    """The outline of an OLE2 file whose directory holds these streams."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0")
    directory = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in names)
    path.write_bytes(head + directory.ljust(1024, b"\0") + body.ljust(1024, b"\0"))
    return path


def biff_with_password() -> bytes:
    bof = struct.pack("<HH", 0x0809, 16) + b"\0" * 16
    return bof + struct.pack("<HH", 0x002F, 6) + b"\0" * 6
