"""What anybody may see without signing in: the check of a receipt (回执查验), and the list of consortia where it is on."""

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch, Q
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from filing.forms import VerifyForm
from filing.models import Filing
from filing.numbering import normal_code
from filing.throttle import too_often
from registry.models import Consortium, Lead
from registry.options import Options
from registry.paging import keyset_page

PAGES_A_MINUTE = 60


@login_not_required
@require_safe
def verify(request):
    """Whether a verification code belongs to a receipt, and what that receipt says; limited by address."""
    form = VerifyForm(request.GET if "code" in request.GET else None)
    if not form.is_bound:
        return render(request, "filing/verify.html", {"form": form, **_list_is_public()})
    if too_often(request, "verify"):
        return render(
            request, "filing/verify.html", {"form": form, "limited": True, **_list_is_public()}, status=429
        )
    asked = form.is_valid()
    code = normal_code(form.cleaned_data["code"]) if asked else ""
    rows = Filing.objects.select_related("lead", "authority")
    found = rows.filter(verification_code=code).first() if code else None
    return render(
        request, "filing/verify.html", {"form": form, "asked": asked, "found": found, **_list_is_public()}
    )


def _list_is_public() -> dict[str, bool]:
    return {"list_is_public": settings.PUBLIC_REGISTER}


class PublicFilter(forms.Form):
    """Bound to the query string."""

    q = forms.CharField(label="医联体名称", required=False, max_length=60)
    kind = forms.ChoiceField(label="类型", required=False, choices=Options(Consortium.Kind.choices))

    def narrow(self, filings):
        """The registrations that fit."""
        self.is_valid()
        given = self.cleaned_data
        if name := given.get("q", "").strip():
            filings = filings.filter(consortium__name__icontains=name)
        return filings.filter(consortium__kind=given["kind"]) if given.get("kind") else filings


@login_not_required
@require_safe
def registered(request):
    """The consortia that are registered and stand today, where the installation publishes them; limited by address."""
    if not settings.PUBLIC_REGISTER:
        raise Http404("没有公开的名单")
    if too_often(request, "registered", PAGES_A_MINUTE):
        return render(request, "filing/registered_limited.html", status=429)
    today = timezone.localdate()
    form = PublicFilter(request.GET)
    rows = Filing.objects.filter(
        Q(consortium__closed_on=None) | Q(consortium__closed_on__gt=today),
        kind=Filing.Kind.ESTABLISH,
        status=Filing.Status.REGISTERED,
        consortium__is_demo=False,
    )
    leads = Lead.objects.filter(during__contains=today).select_related("institution").order_by("pk")
    rows = form.narrow(rows).select_related("consortium", "authority")
    rows = rows.prefetch_related(Prefetch("consortium__leads", queryset=leads, to_attr="leads_today"))
    context = {
        "page": keyset_page(rows, request, order=("-id",)),
        "count": None,
        "unit": "个",
        "filter_form": form,
    }
    return render(request, "filing/registered.html", context)
