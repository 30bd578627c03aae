"""Forms on accounts and assignments."""

from django import forms

from registry import telephones
from registry.errors import Refused
from registry.models import User
from registry.options import Options
from registry.people import reach, units
from registry.people.naming import username_allowed
from registry.plausible import PLAUSIBLE_DAY, PLAUSIBLE_END
from registry.roles import Role


class PeopleFilter(forms.Form):
    """What the list may be narrowed by."""

    q = forms.CharField(label="姓名、账号或电话", required=False, max_length=60)
    role = forms.ChoiceField(label="角色", required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        roles = [(role.code, role.label) for role in reach.roles_grantable(user)]
        self.fields["role"].choices = Options(roles)


class AssignmentForm(forms.Form):
    """A role at a unit, from–to."""

    role = forms.ChoiceField(label="角色")
    unit = forms.CharField(
        label="单位",
        required=False,
        max_length=300,
        help_text="填全称或代码（机关代码、统一社会信用代码）；系统管理员、安全管理员和审计员不填",
        widget=forms.TextInput(attrs={"list": "units", "autocomplete": "off"}),
    )
    start = forms.DateField(
        label="第一天",
        required=False,
        validators=PLAUSIBLE_DAY,
        help_text="不填：今天",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    end = forms.DateField(
        label="最后一天",
        required=False,
        validators=PLAUSIBLE_END,
        help_text="不填：没有期限",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["role"].choices = [
            ("", "请选择"),
            *((r.code, r.label) for r in reach.roles_grantable(user)),
        ]

    def clean(self):
        """Find the unit that was typed."""
        data = super().clean()
        if role := data.get("role"):
            try:
                data["unit"] = units.find(data.get("unit") or "", role, self.user)
            except Refused as refusal:
                self.add_error("unit", str(refusal))
        return data

    @property
    def sentences(self) -> list[Role]:
        """The roles offered, for the explanation beside the form."""
        return reach.roles_grantable(self.user)


class ContactForm(forms.Form):
    """How a person is reached."""

    phone = forms.CharField(label="联系电话", max_length=30, required=False, help_text=telephones.HELP)
    email = forms.EmailField(label="电子邮箱", required=False, help_text="用于通知；没有也可以")

    def clean_phone(self) -> str:
        """What stood there before is left as it is; a number typed here must be one."""
        typed = self.cleaned_data["phone"]
        if typed != self.initial.get("phone", ""):
            telephones.plausible_telephone(typed)
        return typed


def contact_form(one: User, data=None) -> ContactForm:
    """The form as it stands for a person."""
    return ContactForm(data, prefix="contact", initial={"phone": one.phone, "email": one.email})


class InviteForm(ContactForm, AssignmentForm):
    """A new person with the first assignment."""

    username = forms.CharField(
        label="账号",
        max_length=150,
        help_text="登录用，如姓名拼音或工号；确定后不再改变",
        validators=[username_allowed],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label="姓名", max_length=60)

    field_order = ["name", "username", "phone", "email", "role", "unit", "start", "end"]


class StaffListForm(forms.Form):
    """A list of people to be invited."""

    file = forms.FileField(
        label="人员名单",
        help_text="xlsx、xls 或 csv；上传后先预览，确认后才建立账户。",
        error_messages={
            "required": "请选择名单文件。",
            "empty": "文件是空的（0 字节）。请检查后重新上传。",
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
    )


class EndForm(forms.Form):
    """When and why an assignment ends."""

    last_day = forms.DateField(
        label="最后一天",
        required=False,
        validators=PLAUSIBLE_DAY,
        help_text="不填：立即结束",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    reason = forms.CharField(label="原因", max_length=200)


class ReasonForm(forms.Form):
    """Why an account is put out of use, or into use again."""

    reason = forms.CharField(label="原因", max_length=200)
