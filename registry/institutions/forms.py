"""The forms of one institution: raw texts as a roster would hold them, checked by the rules of the import."""

from django import forms
from django.utils import timezone

from registry import telephones
from registry.imports.cells import coded
from registry.imports.scope import scope_of
from registry.institutions.checking import Faulty, check, faults
from registry.models import Credential, EconomicType, Institution, InstitutionName
from registry.plausible import PLAUSIBLE_DAY

_WORDS = {
    "affiliation": {
        "national": "国家",
        "province": "省级",
        "city": "地市级",
        "county": "区县级",
        "township": "乡镇街道",
        "village": "村",
        "none": "社会办",
        "military": "军队",
    }
}


def _words(name: str) -> dict[str, str]:
    """The word of a roster for each value of a short list."""
    return _WORDS.get(name) or dict(Institution._meta.get_field(name).flatchoices)


def _choice(name: str, *, without: tuple[str, ...] = ()) -> forms.ChoiceField:
    label = Institution._meta.get_field(name).verbose_name
    words = [word for value, word in _words(name).items() if value not in without]
    return forms.ChoiceField(label=label, required=False, choices=[("", "未填"), *((w, w) for w in words)])


def _text(label: str, help_text: str = "", *, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=400, help_text=help_text)


class InstitutionForm(forms.Form):
    """Every fact of an institution that a person may state. An empty line clears the fact."""

    name = _text("机构名称", "执业许可证上的第一名称。", required=True)
    uscc = _text("统一社会信用代码", "18 位，末位是校验位。")
    licence_number = _text("登记号", "医疗机构执业许可证登记号。")
    institution_class = _text("机构类别", "WS 218 的类别代码或名称，例如 A100 或 综合医院。", required=True)
    level = _choice("level")
    grade = _choice("grade")
    affiliation = _choice("affiliation")
    ownership = _choice("ownership")
    profit = _choice("profit")
    economic_type = _text("经济类型代码", "GB/T 12402 的代码或名称。")
    is_military = forms.ChoiceField(
        label="部队医院", required=False, choices=[("", "未填"), ("否", "否"), ("是", "是")]
    )
    status = _choice("status", without=("closed",))
    division = _text("行政区划", "6 位国标代码，或省、市、区县名称。", required=True)
    township = _text("乡镇街道", "名称或 9 位代码。")
    address = _text("地址")
    beds = _text("核定床位数", "整数。")
    legal_representative = _text("法定代表人")
    phone = _text("联系电话", telephones.HELP)
    founded_on = forms.CharField(
        label="成立日期", required=False, max_length=30, help_text="例如 2019-06-25。"
    )
    second_names = _text("第二名称", "几个名称用“；”分开。")
    main_institution = _text("主要机构", "分支机构填所属机构的统一社会信用代码或全称。")

    def raw(self) -> dict[str, str]:
        """What was typed, by column of the roster."""
        return {name: self.cleaned_data.get(name, "") for name in InstitutionForm.base_fields}

    def clean_phone(self) -> str:
        """What a roster brought is left as it is; a number typed here must be one."""
        typed = self.cleaned_data["phone"]
        if typed != self.initial.get("phone", ""):
            telephones.plausible_telephone(typed)
        return typed

    def refuse(self, faulty: Faulty) -> None:
        """Put the import's messages beside their fields."""
        for name, issue in faulty.issues:
            self.add_error(name if name in self.fields else None, f"{issue.message}{issue.remedy}")

    def refuse_rest(self, by, own: Institution | None = None) -> None:
        """Of a form with faults of its own, everything else that saving would refuse: all of it is said at once."""
        found = faults(check(self.raw(), scope_of(by), own=own))
        self.refuse(Faulty([(name, issue) for name, issue in found if name not in self.errors]))


class EditForm(InstitutionForm):
    """The same for an institution that is there, with the version that the person saw and the reason."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="修改依据", max_length=200, help_text="例如：2026 年校验结果、批复文号。写入变更记录。"
    )

    def __init__(self, *args, closed: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if closed:
            del self.fields["status"]


class RequestForm(InstitutionForm):
    """What a lead hospital knows of an institution that the register lacks."""

    note = forms.CharField(
        label="说明",
        max_length=300,
        help_text="例如：拟吸收为医联体成员；执业许可证登记在何处。名录管理员据此核对。",
        widget=forms.Textarea(attrs={"rows": "3"}),
    )


def initial_of(one: Institution) -> dict:
    """The facts as the form shows them."""
    second = one.other_names.filter(kind=InstitutionName.Kind.SECOND).order_by("pk")
    chosen = {
        name: _words(name).get(getattr(one, name), "")
        for name in ("level", "grade", "affiliation", "ownership", "profit", "status")
    }
    plain = {
        name: getattr(one, name) for name in ("name", "uscc", "licence_number", "address", "beds", "version")
    }
    main, kind = one.main_institution, one.institution_class
    economic = EconomicType.objects.filter(code=one.economic_type).first()
    return {
        **plain,
        **chosen,
        "legal_representative": one.legal_representative,
        "phone": one.phone,
        "institution_class": coded(kind.code, kind.name) if kind else "",
        "economic_type": coded(economic.code, economic.name) if economic else one.economic_type,
        "is_military": {True: "是", False: "否"}.get(one.is_military, ""),
        "division": coded(one.division.code, one.division.name),
        "township": coded(one.township.code, one.township.name) if one.township else "",
        "founded_on": one.founded_on.isoformat() if one.founded_on else "",
        "second_names": "；".join(second.values_list("name", flat=True)),
        "main_institution": (main.uscc or main.name) if main else "",
    }


def _day(label: str, help_text: str = "") -> forms.DateField:
    picker = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, help_text=help_text, widget=picker, validators=PLAUSIBLE_DAY)


class CloseForm(forms.Form):
    """The day from which the institution no longer is, and why."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    on = _day("注销日期")
    reason = forms.CharField(label="原因", max_length=180, help_text="写入变更记录。")

    def clean_on(self):
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise forms.ValidationError(f"{self.fields['on'].label}晚于今天，请核对。")
        return day


class ReopenForm(CloseForm):
    """The day from which it is again, and why."""

    on = _day("恢复开业日期", "从这一天起重新开业。误注销的填注销日期。")


class DecisionForm(forms.Form):
    """Why a request is not taken up."""

    reply = forms.CharField(
        label="答复", max_length=300, help_text="写明原因；名录中已有的，写明它的登记名称。"
    )


class CredentialForm(forms.ModelForm):
    """专科资质."""

    class Meta:
        model = Credential
        fields = [
            "subject",
            "subject_text",
            "level",
            "kind",
            "year",
            "society_level",
            "society_post",
            "leader",
        ]

    def clean(self):
        given = super().clean()
        if not given.get("subject") and not given.get("subject_text"):
            self.add_error("subject", "请选择诊疗科目，或填写专科名称。")
        year = given.get("year")
        if year is not None and not 1949 <= year <= timezone.localdate().year:
            self.add_error("year", f"年份应在 1949 年和 {timezone.localdate().year} 年之间。")
        return given
