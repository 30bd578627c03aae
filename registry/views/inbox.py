"""The inbox (通知) and what each person wants to hear of, by which way."""

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registry.inbox import telling
from registry.models import Notification, NotificationChoice
from registry.options import Options
from registry.paging import keyset_page


class InboxFilter(forms.Form):
    """Bound to the query string."""

    q = forms.CharField(label="标题", required=False, max_length=100)
    kind = forms.ChoiceField(label="类别", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Options((kind.code, kind.label) for kind in telling.kinds())

    def narrow(self, rows):
        self.is_valid()
        given = self.cleaned_data
        if given.get("q"):
            rows = rows.filter(title__icontains=given["q"])
        return rows.filter(kind=given["kind"]) if given.get("kind") else rows


@require_safe
def inbox_list(request):
    """收件箱, newest first."""
    rows = Notification.objects.visible_to(request.user)
    view = request.GET.get("view", "all")
    form = InboxFilter(request.GET)
    page = keyset_page(form.narrow(rows.unread() if view == "unread" else rows), request, order=["-id"])
    labels = {kind.code: kind.label for kind in telling.kinds()}
    for row in page:
        row.kind_label = labels.get(row.kind, "")
    tabs = [("all", "全部", None), ("unread", "未读", telling.unread_count(request.user))]
    context = {"page": page, "unit": "条", "count": None, "tabs": tabs, "filter_form": form}
    return render(request, "registry/inbox.html", context)


@require_POST
def inbox_open(request, pk: int):
    """Mark as read and go to what it is about."""
    row = get_object_or_404(Notification.objects.visible_to(request.user), pk=pk)
    Notification.objects.filter(pk=row.pk, read_at=None).update(read_at=timezone.now())
    telling.forget_unread([request.user.pk])
    return HttpResponseRedirect(row.url) if row.url else redirect("registry:inbox")


@require_POST
def inbox_read(request):
    """Mark everything as read."""
    count = Notification.objects.visible_to(request.user).unread().update(read_at=timezone.now())
    telling.forget_unread([request.user.pk])
    messages.success(request, f"{count} 条通知已标为已读。" if count else "没有未读的通知。")
    return redirect("registry:inbox")


class ChoicesForm(forms.Form):
    """Two fields a kind: how mail is sent, and whether an SMS as well."""

    def __init__(self, user, *args, **kwargs):
        self.user = user
        stored = {row.kind: row for row in user.notification_choices.order_by("pk")}
        super().__init__(*args, **kwargs)
        for kind in telling.kinds():
            choice = stored.get(kind.code) or NotificationChoice(kind=kind.code)
            self.fields[f"{kind.code}_email"] = forms.ChoiceField(
                label=f"{kind.label}：邮件",
                choices=NotificationChoice.Email.choices,
                initial=choice.email,
                widget=forms.Select(attrs={"class": "form-select form-select-sm w-auto"}),
            )
            self.fields[f"{kind.code}_sms"] = forms.BooleanField(
                label=f"{kind.label}：短信",
                required=False,
                initial=choice.sms,
                widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
            )

    def rows(self):
        """Each kind with its two fields, as the page shows them."""
        return [(kind, self[f"{kind.code}_email"], self[f"{kind.code}_sms"]) for kind in telling.kinds()]

    def save(self) -> None:
        for kind in telling.kinds():
            chosen = {way: self.cleaned_data[f"{kind.code}_{way}"] for way in ("email", "sms")}
            NotificationChoice.objects.update_or_create(user=self.user, kind=kind.code, defaults=chosen)


@require_http_methods(["GET", "HEAD", "POST"])
def inbox_choices(request):
    """Each person's own choices."""
    form = ChoicesForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "通知方式已保存。")
        return redirect("registry:inbox_choices")
    available = telling.channels_available()
    context = {"form": form, "mail": "email" in available, "sms": "sms" in available}
    return render(request, "registry/inbox_choices.html", context, status=422 if form.errors else 200)
