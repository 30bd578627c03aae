"""A save that came second (两份内容对照): what stands and what the person wanted, side by side; nothing is overwritten."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.shortcuts import render

from filing import answers, editing

Pair = tuple[str, str, str]


def differing(names: Iterable[str], standing: forms.BaseForm, mine: forms.BaseForm) -> list[Pair]:
    """Label, what stands and what this person wrote, of each answer that differs; blank is blank, however stored."""
    found = []
    for name in names:
        field = mine.fields[name]
        theirs, own = standing.initial.get(name), mine.cleaned_data.get(name)
        if _plain(field, theirs) != _plain(field, own):
            found.append((str(field.label), _in_words(field, theirs), _in_words(field, own)))
    return found


def _plain(field: forms.Field, value: Any) -> Any:
    if isinstance(field, forms.BooleanField) and not isinstance(field, forms.NullBooleanField):
        return bool(value)
    value = editing.storable(value)
    return None if value in ("", []) else value


def _in_words(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.NullBooleanField):
        return {True: "是", False: "否"}.get(value, "")
    if answers.is_blank(value):
        return ""
    if isinstance(field, forms.ModelChoiceField):
        return str(field.queryset.filter(pk=editing.storable(value)).first() or value)
    if isinstance(field, forms.ChoiceField):
        chosen = value if isinstance(value, list) else [value]
        words = dict(field.choices)
        return "、".join(str(words.get(one, one)) for one in chosen)
    return "是" if value is True else str(value)


def page(request, pairs: list[Pair], *, version: int, message: str, action: str, place: str, back: str):
    """``action`` takes what the person wrote, once more, over the version that stands now; ``back`` leaves that."""
    data = request.POST.copy()
    data["version"] = str(version)
    context = {
        "pairs": pairs,
        "data": data,
        "message": message,
        "action": action,
        "place": place,
        "back": back,
    }
    return render(request, "filing/stale.html", context, status=409)
