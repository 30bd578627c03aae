"""Form fields: label above, clause grey beside it, help under, error under the field with its icon."""

from django.forms import CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select, Textarea
from django.forms.boundfield import BoundWidget

from .library import register


def described(bound):
    """Ids of the help and error texts, for aria-describedby."""
    ids = [f"{bound.auto_id}_help"] if bound.help_text else []
    return " ".join(ids + ([f"{bound.auto_id}_error"] if bound.errors else []))


def attributes(bound, css):
    """Attributes of the widget: class, state and description."""
    css = f"{bound.field.widget.attrs.get('class', '')} {css}".strip()
    attrs = {"class": f"{css} is-invalid" if bound.errors else css}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if described(bound):
        attrs["aria-describedby"] = described(bound)
    return attrs


def choices(bound):
    """The radio buttons or boxes of a group, one by one."""
    attrs = bound.build_widget_attrs({"id": bound.auto_id, "class": "form-check-input"}, bound.field.widget)
    attrs.pop("aria-describedby", None)
    parts = bound.field.widget.subwidgets(bound.html_name, bound.value(), attrs)
    return [BoundWidget(bound.field.widget, data, bound.form.renderer) for data in parts]


@register.inclusion_tag("components/field.html")
def field(bound, clause="", clause_url="", full=False, label="", columns=False):
    """`{% field form.name clause="CQ-73" %}`: one bound field with all that belongs to it.

    Not required means 选填. `full` spans both columns of `yl-form-2`; `columns` lays many boxes out in four columns.
    """
    widget = bound.field.widget
    group = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    single = isinstance(widget, CheckboxInput)
    css = "form-check-input" if single else "form-select" if isinstance(widget, Select) else "form-control"
    attrs = attributes(bound, css)
    if isinstance(widget, Textarea):
        attrs["rows"] = (
            widget.attrs["rows"] if widget.attrs.get("rows", "10") != "10" else "3"
        )  # 10: Django's own
    return {
        "bound": bound,
        "label": label or bound.label,
        "clause": clause,
        "clause_url": clause_url,
        "optional": not bound.field.required and not single,
        "full": full,
        "group": group,
        "single": single,
        "columns": columns,
        "file": isinstance(widget, FileInput),
        "described": described(bound),
        "choices": choices(bound) if group else (),
        "control": "" if group else bound.as_widget(attrs=attrs),
    }


@register.inclusion_tag("components/bare_field.html")
def bare_field(bound):
    """`{% bare_field line.bound %}`: a select in a cell of a table; its label is there for those who cannot see the row."""
    attrs = attributes(bound, "form-select form-select-sm")
    return {"bound": bound, "described": described(bound), "control": bound.as_widget(attrs=attrs)}


@register.inclusion_tag("components/form_errors.html")
def form_errors(form):
    """`{% form_errors form %}`: what is wrong, above the form, each line leading to its field; nothing when all is well."""
    return {
        "general": list(form.non_field_errors()),
        "fields": [(bound, bound.errors) for bound in form.visible_fields() if bound.errors],
    }


@register.inclusion_tag("components/fields.html")
def fields(form, *names):
    """`{% fields form %}` or `{% fields form "name" "founded_on" %}`: hidden fields, then the visible ones in order."""
    bounds = [form[name] for name in names] if names else form.visible_fields()
    return {"hidden": form.hidden_fields(), "bounds": bounds}
