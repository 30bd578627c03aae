"""复核: where a bureau asks for two persons, one proposes the registration and another makes it.

A proposal stands for exactly what was proposed: a later submission or another mark of the check sheet takes its
force, so the second person never signs what the first has not seen.
"""

import hashlib

from filing import delegation, limits
from filing.models import Filing, FilingEvent
from registry.errors import Refused
from registry.policy.pack import canonical

ACTION = "propose"


def basis(filing: Filing) -> str:
    """Fingerprint of what a proposal is about: the submission and every mark of the reviewers."""
    marks = filing.marks.order_by("provision").values_list(
        "provision", "decision", "note", "approver", "document", "basis"
    )
    return hashlib.sha256(
        canonical([filing.submissions, [list(mark) for mark in marks]]).encode()
    ).hexdigest()


def standing(filing: Filing) -> FilingEvent | None:
    """The proposal that holds now."""
    last = (
        filing.events.filter(action=ACTION)
        .select_related("by", "on_behalf_of")
        .order_by("-at", "-pk")
        .first()
    )
    holds = last is not None and last.details.get("basis") == basis(filing)
    return last if holds and filing.status == Filing.Status.RECEIVED else None


def same_voice(user, filing: Filing, act: FilingEvent) -> bool:
    """Whether the second person would be the first again: himself, his stand-in, or whom he stands in for."""
    stands_for = delegation.principal(user, filing)
    voices = {user.pk, stands_for.pk} if stands_for else {user.pk}
    return bool(voices & {act.by_id, act.on_behalf_of_id})


def why_not_revoke(filing: Filing, user) -> str:
    """Why this person cannot be the second who takes the decision back, or nothing."""
    decision = filing.events.filter(action="register").order_by("-pk").first()
    if decision and same_voice(user, filing, decision):
        return "撤销备案须由作出备案决定以外的另一人办理；他委托的人、委托他的人也不行。"
    return ""


def why_not_register(filing: Filing, user, *, required: bool, proposal: FilingEvent | None) -> str:
    """What still stands between this person and the registration, or nothing."""
    if not required:
        return ""
    if proposal is None:
        return f"{filing.authority}的备案须经复核：请先提出初审意见。"
    if same_voice(user, filing, proposal):
        return "初审意见由您提出，须由另一人复核后备案。"
    return ""


def check_register(filing: Filing, by) -> None:
    """Raise Refused unless the bureau's rule of two persons is kept; for the registering transaction."""
    required = limits.settings_of(filing.authority).second_reviewer
    proposal = standing(filing) if required else None
    if reason := why_not_register(filing, by, required=required, proposal=proposal):
        raise Refused(reason)
