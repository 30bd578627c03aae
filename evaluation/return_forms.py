"""The form of one declared item (申报事项表单), made from the item."""

from typing import Any

from django import forms

from registry.models import Declaration
from registry.policy.items import Item

LARGEST_FIGURE = 10**12


class ItemForm(forms.Form):
    """Fields by what the item takes; :meth:`value` is what is stored."""

    def __init__(self, *args, item: Item, row: Declaration | None = None, **kwargs):
        super().__init__(*args, prefix=item.key, initial=_initial(item, row), **kwargs)
        self.item = item
        add = self.fields.__setitem__
        if item.options:
            add(
                "choices",
                forms.MultipleChoiceField(
                    label=item.asks, required=False, choices=[(one, one) for one in item.options],
                    widget=forms.CheckboxSelectMultiple,
                ),
            )  # fmt: skip
        for number, label in enumerate(item.labels):
            add(
                f"amount_{number}",
                forms.DecimalField(
                    label=label, required=False, min_value=0, max_value=LARGEST_FIGURE, decimal_places=2
                ),
            )
        for number, label in enumerate(item.days):
            add(
                f"day_{number}",
                forms.DateField(
                    label=label,
                    required=False,
                    widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
                ),
            )
        if item.is_statement:
            answers = [("", "未填"), ("yes", "有"), ("no", "没有")]
            answers += [("不涉及", "不涉及")] if item.may_not_apply else []
            add("answer", forms.ChoiceField(label=item.asks, required=False, choices=answers))
            add("text", forms.CharField(label="说明", required=False, max_length=300))
        add("evidence", forms.CharField(label="依据", required=False, max_length=300))
        add("file", forms.FileField(label="佐证材料", required=False))

    def value(self) -> dict[str, Any]:
        """The answer as it is stored; only what the item takes."""
        data, item = self.cleaned_data, self.item
        found: dict[str, Any] = {}
        if item.options:
            found["choices"] = data["choices"]
        if item.labels:
            amounts = [data[f"amount_{number}"] for number in range(len(item.labels))]
            found["amounts"] = [float(amount) for amount in amounts] if None not in amounts else []
        if item.days:
            days = [data[f"day_{number}"] for number in range(len(item.days))]
            found["days"] = [day.isoformat() if day else "" for day in days]
        if item.is_statement:
            found |= {"answer": data["answer"], "text": data["text"] if data["answer"] == "yes" else ""}
        return found

    def clean(self):
        data = super().clean()
        amounts = [data.get(f"amount_{number}") for number in range(len(self.item.labels))]
        if any(amount is not None for amount in amounts) and None in amounts:
            missing = self.item.labels[amounts.index(None)]
            self.add_error(f"amount_{amounts.index(None)}", f"请一并填写{missing}。")
        return data


def _initial(item: Item, row: Declaration | None) -> dict[str, Any]:
    if row is None:
        return {}
    found: dict[str, Any] = {"evidence": row.evidence}
    value = row.value
    if not isinstance(value, dict):  # declared when it was filed
        if item.options:
            return found | {"choices": value if isinstance(value, list) else str(value).split("、")}
        return found | {"answer": "yes", "text": str(value)}
    found["choices"] = value.get("choices", [])
    found |= {f"amount_{n}": _plain(amount) for n, amount in enumerate(value.get("amounts", []))}
    found |= {f"day_{n}": day for n, day in enumerate(value.get("days", []))}
    return found | {"answer": value.get("answer", ""), "text": value.get("text", "")}


def _plain(amount: float) -> float | int:
    return int(amount) if float(amount).is_integer() else amount
