"""Forms of the planners (规划表单). What may happen is decided in grids.services; a form only reads what was typed."""

from django import forms
from django.utils import timezone

from grids.models import Grid
from registry.numbers import whole_number
from registry.options import Options
from registry.plausible import PLAUSIBLE_DAY, PLAUSIBLE_END

DAY = {
    "widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    "validators": PLAUSIBLE_DAY,
}
TOWNSHIPS = {"queryset": None, "widget": forms.CheckboxSelectMultiple}
LAST_DAY = DAY | {"validators": PLAUSIBLE_END}


class _WithTownships(forms.Form):
    """`townships` may be sent; where `options` are given, those are the boxes that are shown."""

    def __init__(self, *args, townships, options=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["townships"].queryset = townships
        if options is not None:
            self.fields["townships"].choices = [(option.pk, str(option)) for option in options]

    @property
    def picked(self) -> list[int]:
        """The townships that are ticked, as they came: nobody has looked yet whether they may be."""
        numbers = (whole_number(str(value)) for value in self["townships"].value() or ())
        return [number for number in numbers if number is not None]


class GridForm(_WithTownships):
    name = forms.CharField(label="网格名称", max_length=100)
    start = forms.DateField(label="起", initial=timezone.localdate, help_text="当日起生效", **DAY)
    townships = forms.ModelMultipleChoiceField(label="街道、乡镇", **TOWNSHIPS)
    consortium = forms.ModelChoiceField(
        queryset=None, label="责任医联体", required=False, empty_label="暂不指定", help_text="可以以后再指定"
    )
    reason = forms.CharField(label="理由或依据", max_length=500, required=False)

    def __init__(self, *args, consortia, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["consortium"].queryset = consortia


class GridEditForm(_WithTownships):
    name = forms.CharField(label="网格名称", max_length=100)
    start = forms.DateField(
        label="变更日期",
        initial=timezone.localdate,
        help_text="街道、乡镇的增减从这一天起算，之前的归属不变",
        **DAY,
    )
    townships = forms.ModelMultipleChoiceField(label="街道、乡镇", **TOWNSHIPS)


class AssignForm(forms.Form):
    consortium = forms.ModelChoiceField(queryset=None, label="责任医联体", empty_label="请选择")
    start = forms.DateField(label="起", initial=timezone.localdate, help_text="当日起负责", **DAY)
    last = forms.DateField(label="止", required=False, help_text="当日仍负责；空白为长期", **LAST_DAY)
    reason = forms.CharField(label="理由或依据", max_length=500, required=False)

    def __init__(self, *args, consortia, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["consortium"].queryset = consortia


class SplitForm(_WithTownships):
    name = forms.CharField(label="新网格名称", max_length=100)
    on = forms.DateField(
        label="拆分日期", initial=timezone.localdate, help_text="当日起属于新网格，责任医联体不变", **DAY
    )
    townships = forms.ModelMultipleChoiceField(label="划入新网格的街道、乡镇", **TOWNSHIPS)


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(queryset=Grid.objects.none(), label="并入的网格", empty_label="请选择")
    on = forms.DateField(
        label="合并日期", initial=timezone.localdate, help_text="当日起由并入网格的责任医联体负责", **DAY
    )

    def __init__(self, *args, grids, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = grids


class EndForm(forms.Form):
    last = forms.DateField(label="最后一天", initial=timezone.localdate, help_text="当日仍有效", **DAY)
    reason = forms.CharField(label="理由", max_length=500, required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=500, required=False)


class GridFilterForm(forms.Form):
    """The filter row above the list."""

    STATES = [
        ("held", "有负责医联体"),
        ("free", "无负责医联体"),
        ("contested", "有争议"),
        ("retired", "已撤销"),
    ]
    q = forms.CharField(label="网格名称", required=False)
    area = forms.ChoiceField(label="区划", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=Options(STATES))

    def __init__(self, *args, places, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = Options(places)
