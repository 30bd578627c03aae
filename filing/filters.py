"""Filters of the queue (筛选)."""

from django import forms
from django.db.models import Q

from filing.models import Filing
from registry.models import Consortium


class QueueFilter(forms.Form):
    """What the reviewer looks for; bound to the query string."""

    q = forms.CharField(label="医联体、牵头医院或编号", required=False, max_length=100)
    consortium_kind = forms.ChoiceField(
        label="类型", required=False, choices=[("", ""), *Consortium.Kind.choices]
    )
    kind = forms.ChoiceField(label="事项", required=False, choices=[("", ""), *Filing.Kind.choices])
    result = forms.ChoiceField(
        label="检查结果",
        required=False,
        choices=[("", ""), ("FAIL", "有不符合"), ("DEVIATION", "有偏离"), ("INSUFFICIENT", "有资料不足")],
    )

    def condition(self) -> Q:
        """The filter as a condition on filings; what is not understood is left out."""
        self.is_valid()
        given = self.cleaned_data
        condition = Q()
        if query := given.get("q"):
            condition &= (
                Q(name__icontains=query)
                | Q(lead__name__icontains=query)
                | Q(case_number__icontains=query)
                | Q(registration_number__icontains=query)
            )
        for name in ("consortium_kind", "kind"):
            if given.get(name):
                condition &= Q(**{name: given[name]})
        if given.get("result"):
            condition &= Q(sheet__tally__has_key=given["result"])
        return condition
