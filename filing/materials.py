"""Files of a filing (材料): none is ever overwritten."""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from filing import pages
from filing.editing import MATERIALS, editable, touch
from filing.form import form_of
from filing.models import Filing, Material
from filing.supplements import RequiredMaterial
from registry.errors import Refused
from registry.models import Institution
from registry.uploads import clean_name, receive


@transaction.atomic
def add(
    filing_id: int, kind: str, upload: UploadedFile, *, by, covers: Institution | None = None
) -> Material:
    """Attach a file. Charter and form are single: a newer one takes the place of the older, which stays on record."""
    content = receive(upload)
    length = pages.count(upload, content.extension)
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
        scanner=content.scanner,
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
    filing = editable(Material.objects.get(pk=material_id).filing_id, by=by)
    material = Material.objects.select_for_update(of=("self",)).get(pk=material_id)
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
