"""Files that people send in (上传的文件): their type is told by their content, their name is cleaned."""

import hashlib
import re
import struct
import unicodedata
import zipfile
from dataclasses import dataclass, replace
from pathlib import PurePath

from django.core.files.uploadedfile import UploadedFile

from registry import scanning
from registry.errors import Refused

LARGEST = 50 * 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": f"{OFFICE}wordprocessingml.document",
    "xlsx": f"{OFFICE}spreadsheetml.sheet",
    "doc": "application/msword",
}
# What a browser may show in the page; everything else is only ever downloaded.
PREVIEWED = {TYPES["pdf"], TYPES["jpg"], TYPES["png"]}
# What the list of a damaged archive makes zipfile raise: versions and names that cannot be, ends that lie elsewhere.
_DAMAGED = (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error)
ACCEPTED_WORDS = "PDF、Word（doc、docx）、Excel（xlsx）、JPG、PNG"


@dataclass(frozen=True)
class Content:
    """What an upload really is; `scanner` names the program that found it clean, where one is configured."""

    extension: str
    size: int
    sha256: str
    scanner: str = ""

    @property
    def content_type(self) -> str:
        return TYPES[self.extension]


def receive(upload: UploadedFile) -> Content:
    """A file that is to be kept: inspected, and scanned where a scanner is configured. Raises Refused."""
    content = inspect(upload)
    return replace(content, scanner=scanning.scan(upload))


def inspect(upload: UploadedFile) -> Content:
    """Type, size and digest of a file. Raises Refused with the reason and the remedy."""
    if not upload.size:
        raise Refused(f"“{upload.name}”是空文件。")
    if upload.size > LARGEST:
        raise Refused(f"“{upload.name}”超过 {LARGEST // 1024 // 1024} MB，请压缩或拆分后上传。")
    extension = _extension(upload)
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return Content(extension, upload.size, digest.hexdigest())


def _extension(upload: UploadedFile) -> str:
    upload.seek(0)
    head = upload.read(1024)
    if head[:5] == b"%PDF-":
        return "pdf"
    if head[:3] == b"\xff\xd8\xff":
        return "jpg"
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return "png"
    if head[:4] == b"PK\x03\x04":
        return _office(upload)
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _legacy(upload)
    raise Refused(f"“{upload.name}”不是可以接收的文件。可以上传 {ACCEPTED_WORDS}。")


def _office(upload: UploadedFile) -> str:
    try:
        with zipfile.ZipFile(upload) as archive:
            names = set(archive.namelist())
    except _DAMAGED:
        raise Refused(f"“{upload.name}”已损坏，打不开。请重新导出后上传。") from None
    if any(name.endswith("vbaProject.bin") for name in names):
        raise Refused(f"“{upload.name}”带有宏。请另存为不含宏的文件后上传。")
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    raise Refused(f"“{upload.name}”是压缩包。请上传其中的文件，可以是 {ACCEPTED_WORDS}。")


def _legacy(upload: UploadedFile) -> str:
    """An old Office container: a Word document, or a newer one that is encrypted."""
    upload.seek(0)
    content = upload.read()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Refused(f"“{upload.name}”设有密码。请去掉密码后上传。")
    if "WordDocument".encode("utf-16-le") in content:
        return "doc"
    raise Refused(f"“{upload.name}”是旧版 Excel 或其他文件。请另存为 xlsx 或 PDF 后上传。")


def clean_name(name: str, extension: str) -> str:
    """The sender's file name without paths, controls and misleading endings."""
    stem = PurePath(name.replace("\\", "/")).name
    stem = "".join(
        " " if unicodedata.category(c)[0] == "C" else c for c in unicodedata.normalize("NFC", stem)
    )
    stem = re.sub(r'[<>:"/|?*]+', " ", stem)
    stem = re.sub(r"\.(pdf|jpe?g|png|docx?|xlsx?)$", "", stem.strip(), flags=re.IGNORECASE)
    stem = re.sub(r"\s+", " ", stem).strip(" .") or "未命名"
    return f"{stem[:150]}.{extension}"
