"""Forms of filing: a section's form is built from its data (filing/sections.py)."""

from django import forms
from django.utils import timezone

from filing.fields import Field, Section
from filing.models import ClockChange, Filing, FilingMember, Material
from filing.pick import grids_to_pick, leads_to_pick
from registry import access
from registry.models import Consortium, Institution, TreatmentSubject
from registry.plausible import PLAUSIBLE_DAY, PLAUSIBLE_END
from registry.telephones import plausible_telephone

RADIO_AT_MOST = 4
DATE = {"type": "date"}


def _choice(field: Field) -> forms.Field:
    if len(field.choices) <= RADIO_AT_MOST:
        return forms.ChoiceField(choices=field.choices, widget=forms.RadioSelect)
    return forms.ChoiceField(choices=[("", "— 选择 —"), *field.choices])


def _form_field(field: Field) -> forms.Field:
    """The form field for one question of the form."""
    made = {
        "text": lambda: forms.CharField(max_length=field.max_length),
        "long": lambda: forms.CharField(
            max_length=field.max_length, widget=forms.Textarea(attrs={"rows": 3})
        ),
        "date": lambda: forms.DateField(
            widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"), validators=PLAUSIBLE_DAY
        ),
        "choice": lambda: _choice(field),
        "multi": lambda: forms.MultipleChoiceField(
            choices=field.choices, widget=forms.CheckboxSelectMultiple
        ),
        "bool": lambda: forms.BooleanField(),
        "number": lambda: forms.IntegerField(min_value=1, max_value=100_000),
        "email": lambda: forms.EmailField(max_length=field.max_length),
        "phone": lambda: forms.CharField(max_length=field.max_length, validators=[plausible_telephone]),
        "institution": lambda: forms.ModelChoiceField(Institution.objects.none(), empty_label="— 选择 —"),
        "grids": lambda: forms.TypedMultipleChoiceField(
            coerce=int, choices=(), widget=forms.CheckboxSelectMultiple
        ),
        "subject": lambda: forms.ModelChoiceField(
            TreatmentSubject.objects.order_by("code"), empty_label="— 选择 —"
        ),
    }[field.kind]()
    made.label, made.help_text, made.required = field.label, field.help, field.required
    return made


