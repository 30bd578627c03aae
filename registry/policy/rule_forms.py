"""Forms for what a policy officer may change without writing TOML (逐项修改): fields follow the check's declaration."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django import forms

from registry.plausible import PLAUSIBLE_DAY
from registry.policy.check import LARGEST_NUMBER, Param, find_check
from registry.policy.pack import MODALITIES
from registry.policy.param_words import param_word
from registry.policy.vocabulary import WORDS

DATES = {
    "effective_from": "施行日期", "effective_to": "失效日期", "plan_from": "规划期起", "plan_to": "规划期止",
}  # fmt: skip
_DATE = {"type": "date"}


_SPANS = (("effective_from", "effective_to"), ("plan_from", "plan_to"))


class DocumentForm(forms.Form):
    """The dates of a document."""

    def __init__(self, data=None, *, table: Mapping[str, Any]):
        super().__init__(data, initial={name: table.get(name) for name in DATES})
        for name, label in DATES.items():
            self.fields[name] = _day(label, required=False)

    def clean(self):
        for begin, end in _SPANS:
            first, last = self.cleaned_data.get(begin), self.cleaned_data.get(end)
            if first and last and last < first:
                self.add_error(end, f"{DATES[end]}早于{DATES[begin]}（{first}）。请核对这两个日期。")

    def changes(self) -> dict[str, Any]:
        """What is another than in the pack."""
        return {name: self.cleaned_data[name] for name in DATES if name in self.changed_data}


class RuleForm(forms.Form):
    """Modality and parameters of one rule; `table` is the rule as the pack has it, `pack` the whole."""

    def __init__(self, data=None, *, table: Mapping[str, Any], pack: Mapping[str, Any]):
        super().__init__(data)
        self.table, self.complex = table, []
        choices = [(word, word) for word in MODALITIES]
        self.fields["modality"] = forms.ChoiceField(
            label="要求", choices=choices, initial=table.get("modality"), widget=forms.RadioSelect
        )
        check = find_check(str(table.get("check", "")))
        self.method = check.description if check else ""
        self.params = dict(check.params) if check else {}
        for name, param in list(self.params.items()):
            field = _field(name, param, table.get("params", {}).get(name), pack)
            if field is None:
                self.complex.append(param_word(name))
                del self.params[name]
            else:
                self.fields[f"param-{name}"] = field

    def changes(self) -> dict[str, Any]:
        """Modality and the whole of the parameters, where they are others than in the pack."""
        given, found = self.table.get("params", {}), {}
        params = dict(given)
        for name, param in self.params.items():
            value = self.cleaned_data[f"param-{name}"]
            if param.type is list and isinstance(value, str):
                value = [line.strip() for line in value.splitlines() if line.strip()]
            if value in (None, "", []) and not param.required:
                params.pop(name, None)
            elif name in given or value != _default(param):
                params[name] = value
        if self.cleaned_data["modality"] != self.table.get("modality"):
            found["modality"] = self.cleaned_data["modality"]
        if params != dict(given):
            found["params"] = params
        return found


def _default(param: Param) -> Any:
    return None if param.required else list(param.default) if param.type is list else param.default


def _field(name: str, param: Param, value: Any, pack: Mapping[str, Any]) -> forms.Field | None:
    """The field for a parameter; None for one that is too intricate for a form."""
    value = _default(param) if value is None else value
    options: dict[str, Any] = {"label": param_word(name), "initial": value, "required": param.required}
    if param.named:
        return forms.ChoiceField(
            choices=_choices(pack.get("named", {})), help_text="政策包中的名单", **options
        )
    if choices := _words(param, pack, value) if param.words else param.choices:
        if param.type is list:
            widget = forms.CheckboxSelectMultiple
            return forms.MultipleChoiceField(choices=[*choices.items()], widget=widget, **options)
        blank = [("", "不限")] if not (param.required or param.default) else []
        return forms.ChoiceField(choices=[*blank, *choices.items()], **options)
    if param.type is bool:
        return forms.BooleanField(**{**options, "required": False})
    if param.type is int:
        return forms.IntegerField(min_value=0, max_value=LARGEST_NUMBER, **options)
    if param.type is dt.date:
        return _day(param_word(name), required=param.required, initial=value)
    if param.type is str:
        return forms.CharField(max_length=500, **options)
    if param.type is list and all(isinstance(one, str) for one in value or ()):
        options["initial"] = "\n".join(value or ())
        return forms.CharField(
            max_length=4000, widget=forms.Textarea(attrs={"rows": 4}), help_text="每行一项", **options
        )
    return None


def _words(param: Param, pack: Mapping[str, Any], value: Any) -> dict[str, str]:
    """What the parameter may mean, each once: as the rule writes it, else in the pack's own word, else in the common one."""
    written, words = value if isinstance(value, list) else [value], defaultdict[str, list[str]](list)
    for listed in (pack.get("vocabulary", {}).get(param.words, {}), WORDS[param.words]):
        for word, code in listed.items():
            words[code].append(word)
    chosen = {code: [one for one in (*own, code) if one in written] for code, own in words.items()}
    return {
        one: own[0] if one == code else one for code, own in words.items() for one in chosen[code] or own[:1]
    }


def _choices(words) -> list[tuple[str, str]]:
    return [(word, word) for word in words]


def _day(label: str, **options: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs=_DATE)
    return forms.DateField(label=label, widget=widget, validators=PLAUSIBLE_DAY, **options)
