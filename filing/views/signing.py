"""The setting of two signatures (双人签署的设置)."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from filing import signing
from filing.models import SigningRule
from filing.views.shared import attempt
from registry import access
from registry.guards import open_to
from registry.models import Authority, Institution
from registry.numbers import whole_number

UNITS = {"institution": Institution, "authority": Authority}


@require_http_methods(["GET", "HEAD", "POST"])
@open_to("confirm_filing", "review_filings")
def rules(request):
    """One's hospitals and bureaus, each with its setting."""
    hospitals = Institution.objects.filter(pk__in=access.institutions_of(request.user, "confirm_filing"))
    bureaus = access.authorities_where(request.user, "review_filings")
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        reach = {"institution": hospitals, "authority": bureaus}.get(kind)
        unit = (
            reach.filter(pk=whole_number(request.POST.get("unit", ""))).first() if reach is not None else None
        )
        if unit is None:
            raise Http404
        wanted = request.POST.get("two_persons") == "1"
        attempt(
            request,
            lambda: signing.set_rule(unit, two_persons=wanted, by=request.user),
            f"{unit}：{'实行双人签署' if wanted else '一人即可提交'}。",
        )
        return redirect("filing:signing")
    listed = [("institution", unit) for unit in hospitals.order_by("name", "pk")]
    listed += [("authority", unit) for unit in bureaus.order_by("path", "pk")[:100]]
    known = {
        (
            ("institution", r.institution_id) if r.institution_id else ("authority", r.authority_id)
        ): r.two_persons
        for r in SigningRule.objects.filter(institution__in=hospitals)
        | SigningRule.objects.filter(authority__in=bureaus)
    }
    rows = [(kind, unit, known.get((kind, unit.pk))) for kind, unit in listed]
    return render(request, "filing/signing.html", {"rows": rows})
