"""What the views of filing share."""

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.shortcuts import get_object_or_404

from filing import transitions
from filing.models import Filing
from filing.presentation import is_own
from registry.errors import Refused

GONE = "这一项刚被别人删除，没有作任何改动。请核对页面现在的内容。"


def visible(request, pk: int) -> Filing:
    """The filing as this person may see it, or 404 for whom it does not exist.

    The hospital sees what it is writing, everybody else what was submitted last.
    """
    rows = (
        Filing.objects.visible_to(request.user)
        .select_related(
            "applicant",
            "lead__division",
            "lead__institution_class",
            "authority__division",
            "authority__management_area__host",
            "sheet",
            "held_by",
            "decided_by",
        )
        .prefetch_related("sections__saved_by")
    )
    filing = get_object_or_404(rows, pk=pk)
    return filing.as_written() if is_own(filing, request.user) else filing


def attempt(request, act, success: str = "", *, passing: tuple[type[Refused], ...] = ()) -> bool:
    """Do an act; a refusal becomes a message, and so does what somebody else has just removed.

    Answers whether it was done. ``passing`` are refusals that the caller answers with a page of their own.
    """
    try:
        act()
    except passing:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
        return False
    except ObjectDoesNotExist:
        messages.error(request, GONE)
        return False
    if success:
        messages.success(request, success)
    return True


def reasons(filing: Filing, user) -> dict[str, str]:
    """For each move why this person cannot make it now; empty for those that he can."""
    own = transitions.own_case(user, filing)
    return {action: transitions.why_not(filing, action, user, own) for action in transitions.MOVES}
