"""Forms of evaluation."""

from django import forms

from evaluation.models import Scheme
from registry.models import Consortium


class CampaignForm(forms.Form):
    """A new yearly evaluation for one authority and one year; both are chosen before and fix what can be picked."""

    title = forms.CharField(label="考核名称", max_length=200)
    scheme = forms.ModelChoiceField(
        label="考核方案",
        queryset=Scheme.objects.none(),
        empty_label=None,
        help_text="方案的这一版本随考核固定下来，以后改版不影响本次结果。",
    )
    due_on = forms.DateField(
        label="填报截止日", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    consortia = forms.ModelMultipleChoiceField(
        label="考核对象",
        queryset=Consortium.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一个医联体。"},
    )

    def __init__(self, *args, schemes, consortia, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["scheme"].queryset = schemes
        self.fields["consortia"].queryset = consortia


class ValuesForm(forms.Form):
    """The filled-in workbook."""

    file = forms.FileField(
        label="填好的填报表",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv", "class": "form-control"}),
        error_messages={"required": "请先选择填好的填报表。"},
    )


class ReopenForm(forms.Form):
    """Why a scored campaign goes back to collecting."""

    note = forms.CharField(label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
