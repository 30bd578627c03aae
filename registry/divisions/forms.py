"""Forms of changes of places (区划变更表单): what was typed; what it means is worked out by the planner."""

import re

from django import forms
from django.utils import timezone

from registry.divisions.plan import Kind, Plan, Planner
from registry.errors import Refused
from registry.models import Division
from registry.plausible import PLAUSIBLE_DAY


def place_of(code: str) -> Division:
    """The place of today with a code, or a refusal."""
    if place := Division.objects.current().filter(code=code.strip()).select_related("parent").first():
        return place
    raise Refused(f"现行区划里没有代码“{code.strip()}”。请核对后再填。")


class TreeFilter(forms.Form):
    """What the tree shows."""

    under = forms.IntegerField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(label="名称或代码", required=False, max_length=100)
    day = forms.DateField(
        label="日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=PLAUSIBLE_DAY,
    )


class ChangeForm(forms.Form):
    """What every change needs; the subclasses add what their kind needs."""

    on = forms.DateField(
        label="生效日期",
        initial=timezone.localdate,
        help_text="当日起用新区划，前一日为原区划的最后一天",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=PLAUSIBLE_DAY,
    )
    basis = forms.CharField(label="依据", max_length=300, help_text="批复文号或公告名称")
    kind: str

    def plan(self, place: Division, corrected: dict[int, str]) -> Plan:
        """The plan of the cleaned form for a place. `corrected` are codes, or parts of a split, by place below."""
        typed = self.cleaned_data
        codes = {pk: value for pk, value in corrected.items() if len(value) > 2}
        return self.work_out(Planner(self.kind, typed["on"], typed["basis"], codes), place, corrected)

    def work_out(self, planner: Planner, place: Division, corrected: dict[int, str]) -> Plan:
        raise NotImplementedError


class NewForm(ChangeForm):
    kind = Kind.NEW
    code = forms.CharField(label="新区划代码", max_length=12)
    name = forms.CharField(label="新区划名称", max_length=100)
    place_kind = forms.CharField(
        label="类别", max_length=20, required=False, help_text="如：市辖区、街道、镇"
    )
    field_order = ["code", "name", "place_kind", "on", "basis"]

    def work_out(self, planner, place, corrected):
        typed = self.cleaned_data
        return planner.new(code=typed["code"], name=typed["name"], parent=place, kind=typed["place_kind"])


class RenameForm(ChangeForm):
    kind = Kind.RENAME
    name = forms.CharField(label="新名称", max_length=100)
    field_order = ["name", "on", "basis"]

    def work_out(self, planner, place, corrected):
        return planner.rename(place, name=self.cleaned_data["name"])


class RecodeForm(ChangeForm):
    kind = Kind.RECODE
    code = forms.CharField(
        label="新代码", max_length=12, help_text="下级区划的代码随之变更，下一步可逐个核对"
    )
    name = forms.CharField(label="新名称", max_length=100, required=False, help_text="县改区等同时更名的填写")
    field_order = ["code", "name", "on", "basis"]

    def work_out(self, planner, place, corrected):
        return planner.recode(place, code=self.cleaned_data["code"], name=self.cleaned_data["name"])


class MoveForm(ChangeForm):
    kind = Kind.MOVE
    parent = forms.CharField(label="新上级的代码", max_length=12)
    code = forms.CharField(
        label="划归后的代码", max_length=12, required=False, help_text="空白：按新上级自动编排"
    )
    field_order = ["parent", "code", "on", "basis"]

    def work_out(self, planner, place, corrected):
        return planner.move(
            place, parent=place_of(self.cleaned_data["parent"]), code=self.cleaned_data["code"]
        )


class MergeForm(ChangeForm):
    kind = Kind.MERGE
    others = forms.CharField(
        label="与它合并的区划代码",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="可填几个，用空格或换行隔开",
    )
    code = forms.CharField(
        label="合并后的代码", max_length=12, required=False, help_text="空白：都并入本区划，本区划沿用"
    )
    name = forms.CharField(label="合并后的名称", max_length=100, required=False, help_text="填了代码时必填")
    field_order = ["others", "code", "name", "on", "basis"]

    def work_out(self, planner, place, corrected):
        typed = self.cleaned_data
        others = [place_of(code) for code in re.split(r"[\s,，、;；]+", typed["others"].strip())]
        if typed["code"]:
            return planner.merge([place, *others], code=typed["code"], name=typed["name"])
        return planner.merge(others, into=place)


class SplitForm(ChangeForm):
    kind = Kind.SPLIT
    parts = forms.CharField(
        label="拆出的区划",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="一行一个：代码、空格、名称。没有乡镇街道的机构归入第一行",
    )
    keeps = forms.BooleanField(label="原区划继续存在，只划出一部分", required=False)
    field_order = ["parts", "keeps", "on", "basis"]

    def clean_parts(self):
        lines = [line.split(None, 1) for line in self.cleaned_data["parts"].splitlines() if line.strip()]
        if wrong := [line for line in lines if len(line) != 2]:
            raise forms.ValidationError(f"“{wrong[0][0]}”这一行没有名称。请写成：340299 某某区。")
        return [(code, name.strip()) for code, name in lines]

    def work_out(self, planner, place, corrected):
        typed = self.cleaned_data
        places = {
            pk: int(value)
            for pk, value in corrected.items()
            if value.isdigit() and int(value) < len(typed["parts"])
        }
        return planner.split(place, parts=typed["parts"], keeps=typed["keeps"], places=places)


FORMS: dict[str, type[ChangeForm]] = {
    form.kind: form for form in (NewForm, RenameForm, RecodeForm, MoveForm, MergeForm, SplitForm)
}
