"""Telling of requests for institutions (新增申请通知): the administrator of the place, then the person who asked."""

from django.urls import reverse

from registry import access, inbox
from registry.inbox import Kind
from registry.models import Authority, InstitutionRequest, User

KIND = Kind("institution_request", "新增机构申请", "医院申请登记机构，以及登记或不予登记的答复")


def asked(request_id: int) -> None:
    """申请: told to who keeps the register at the bureau of the place, or at the next one above that has anybody."""
    row = _request(request_id)
    people = access.people_near("manage_institutions", Authority.objects.nearest_to(row.division))
    _tell(row, "asked", f"{row.hospital.name}申请登记“{row.name}”", row.note, people)


def decided(request_id: int) -> None:
    """登记或不予登记: told to the person who asked."""
    row = _request(request_id)
    done = row.state == InstitutionRequest.State.APPROVED
    title = f"“{row.institution.name}”已登记，可以选用" if done else f"“{row.name}”不予登记"
    _tell(row, "decided", title, row.reply, [row.requested_by])


def _request(pk: int) -> InstitutionRequest:
    rows = InstitutionRequest.objects.select_related("hospital", "division", "requested_by", "institution")
    return rows.get(pk=pk)


def _tell(row: InstitutionRequest, act: str, title: str, text: str, people: list[User]) -> None:
    url = reverse("registry:request_detail", args=[row.pk])
    inbox.tell(
        people, "institution_request", f"institution-request:{row.pk}:{act}", title, text=text, url=url
    )
