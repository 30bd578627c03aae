"""People and their assignments (人员): the list, one person, the invitation."""

from axes.models import AccessLog as SignIn
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from registry import access
from registry.errors import Refused
from registry.guards import open_to
from registry.models import User
from registry.paging import capped_count, keyset_page
from registry.people import finding, handover, history, links, reach, second_step, service, units
from registry.people.forms import AssignmentForm, InviteForm, PeopleFilter, ReasonForm, contact_form
from registry.roles import ROLES

MANAGERS = (reach.EVERYWHERE, reach.UNIT)
SIGN_INS = 20


@require_safe
@open_to(*MANAGERS)
def people_list(request):
    """The people in one's reach, by name; views for those to be invited again, out of use, or without assignment."""
    form = PeopleFilter(request.GET, user=request.user)
    view = request.GET.get("view", "")
    rows = finding.narrow(reach.visible_to(request.user), form, view)
    page = keyset_page(rows, request, order=("name", "id"))
    finding.mark_offices(page.rows)
    context = {
        "page": page,
        "count": capped_count(rows),
        "unit": "人",
        "filter_form": form,
        "tabs": [(key, word, None) for key, word in finding.VIEWS],
    }
    return render(request, "registry/people_list.html", context)


def visible(request, pk: int) -> User:
    """The person, if there is one in reach; for everybody else he does not exist."""
    return get_object_or_404(reach.visible_to(request.user), pk=pk)


@require_safe
@open_to(*MANAGERS)
def person(request, pk: int):
    """Account, assignments, history of rights and sign-ins of one person."""
    return person_page(request, visible(request, pk))


def person_page(request, one: User, status: int = 200, **forms):
    """The page, with the forms that were refused."""
    today = timezone.localdate()
    assignments = one.assignments.select_related("authority__division", "institution__division").order_by(
        "-pk"
    )
    why_not = reach.why_not(request.user, one)
    rows = [
        {
            "assignment": row,
            "role": ROLES[row.role],
            "unit": row.unit or "本系统",
            "ended": row.during.upper is not None and row.during.upper <= today,
            "to_begin": row.during.lower > today,
            "endable": not why_not
            and (row.during.upper is None or row.during.upper > today)
            and reach.may_grant(request.user, row.role, row.unit),
        }
        for row in assignments
    ]
    context = {
        "one": one,
        "why_not": why_not,
        "rows": rows,
        "assignment_form": AssignmentForm(user=request.user),
        "account_form": ReasonForm(prefix="account"),
        "contact_form": contact_form(one),
        "second_step_form": ReasonForm(prefix="second-step"),
        "second_step": second_step.device_of(one),
        "may_reset": access.may(request.user, reach.EVERYWHERE),
        "offered": [] if why_not else units.offered(request.user),
        "open_link": one.links.filter(used_at=None, withdrawn_at=None, expires_at__gt=timezone.now()).first(),
        "history": history.told(one),
        "sign_ins": SignIn.objects.filter(username=one.username).order_by("-pk")[:SIGN_INS],
        "to_hand_over": [] if why_not else handover.open_work(one, by=request.user),
        **forms,
    }
    return render(request, "registry/person.html", context, status=status)


def link_page(request, one: User, token: str) -> HttpResponse:
    """The one time that a link is shown."""
    context = {"one": one, "address": links.address(token, request), "link": one.links.latest("pk")}
    return render(request, "registry/person_link.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(*MANAGERS)
def person_new(request):
    """Invite somebody; the answer shows the link to hand over."""
    form = InviteForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            one, token = service.invite(**form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return link_page(request, one, token)
    context = {"form": form, "offered": units.offered(request.user)}
    return render(request, "registry/person_new.html", context, status=422 if form.errors else 200)
