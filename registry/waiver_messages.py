"""Telling of waivers (豁免通知): the hospital that they are about and the bureau of the place hear of each one."""

from django.urls import reverse

from registry import access, inbox
from registry.inbox import Kind
from registry.models import Authority, Institution, User, Waiver

KIND = Kind("waiver", "豁免与偏离", "登记和撤销本单位、本辖区的豁免和批准偏离")


def granted(waiver_id: int) -> None:
    """登记: told to everybody concerned but the person who recorded it."""
    waiver = _waiver(waiver_id)
    until = f"有效至 {waiver.until}" if waiver.until else "长期有效"
    document = f"，依据{waiver.document}" if waiver.document else ""
    _tell(
        waiver,
        "granted",
        f"{waiver.about}：{waiver.provision} {waiver.get_kind_display()}",
        f"{waiver.official}于 {waiver.granted_on} 批准{document}，{until}。理由：{waiver.reason}",
        waiver.granted_by_id,
    )


def revoked(waiver_id: int) -> None:
    """撤销: the rule holds again."""
    waiver = _waiver(waiver_id)
    _tell(
        waiver,
        "revoked",
        f"{waiver.about}：{waiver.provision} 的{waiver.get_kind_display()}已撤销",
        f"{waiver.revoked_by}于 {waiver.revoked_on} 撤销，自当日起照常判定。原因：{waiver.revoke_reason}",
        waiver.revoked_by_id,
    )


def _waiver(pk: int) -> Waiver:
    rows = Waiver.objects.select_related("consortium__division", "division", "granted_by", "revoked_by")
    return rows.get(pk=pk)


def _tell(waiver: Waiver, act: str, title: str, text: str, but: int | None) -> None:
    others = {person.pk: person for person in (*_hospital(waiver), *_bureau(waiver)) if person.pk != but}
    url = reverse("registry:waiver", args=[waiver.pk])
    inbox.tell(others.values(), "waiver", f"waiver:{waiver.pk}:{act}", title, text=text, url=url)


def _hospital(waiver: Waiver) -> list[User]:
    """Those who file for the hospital that leads the consortium, or that the waiver is about."""
    if waiver.consortium_id:
        leads = Institution.objects.filter(
            leads__consortium=waiver.consortium_id, leads__during__contains=waiver.granted_on
        )
    elif waiver.subject_type == "institution":
        leads = Institution.objects.filter(pk=waiver.subject_id)
    else:
        return []
    return [person for one in leads.order_by("pk") for person in access.people_with("edit_filing", one)]


def _bureau(waiver: Waiver) -> list[User]:
    """Those who follow compliance at the bureau of the place, or at the next one above that has anybody."""
    nearest = Authority.objects.nearest_to(waiver.place)
    return list(access.people_near("run_compliance", nearest)) if nearest else []
