"""Inviting people from an Excel list (批量邀请): template, upload, preview, links."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from registry import access_log
from registry.downloads import workbook_response
from registry.errors import Refused
from registry.guards import open_to
from registry.models import StaffList
from registry.paging import keyset_page
from registry.people import links
from registry.people.forms import StaffListForm
from registry.people.lists import handout, service, template
from registry.people.lists.limits import ROWS
from registry.views.people import MANAGERS


def _visible(request, pk: int) -> StaffList:
    return get_object_or_404(StaffList.objects.visible_to(request.user), pk=pk)


@require_safe
@open_to(*MANAGERS)
def staff_lists(request):
    """The form to send a list, and one's earlier lists."""
    return _lists(request, StaffListForm())


def _lists(request, form: StaffListForm, status: int = 200):
    page = keyset_page(StaffList.objects.visible_to(request.user), request, order=("-id",), default_size=20)
    context = {"page": page, "form": form, "most": ROWS}
    return render(request, "registry/staff_lists.html", context, status=status)


@require_safe
@open_to(*MANAGERS)
def staff_list_template(request):
    """The template with the roles and units that this administrator may give."""
    return workbook_response(template.build(request.user), "人员名单模板.xlsx")


@require_POST
@open_to(*MANAGERS)
def staff_list_upload(request):
    """Keep the list and show what it would do; what cannot be read is refused beside the field."""
    form = StaffListForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            return redirect(service.send(form.cleaned_data["file"], by=request.user))
        except Refused as refusal:
            form.add_error("file", str(refusal))
    return _lists(request, form, status=422)


@require_safe
@open_to(*MANAGERS)
def staff_list(request, pk: int):
    """The preview of an open list; of an applied one, who has set a password."""
    one = _visible(request, pk)
    context = {"one": one, "reading": None, "entries": [], "waiting": 0, "refused": ""}
    if one.state == StaffList.State.OPEN:
        try:
            context["reading"] = service.read(one)
        except Refused as refusal:
            context["refused"] = str(refusal)
    else:
        entries = list(one.entries.select_related("person").order_by("row"))
        context["entries"] = entries
        context["waiting"] = sum(
            not entry.person.has_usable_password() and entry.person.is_active for entry in entries
        )
    return render(request, "registry/staff_list.html", context)


def _links(request, pk: int, act) -> HttpResponse:
    """Do what makes links and show them, this once; or say why not."""
    one = _visible(request, pk)
    try:
        made = act(pk, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(one)
    lines = [(link, links.address(link.token, request)) for link in made]
    ends = made[0].person.links.latest("pk").expires_at
    context = {"one": one, "lines": lines, "ends": ends}
    return render(request, "registry/staff_list_links.html", context)


@never_cache
@require_POST
@open_to(*MANAGERS)
def staff_list_apply(request, pk: int):
    return _links(request, pk, service.apply)


@never_cache
@require_POST
@open_to(*MANAGERS)
def staff_list_links(request, pk: int):
    return _links(request, pk, service.links_anew)


@require_POST
@open_to(*MANAGERS)
def staff_list_discard(request, pk: int):
    one = _visible(request, pk)
    try:
        service.discard(pk, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(one)
    messages.success(request, "已放弃这份名单，文件已删除，没有邀请任何人。")
    return redirect("registry:staff_lists")


@never_cache
@require_POST
@open_to(*MANAGERS)
def staff_list_file(request, pk: int):
    """The links on the page as a workbook: the page sends them back, because they are kept nowhere else."""
    one = _visible(request, pk)
    opened = service.still_open(request.POST.get("tokens", "").split()[:ROWS], by=request.user)
    if not opened:
        messages.error(request, "这些链接都已用过或作废，没有可以下载的。")
        return redirect(one)
    access_log.exported(request.user, one, f"下载 {len(opened)} 条一次性链接")
    lines = [(link.person, links.address(link.token, request)) for link in opened]
    return workbook_response(handout.build(lines), "一次性链接.xlsx")
