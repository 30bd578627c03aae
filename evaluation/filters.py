"""Filters of findings (筛选)."""

import datetime as dt

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property

from evaluation.areas import area_of
from evaluation.models import ComplianceRun, Finding
from evaluation.overview import columns_of
from registry import access
from registry.models import Consortium, Division, PolicyDocument, Rule
from registry.options import Options
from registry.plausible import PLAUSIBLE_DAY
from registry.policy.pack import MODALITIES
from registry.policy.subjects import SUBJECTS
from registry.policy.verdict import LABELS

PLACES = 400
AGES = ("7", "30", "90", "365")
JUDGED = ("consortium", "filing", "institution", "grid", "division", "planned_facility")


def places_of(user, permission: str):
    """Places down to counties over which the person holds a permission, from the top."""
    levels = (Division.Level.PROVINCE, Division.Level.CITY, Division.Level.COUNTY)
    return (
        Division.objects.current()
        .filter(access.area_of(user, permission, prefix=""), level__in=levels)
        .exclude(kind="直辖占位")
        .order_by("path")[:PLACES]
    )


def not_to_come(day: dt.date) -> None:
    """Of a day to come nothing is recorded."""
    if day > timezone.localdate():
        raise forms.ValidationError(f"{day} 还没有到，请选今天或更早的日期。")


class AreaFilter(forms.Form):
    """A filter with the places of which a person follows the compliance; for a hospital there are none to choose."""

    area = forms.ChoiceField(label="地区", required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.places = list(places_of(user, "view_compliance"))
        if self.places:
            self.fields["area"].choices = Options((place.code, place.name) for place in self.places)
        else:
            del self.fields["area"]

    @property
    def place(self) -> Division | None:
        """The place that is looked at, if one was chosen."""
        return next((one for one in self.places if one.code == self.cleaned_data.get("area")), None)


class FindingFilter(AreaFilter):
    """What is looked for; bound to the query string. What is not understood is left out, of a day it is said."""

    field_order = ("q", "area")

    q = forms.CharField(label="对象、条款编号或用词", required=False, max_length=100)
    pack = forms.ChoiceField(label="文件", required=False)
    modality = forms.ChoiceField(
        label="要求", required=False, choices=Options((word, word) for word in MODALITIES)
    )
    kind = forms.ChoiceField(label="类型", required=False, choices=Options(Consortium.Kind.choices))
    subject = forms.ChoiceField(
        label="对象", required=False, choices=Options((name, SUBJECTS[name]) for name in JUDGED)
    )
    age = forms.ChoiceField(
        label="已持续", required=False, choices=Options((days, f"{days} 天以上") for days in AGES)
    )
    on = forms.DateField(
        label="在某一天成立",
        required=False,
        validators=[*PLAUSIBLE_DAY, not_to_come],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    rule = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    consortium = forms.IntegerField(required=False, widget=forms.HiddenInput)
    verdict = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    own = forms.BooleanField(required=False, widget=forms.HiddenInput)  # the area without what is below it
    run = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        documents = PolicyDocument.objects.exclude(status=PolicyDocument.Status.PLACEHOLDER)
        self.fields["pack"].choices = Options(documents.values_list("code", "short_title"))
        self.is_valid()
        if self.chosen_run:  # a picture of one day: of no other day, and nothing has lasted
            for name in ("age", "on"):
                del self.fields[name]
                self.cleaned_data.pop(name, None)
                self.errors.pop(name, None)

    @property
    def given(self) -> dict:
        return self.cleaned_data

    @cached_property
    def chosen_run(self) -> ComplianceRun | None:
        """The run of an earlier day whose picture is looked at, if any."""
        if not self.given.get("run"):
            return None
        runs = ComplianceRun.objects.visible_to(self.user).filter(is_snapshot=True)
        return runs.select_related("division").filter(pk=self.given["run"]).first()

    @property
    def past_day(self) -> dt.date | None:
        """The day gone by whose verdicts are looked at, as they were recorded then."""
        day = self.given.get("on")
        return day if day and day < timezone.localdate() else None

    def findings(self, run: ComplianceRun | None):
        """The findings that fit, whatever their verdict."""
        rows = Finding.objects.visible_to(self.user)
        if run:
            rows = rows.of_run(run)
        else:
            rows = rows.standing_on(self.past_day) if self.past_day else rows.standing()
        return rows.filter(self._condition())

    def _condition(self) -> Q:
        given, condition = self.given, Q()
        if text := given.get("q"):
            condition &= (
                Q(subject_name__icontains=text)
                | Q(provision__iexact=text)
                | Q(rule__quote__icontains=text)
                | Q(rule__clause__istartswith=text)
            )
        if given.get("age"):
            day = self.past_day or timezone.localdate()
            condition &= Q(first_seen__lte=day - dt.timedelta(days=int(given["age"])))
        if self.place:
            condition &= area_of(self.place).condition("division")
            if given.get("own"):
                for below in columns_of(self.place):
                    condition &= ~area_of(below).condition("division")
        pairs = {
            "modality": "modality",
            "kind": "kind",
            "subject": "subject_type",
            "rule": "provision",
            "consortium": "consortium",
        }
        if given.get("pack"):
            written = Rule.objects.filter(document__code=given["pack"])
            condition &= Q(provision__in=written.order_by().values("provision"))
        for name, column in pairs.items():
            if given.get(name):
                condition &= Q(**{column: given[name]})
        return condition

    @property
    def chosen_verdict(self) -> str:
        """The verdict chosen in the tally strip."""
        chosen = (self.given.get("verdict") or "").upper()
        return chosen if chosen in set(map(str, LABELS)) else ""
