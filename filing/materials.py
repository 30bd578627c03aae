"""Files of a filing (材料): their type is told by their content, their name is cleaned, none is ever overwritten."""

import hashlib
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from filing import pages, scanning
from filing.editing import MATERIALS, editable, touch
from filing.form import form_of
from filing.models import Filing, Material
from filing.supplements import RequiredMaterial
from registry.errors import Refused
from registry.models import Institution

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
ACCEPTED_WORDS = "PDF、Word（doc、docx）、Excel（xlsx）、JPG、PNG"


@dataclass(frozen=True)
class Content:
    """What an upload really is."""

    extension: str
    size: int
    sha256: str

    @property
    def content_type(self) -> str:
        return TYPES[self.extension]


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
    except zipfile.BadZipFile:
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


@transaction.atomic
def add(
    filing_id: int, kind: str, upload: UploadedFile, *, by, covers: Institution | None = None
) -> Material:
    """Attach a file. Charter and form are single: a newer one takes the place of the older, which stays on record."""
    content = inspect(upload)
    length, scanner = pages.count(upload, content.extension), scanning.scan(upload)
    filing = editable(filing_id, by=by)
    present = filing.materials.filter(removed_at=None, kind=kind)
    if present.filter(sha256=content.sha256).exists():
        raise Refused(f"“{upload.name}”已经上传过，内容相同。")
    if covers and not filing.members.filter(institution=covers).exists():
        raise Refused(f"“{covers}”不在成员单位中。")
    older = present.filter(covers=covers).order_by("-version").first() if kind in SINGLE or covers else None
    if older:
        older.removed_at = timezone.now()
        older.save(update_fields=["removed_at"])
    material = Material(
        filing=filing,
        kind=kind,
        covers=covers,
        original_name=clean_name(upload.name or "", content.extension),
        content_type=content.content_type,
        size=content.size,
        sha256=content.sha256,
        pages=length,
        scanner=scanner,
        version=older.version + 1 if older else 1,
        uploaded_by=by,
    )
    material.file.save(upload.name, upload, save=False)
    material.save()
    touch(filing, MATERIALS, by=by)
    return material


SINGLE = (Material.Kind.FORM, Material.Kind.CHARTER)


@transaction.atomic
def remove(material_id: int, *, by) -> Filing:
    """Take a file out of the filing; it stays with the submissions that it belonged to."""
    material = Material.objects.select_for_update(of=("self",)).get(pk=material_id)
    filing = editable(material.filing_id, by=by)
    if material.removed_at is None:
        material.removed_at = timezone.now()
        material.save(update_fields=["removed_at"])
        touch(filing, MATERIALS, by=by)
    return filing


def current(filing: Filing):
    """The files that belong to the filing as it stands."""
    return filing.materials.filter(removed_at=None).select_related("covers")


def wanted(filing: Filing) -> list[RequiredMaterial]:
    """Kinds of file that the place's documents ask for beyond charter and agreements, and that are not there yet."""
    there = set(current(filing).values_list("kind", flat=True))
    return [material for material in form_of(filing).materials if material.kind not in there]
