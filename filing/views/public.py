"""The public page on which anybody checks a receipt (回执查验)."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_GET

from filing.forms import VerifyForm
from filing.models import Filing
from filing.numbering import normal_code
from filing.throttle import too_often


@login_not_required
@require_GET
def verify(request):
    """Whether a verification code belongs to a receipt, and what that receipt says; limited by address."""
    form = VerifyForm(request.GET if "code" in request.GET else None)
    if not form.is_bound:
        return render(request, "filing/verify.html", {"form": form})
    if too_often(request, "verify"):
        return render(request, "filing/verify.html", {"form": form, "limited": True}, status=429)
    code = normal_code(form["code"].value() or "")
    rows = Filing.objects.select_related("lead", "authority")
    found = rows.filter(verification_code=code).first() if code else None
    return render(request, "filing/verify.html", {"form": form, "asked": True, "found": found})