class SectionForm(forms.Form):
    """One section of the form. A draft may be half filled: what is missing is said by the section's mark, not here."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, filing: Filing, section: Section, person, data=None, *, saved=None):
        self.filing, self.section = filing, section
        saved = saved or filing.sections.get(key=section.key)
        self.asked = section.fields
        initial = {"version": saved.version}
        for field in self.asked:
            initial[field.key] = (
                getattr(filing, field.column) if field.column else saved.content.get(field.key)
            )
        super().__init__(data, initial=initial, prefix=None, use_required_attribute=False)
        for field in self.asked:
            self.fields[field.key] = _form_field(field)
            if field.kind == "institution":
                self.fields[field.key].queryset = leads_to_pick(filing, person)
            if field.kind == "grids":
                self.fields[field.key].choices = grids_to_pick(filing, initial[field.key] or ())

    def full_clean(self):
        demanded = {name for name, field in self.fields.items() if field.required and name != "version"}
        for name in demanded:
            self.fields[name].required = False
        super().full_clean()
        for name in demanded:
            self.fields[name].required = True

    def clean(self):
        today = timezone.localdate()
        for field in self.asked:
            value = self.cleaned_data.get(field.key)
            if field.kind == "date" and not field.future and value and value > today:
                self.add_error(field.key, f"{field.label}不能晚于今天（{today:%Y-%m-%d}）。")
        return self.cleaned_data

    @property
    def answers(self) -> dict:
        """What was answered, without the version."""
        return {field.key: self.cleaned_data.get(field.key) for field in self.asked}

    @property
    def rows(self) -> list[tuple[forms.BoundField, Field]]:
        return [(self[field.key], field) for field in self.asked]


class StartForm(forms.Form):
    """新建备案: for which hospital, what kind of consortium."""

    applicant = forms.ModelChoiceField(Institution.objects.none(), label="申报单位", empty_label=None)
    consortium_kind = forms.ChoiceField(
        label="类型",
        choices=Consortium.Kind.choices,
        widget=forms.RadioSelect,
        initial=Consortium.Kind.CITY_GROUP,
    )

    def __init__(self, person, data=None):
        super().__init__(data)
        own = access.institutions_of(person, "edit_filing")
        hospitals = Institution.objects.filter(pk__in=own).order_by("name")
        self.fields["applicant"].queryset = hospitals
        self.fields["applicant"].initial = hospitals.first()


class ChangeForm(forms.Form):
    """发起变更: what it touches."""

    parts = forms.MultipleChoiceField(
        label="变更内容",
        choices=Filing.Part.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择至少一项变更内容。"},
    )


class ApprovalForm(forms.Form):
    """申请组建专科联盟: for which hospital."""

    applicant = forms.ModelChoiceField(Institution.objects.none(), label="牵头医院", empty_label=None)

    def __init__(self, person, data=None):
        super().__init__(data)
        own = access.institutions_of(person, "edit_filing")
        self.fields["applicant"].queryset = Institution.objects.filter(pk__in=own).order_by("name", "pk")


class MemberForm(forms.ModelForm):
    """One member's line; ``version`` is the one that the person has seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    functions = forms.MultipleChoiceField(
        label="服务功能",
        choices=FilingMember.Function.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = FilingMember
        fields = [
            "role",
            "joined_on",
            "left_on",
            "functions",
            "positioning",
            "remote_equipment",
            "remote_enabled_on",
        ]
        widgets = {
            "joined_on": forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
            "left_on": forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
            "remote_enabled_on": forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
            "remote_equipment": forms.NullBooleanSelect,
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        for name in ("joined_on", "left_on", "remote_enabled_on"):
            plausible = PLAUSIBLE_END if name == "left_on" else PLAUSIBLE_DAY
            self.fields[name].validators = [*self.fields[name].validators, *plausible]

    def clean(self):
        """Said at the field; the table's own constraint holds it as well."""
        given = super().clean()
        joined, left = given.get("joined_on"), given.get("left_on")
        if joined and left and left < joined:
            self.add_error("left_on", "退出日期不能早于加入日期。")
        return given

    @property
    def answers(self) -> dict:
        """What was answered, without the version."""
        return {name: self.cleaned_data.get(name) for name in self._meta.fields}


class MaterialForm(forms.Form):
    """上传材料."""

    kind = forms.ChoiceField(label="种类", choices=Material.Kind.choices, initial=Material.Kind.CHARTER)
    covers = forms.ModelChoiceField(
        Institution.objects.none(),
        label="签署成员",
        required=False,
        empty_label="全部成员（多方签署）",
        help_text="每家成员分别签署时，选择这份协议书的成员",
    )
    file = forms.FileField(
        label="文件",
        error_messages={
            "required": "没有选择文件。先选择文件，再上传。",
            "empty": "文件是空的。核对后重新选择。",
        },
    )

    def __init__(self, filing: Filing, data=None, files=None):
        super().__init__(data, files)
        members = filing.members.values("institution")
        self.fields["covers"].queryset = Institution.objects.filter(pk__in=members).order_by("name")


class RemarkForm(forms.Form):
    """提意见."""

    section = forms.CharField(widget=forms.HiddenInput)
    field = forms.CharField(widget=forms.HiddenInput, required=False)
    provision = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    text = forms.CharField(label="意见", widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


class VerifyForm(forms.Form):
    """查验回执."""

    code = forms.CharField(
        label="查验码",
        max_length=20,
        help_text="印在备案回执下方，12 位字母和数字",
        error_messages={
            "required": "请输入查验码。",
            "max_length": "查验码是 12 位字母和数字，请核对后重新输入。",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ClockAskForm(forms.Form):
    """中止或延长: what is asked for or ordered."""

    kind = forms.ChoiceField(label="事项", choices=ClockChange.Kind.choices)
    first = forms.DateField(
        label="中止起日",
        required=False,
        validators=PLAUSIBLE_DAY,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    last = forms.DateField(
        label="中止止日",
        required=False,
        validators=PLAUSIBLE_DAY,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="最后一天；尚不确定时空白",
    )
    workdays = forms.IntegerField(label="延长工作日", required=False, min_value=1, max_value=250)
    ground = forms.CharField(label="理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    document = forms.CharField(label="依据文件", max_length=200, required=False)

    def __init__(self, *args, with_document: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not with_document:
            del self.fields["document"]


class ClockDecideForm(forms.Form):
    """对期限申请的决定."""

    decision = forms.ChoiceField(label="决定", choices=[("granted", "同意"), ("declined", "不同意")])
    note = forms.CharField(label="说明", required=False, max_length=1000)
    document = forms.CharField(label="依据文件", max_length=200, required=False)


class ClockResumeForm(forms.Form):
    """恢复计算."""

    last = forms.DateField(
        label="不计入的最后一天",
        validators=PLAUSIBLE_DAY,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
