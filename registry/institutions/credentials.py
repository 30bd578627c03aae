"""专科资质 of an institution: added, changed and removed by the administrator of its area."""

from django.db import IntegrityError, transaction

from registry import access, audit
from registry.errors import Refused
from registry.models import Credential, Institution


@transaction.atomic
def keep(credential: Credential, *, by) -> Credential:
    """Save a new or changed credential."""
    held = Institution.objects.select_for_update(of=("self",)).get(pk=credential.institution_id)
    access.require(by, "manage_institutions", held)
    same = Credential.objects.filter(
        institution=held,
        subject=credential.subject,
        subject_text=credential.subject_text,
        level=credential.level,
        kind=credential.kind,
    )
    if same.exclude(pk=credential.pk).exists():
        raise Refused("这家机构已登记同一专科、同一级别和类别的资质，请改那一条。")
    try:
        with audit.acting(by), transaction.atomic():
            credential.save()
    except IntegrityError:
        raise Refused("这一条资质刚由别人登记，请刷新后核对。") from None
    return credential


@transaction.atomic
def remove(pk: int, *, by) -> None:
    credential = Credential.objects.select_for_update(of=("self",)).select_related("institution").get(pk=pk)
    access.require(by, "manage_institutions", credential.institution)
    with audit.acting(by):
        credential.delete()
