"""Forms for waivers (豁免与批准偏离): first for whom and from which rule, then on what grounds."""

from typing import Any

from django import forms
from django.utils import timezone

from registry import waivers
from registry.models import Division, Rule, Waiver
from registry.options import Options
from registry.plausible import PLAUSIBLE_END
from registry.policy.pack import RuleSpec
from registry.policy.param_words import param_word
from registry.policy.verdict import Outcome
from registry.uploads import ACCEPTED_WORDS
from registry.waiver_subjects import LiftableKind, kind_of, kind_of_record

SIMILAR = 20


class WaiverFilter(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(label="对象、条款或文号", required=False, max_length=100)
    kind = forms.ChoiceField(label="方式", required=False, choices=Options(Waiver.Kind.choices))


class ChooseForm(forms.Form):
    """对象 and 条款; bound to the query string, so that a finding or a rule can lead here with either filled in.

    The rule tells what kind of subject is looked for; `id` tells namesakes apart.
    """

    rule = forms.CharField(label="条款编号", max_length=20, help_text="如 CQ-53，见政策库")
    subject = forms.CharField(
        label="对象",
        max_length=300,
        help_text="名称或其中几个字；条款判定什么就填什么：医联体、机构、网格、行政区划或规划设施",
    )
    id = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.similar = user, []

    @property
    def place(self) -> Division:
        """Where the chosen subject stands."""
        subject = self.cleaned_data["subject"]
        return kind_of_record(subject).place_of(subject)

    def clean_rule(self) -> Rule:
        number = self.cleaned_data["rule"].strip().upper()
        rule = Rule.objects.in_force().filter(provision=number).select_related("document").first()
        if rule is None:
            raise forms.ValidationError("没有这个编号的现行条款。编号见政策库。")
        if refusal := waivers.liftable(rule):
            raise forms.ValidationError(refusal)
        return rule

    def clean(self) -> dict:
        rule, text = self.cleaned_data.get("rule"), self.cleaned_data.get("subject")
        if not rule or not text:
            return self.cleaned_data
        found = self._named(kind_of(rule.subject), text.strip(), self.cleaned_data.get("id"))
        if found is not None and not waivers.binds(rule, found):
            self.add_error(
                "subject",
                f"{rule.provision} 不适用于{found.name}（{waivers.kind_word(found)}），无需豁免。",
            )
        elif found is not None:
            self.cleaned_data["subject"] = found
        return self.cleaned_data

    def _named(self, kind: LiftableKind, text: str, pk: int | None) -> Any:
        """The one subject meant; None, with the reason at its field, where there is none or more than one."""
        rows = kind.inside(self.user, waivers.PERMISSION, timezone.localdate())
        exact = list(rows.filter(name=text, **({"pk": pk} if pk else {}))[:2])
        found = exact if len(exact) == 1 else list(rows.filter(name__icontains=text)[: SIMILAR + 1])
        if len(found) == 1:
            return found[0]
        if not found:
            self.add_error("subject", f"本辖区没有名称含这几个字的现行{kind.word}。请核对后再找。")
        else:
            self.similar = [(one, kind.place_of(one)) for one in found[:SIMILAR]]
            more = "，只列出前面一些" if len(found) > SIMILAR else ""
            self.add_error("subject", f"有几个名称相近的{kind.word}{more}。请在下面选一个。")
        return None


class WaiverForm(forms.Form):
    """The grounds. Which kinds are offered follows from the rule and from the person's level."""

    kind = forms.ChoiceField(label="方式", widget=forms.RadioSelect)
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    approver = forms.CharField(label="批准人", max_length=60, help_text="签批的负责人姓名；登记人是您")
    document = forms.CharField(
        label="批准文件", max_length=200, required=False, help_text="名称和文号；豁免须填写"
    )
    upload = forms.FileField(
        label="批准文件扫描件", required=False, help_text=f"{ACCEPTED_WORDS}，不超过 50 MB；豁免须上传"
    )
    until = forms.DateField(
        label="有效期至", required=False, validators=PLAUSIBLE_END, help_text="当日仍有效；长期有效的留空",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip

    def __init__(self, *args, place: Division, rule: Rule, user, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = [
            (kind.value, kind.label)
            for kind in Waiver.Kind
            if not waivers.liftable(rule, kind) and waivers.may_grant(user, place, rule, kind)
        ]
        self.fields["kind"].choices = kinds
        self.may = bool(kinds)
        for name in ("document", "upload"):
            self.fields[name].required = [kind for kind, _ in kinds] == [Waiver.Kind.WAIVER]
        weak = RuleSpec.from_body(rule.body).weight is Outcome.DEVIATION
        self.initial.setdefault("approver", user.name)
        self.initial.setdefault("kind", kinds[-1 if weak else 0][0] if kinds else "")
        self.thresholds = waivers.thresholds(rule)
        if not any(kind == Waiver.Kind.WAIVER for kind, _ in kinds):
            return
        for name, threshold in self.thresholds.items():
            self.fields[f"replaced-{name}"] = forms.IntegerField(
                label=f"放宽后的要求：{param_word(name)}", required=False,
                help_text=f"原为 {threshold.was}；填写后仍须达到所填的数，留空为整条豁免",
            )  # fmt: skip

    def clean(self) -> None:
        for name, threshold in self.thresholds.items():
            number = self.cleaned_data.get(f"replaced-{name}")
            if number is not None and (refusal := threshold.refusal(number)):
                self.add_error(f"replaced-{name}", refusal)

    def granted(self) -> dict:
        """What :func:`registry.waivers.grant` takes."""
        given = dict(self.cleaned_data)
        numbers = {name: given.pop(f"replaced-{name}", None) for name in self.thresholds}
        return given | {"replaced": {name: value for name, value in numbers.items() if value is not None}}
