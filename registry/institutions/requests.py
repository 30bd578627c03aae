"""Requests for new institutions (新增机构申请): a hospital asks, an administrator of the area decides."""

from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone

from registry import access, audit, request_messages
from registry.errors import Refused
from registry.imports.scope import Scope
from registry.institutions import checking, service
from registry.models import Division, Institution, InstitutionRequest

State = InstitutionRequest.State
DECIDED = "这项申请已经处理，请刷新后再看。"


def _province(hospital: Institution) -> Scope:
    path = access.province_of(hospital.division.path)
    ids = Division.objects.filter(path__startswith=path).values_list("pk", flat=True)
    return Scope(frozenset(ids), "本省")


@transaction.atomic
def make(raw: dict[str, str], *, note: str, hospital: Institution, by) -> InstitutionRequest:
    """Ask for an institution of the hospital's province. Raises Faulty with the messages of the import."""
    access.require(by, "edit_filing", hospital)
    checked = checking.check(raw, _province(hospital))
    checking.values_of(checked)
    try:
        with audit.acting(by), transaction.atomic():
            asked = InstitutionRequest.objects.create(
                hospital=hospital,
                division_id=checked.values["division_id"],
                name=checked.name,
                content=raw,
                note=note,
                requested_by=by,
            )
    except IntegrityError:
        raise Refused(f"贵院已申请登记“{checked.name}”，正等名录管理员处理。") from None
    transaction.on_commit(partial(request_messages.asked, asked.pk), robust=True)
    return asked


def _locked(pk: int) -> InstitutionRequest:
    asked = InstitutionRequest.objects.select_for_update(of=("self",)).get(pk=pk)
    if asked.state != State.PENDING:
        raise Refused(DECIDED)
    return asked


def _decide(asked: InstitutionRequest, state: str, by, **facts) -> InstitutionRequest:
    asked.state, asked.decided_by, asked.decided_at = state, by, timezone.now()
    for name, value in facts.items():
        setattr(asked, name, value)
    asked.save(update_fields=["state", "decided_by", "decided_at", *facts])
    if state != State.WITHDRAWN:
        transaction.on_commit(partial(request_messages.decided, asked.pk), robust=True)
    return asked


@transaction.atomic
def approve(pk: int, raw: dict[str, str], *, by) -> tuple[Institution, list[str]]:
    """Enter the institution as the administrator has put it right, and tell the hospital so; answers the warnings, too."""
    asked = _locked(pk)
    access.require(by, "manage_institutions", asked.division)
    one, warnings = service.create(raw, reason=f"{asked.hospital.name}申请登记", by=by)
    with audit.acting(by):
        _decide(asked, State.APPROVED, by, institution=one)
    return one, warnings


@transaction.atomic
def refuse(pk: int, *, reply: str, by) -> InstitutionRequest:
    asked = _locked(pk)
    access.require(by, "manage_institutions", asked.division)
    with audit.acting(by, reason=reply):
        return _decide(asked, State.REFUSED, by, reply=reply)


@transaction.atomic
def withdraw(pk: int, *, by) -> InstitutionRequest:
    """The hospital no longer asks."""
    asked = _locked(pk)
    access.require(by, "edit_filing", asked.hospital)
    with audit.acting(by):
        return _decide(asked, State.WITHDRAWN, by)
