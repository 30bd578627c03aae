"""The rows above a list: views (视图) with their counts, and the filter row."""

from html import escape

from django.forms import CheckboxInput, DateInput, Select, TextInput
from django.utils.safestring import mark_safe

from .address import address
from .library import register

LATE = ("late", "overdue")


def kind(bound):
    """How a filter field is drawn: hidden, select, date, box or search."""
    widget = bound.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, Select):
        return "select"
    if isinstance(widget, DateInput) or widget.attrs.get("type") == "date":
        return "date"
    if isinstance(widget, CheckboxInput):
        return "box"
    return "search" if isinstance(widget, TextInput) else "other"


def options(bound):
    """Options of a select as HTML; the empty one names the field, as in 类型：全部. Groups are flattened.

    Written here and not in the template: a filter row has hundreds, a third of a page's work when rendered one by one.
    """
    value = bound.value()
    chosen = {str(part) for part in value} if isinstance(value, list | tuple) else {str(value or "")}
    flat = []
    for key, text in bound.field.widget.choices:
        flat += text if isinstance(text, list | tuple) else [(key, text)]
    written = []
    for key, text in flat:
        given = str(key or "")
        selected = " selected" if given in chosen else ""
        shown = escape(str(text if given else f"{bound.label}：全部"))
        written.append(f'<option value="{escape(given)}"{selected}>{shown}</option>')
    return mark_safe("".join(written))  # noqa: S308  every value and text is escaped above


@register.inclusion_tag("components/filter_row.html", takes_context=True)
def filter_row(context, form, label="筛选"):
    """`{% filter_row filter_form %}`: a form bound to the query string as one line; a change of a select filters at once."""
    request = context["request"]
    parts = [
        {"bound": bound, "kind": kind(bound), "options": options(bound) if kind(bound) == "select" else ""}
        for bound in form
    ]
    owned = [form.add_prefix(name) for name in form.fields]
    return {
        "request": request,
        "label": label,
        "parts": parts,
        "kept": [(name, value) for name in ("sort", "size", "view") if (value := request.GET.get(name))],
        "cleared": address(request, dict.fromkeys(owned))
        if any(request.GET.get(name) for name in owned)
        else "",
    }


@register.inclusion_tag("components/view_tabs.html", takes_context=True)
def view_tabs(context, tabs, parameter="view", label="视图"):
    """`{% view_tabs tabs %}`: tabs are (key, word, count or None), the first being the view of the bare address.

    A count is the work in that view; those of `late` and `overdue` are shown as a warning.
    """
    request = context["request"]
    current = request.GET.get(parameter) or (tabs[0][0] if tabs else "")
    return {
        "label": label,
        "tabs": [
            {
                "word": word,
                "count": count,
                "late": key in LATE and bool(count),
                "current": key == current,
                "url": address(request, {parameter: key}),
            }
            for key, word, count in tabs
        ],
    }
