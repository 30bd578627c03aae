"""Forms of imports beside the upload: what the columns of a sheet are, and further titles."""

from django import forms

from registry import access
from registry.imports import mapping
from registry.models import ColumnAlias, ImportSheet

HOW = {
    "known": "列名认得",
    "remembered": "沿用上次",
    "duplicate": "与另一列重复",
    "open": "列名不认识",
    "empty": "没有内容",
}


class ColumnsForm(forms.Form):
    """One choice a column of the sheet, `column-<number from 0>`; as recognised until a person says otherwise."""

    def __init__(self, sheet: ImportSheet, *args, said: dict[str, str] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        choices = mapping.targets()
        offered = {name for name, _ in choices}
        for one in sheet.columns:
            recognised = one["field"] if one["field"] in offered else ""
            self.fields[f"column-{one['at']}"] = forms.ChoiceField(
                label=f"{one['letter']} 列{one['title']}导入为",
                choices=choices,
                required=False,
                initial=(said or {}).get(str(one["at"]), recognised),
            )

    def lines(self) -> list[dict]:
        """Columns with their field, for the table."""
        words = dict(mapping.targets())
        chosen = self.chosen()
        return [
            {
                **one,
                "bound": self[f"column-{one['at']}"],
                "word": HOW[one["how"]],
                "means": words[chosen[one["at"]]],
            }
            for one in self.sheet.columns
        ]

    def chosen(self) -> dict[int, str]:
        """Field by column, as filled in; as recognised before that."""
        if self.is_bound:
            return {one["at"]: self.cleaned_data.get(f"column-{one['at']}", "") for one in self.sheet.columns}
        return {one["at"]: self.fields[f"column-{one['at']}"].initial for one in self.sheet.columns}

    def clean(self):
        """Say at the column, and above the table, what would keep the file from being read."""
        titles = {one["at"]: one["title"] for one in self.sheet.columns}
        found = mapping.faults(self.chosen(), titles)
        for column, message in found.columns.items():
            self.add_error(f"column-{column}", message)
        for message in found.whole:
            self.add_error(None, message)
        return self.cleaned_data


class AliasForm(forms.ModelForm):
    """A further title of a column."""

    field = forms.ChoiceField(label="对应")

    class Meta:
        model = ColumnAlias
        fields = ("title", "field", "authority")
        help_texts = {"title": "照表中的写法填；括号里的说明、空格和标点不计较。"}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = [("", "请选择"), *mapping.targets()[1:]]
        own = access.authorities_where(user, "import_institutions").filter(assignments__user=user).distinct()
        self.fields["authority"].queryset = own.order_by("path")
        self.fields["authority"].empty_label = None
        self.fields["authority"].help_text = "本机关和下级机关导入时都认得。"
        self.fields["authority"].initial = own.order_by("path").first()
