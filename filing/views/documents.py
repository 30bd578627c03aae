"""What is printed (打印件): the 备案表 and the 备案回执."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from filing import clock, snapshots
from filing.models import Filing
from filing.views.shared import visible
from registry import access, access_log
from registry.numbers import whole_number


@require_GET
def form_print(request, pk: int):
    """备案表 as it was submitted (``?version=`` for an earlier one); the hospital may print its draft."""
    filing = visible(request, pk)
    access_log.exported(request.user, filing, "form")
    wanted = whole_number(request.GET.get("version", ""))
    if wanted is not None:
        version = get_object_or_404(filing.versions, number=wanted)
    elif filing.submissions and not (filing.editable and _own(request, filing)):
        version = filing.versions.get(number=filing.submissions)
    else:
        version = None
    content = version.content if version else snapshots.describe(filing)
    return render(
        request, "filing/form_print.html", {"filing": filing, "version": version, "content": content}
    )


def _own(request, filing: Filing) -> bool:
    return filing.applicant_id in access.institutions_of(request.user, "edit_filing")


@require_GET
def receipt(request, pk: int):
    """备案回执 with number, verification code and, where it was late, by how many workdays."""
    filing = visible(request, pk)
    if filing.status not in (Filing.Status.REGISTERED, Filing.Status.REVOKED) or not filing.verification_code:
        raise Http404
    access_log.exported(request.user, filing, "receipt")
    context = {
        "filing": filing,
        "clock": clock.read(filing),
        "members": filing.consortium.memberships.count(),
        "verify_url": request.build_absolute_uri(reverse("filing:verify")),
    }
    return render(request, "filing/receipt.html", context)
