"""Signing in and out, and one's own settings (账户)."""

import datetime as dt

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_failure_limit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms import ModelForm
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import FormView

from registry.models import Authority, User
from registry.passwords import PasswordChangeForm
from registry.people import service
from registry.people.forms import contact_form
from registry.roles import ROLES


class SignInForm(AuthenticationForm):
    """Account and password; after a failure it says how many attempts are left before the lock-out."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Django's form tells the browser the longest name, but does not hold whoever has none of our pages to it.
        self.fields["username"].validators.append(MaxLengthValidator(self.username_field.max_length))
        self.fields["username"].label = "账号"
        self.fields["username"].help_text = "安全管理员分配的账号"
        self.fields["password"].label = "密码"
        again = "password" if self.is_bound else "username"
        for name, field in self.fields.items():
            field.widget.attrs["autofocus"] = name == again

    def get_invalid_login_error(self):
        """The message names the attempts left once few are; it stands under the password (see `clean`)."""
        credentials = {"username": self.cleaned_data.get("username")}
        left = get_failure_limit(self.request, credentials) - AxesProxyHandler.get_failures(
            self.request, credentials
        )
        minutes = round(settings.AXES_COOLOFF_TIME * 60)
        warning = f"再错 {left} 次，账号将锁定 {minutes} 分钟。" if 0 < left <= 3 else ""
        return ValidationError(f"账号或密码不对。{warning}", code="invalid_login")

    def clean(self):
        """Put the refusal under the password field, where the eye is."""
        try:
            return super().clean()
        except ValidationError as error:
            raise ValidationError({"password": error.messages}) from error


class Refusing(FormView):
    """A form that is refused answers 422, as those of our own views do; Django's own views would say 200."""

    def form_invalid(self, form):
        """The page again, with what is wrong."""
        return self.render_to_response(self.get_context_data(form=form), status=422)


class SignIn(Refusing, auth.LoginView):
    """登录. The session has a fixed end, so that the page can announce it."""

    template_name = "registry/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs):
        """Add the name of the authority that runs this installation, when there is exactly one at the top."""
        top = list(Authority.objects.filter(parent=None).values_list("name", flat=True)[:2])
        return super().get_context_data(owner=top[0] if len(top) == 1 else "", **kwargs)

    def form_valid(self, form):
        """Open the session and fix its end."""
        response = super().form_valid(form)
        self.request.session.set_expiry(timezone.now() + dt.timedelta(seconds=settings.SESSION_COOKIE_AGE))
        return response


class PasswordChange(Refusing, auth.PasswordChangeView):
    """修改密码."""

    template_name = "registry/password.html"
    form_class = PasswordChangeForm
    success_url = reverse_lazy("registry:account")

    def form_valid(self, form):
        """Change it and say so."""
        messages.success(self.request, "密码已修改，其他设备上的登录已失效。")
        return super().form_valid(form)


class SettingsForm(ModelForm):
    """Settings that are kept per person."""

    class Meta:
        model = User
        fields = ["large_text", "dense_tables"]
        labels = {"large_text": "大字号", "dense_tables": "紧凑行距"}
        help_texts = {
            "large_text": "全部文字放大约八分之一，页面布局不变",
            "dense_tables": "列表每行 34 像素；关闭后为 42 像素，适合触摸屏",
        }


@require_http_methods(["GET", "HEAD", "POST"])
def account(request):
    """One's assignments and settings."""
    form = SettingsForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        request.user.save(update_fields=form.changed_data or ["large_text"])
        messages.success(request, "设置已保存。")
        return redirect("registry:account")
    return _account_page(request, form=form)


@require_POST
def account_contact(request):
    """One's own telephone and e-mail."""
    contact = contact_form(request.user, request.POST)
    if not contact.is_valid():
        return _account_page(request, status=422, contact_form=contact)
    service.change_contact(request.user.pk, **contact.cleaned_data, by=request.user)
    messages.success(request, "联系方式已保存。")
    return redirect("registry:account")


def _account_page(request, status: int = 200, **forms):
    """The page, with the form that was refused."""
    held = request.user.assignments.active().select_related("authority", "institution").order_by("pk")
    rows = [
        {
            "role": ROLES[row.role],
            "unit": row.unit or "本系统",
            "start": row.during.lower,
            "end": row.during.upper and row.during.upper - dt.timedelta(days=1),
        }
        for row in held
    ]
    context = {
        "form": SettingsForm(instance=request.user),
        "contact_form": contact_form(request.user),
        "rows": rows,
        **forms,
    }
    return render(request, "registry/account.html", context, status=status)
