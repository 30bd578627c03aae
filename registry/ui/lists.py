"""What stands above a list: views (视图) with their counts, the filter row, column heads that sort."""

from functools import lru_cache
from html import escape

from django.forms import CheckboxInput, DateInput, Select, TextInput
from django.utils.choices import flatten_choices
from django.utils.safestring import mark_safe

from registry.options import Options

from .address import address
from .library import register
from .marks import picture

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


@lru_cache(maxsize=500)
def written(pairs, label, chosen):
    """Options as HTML, with those of the keys `chosen` selected."""
    return mark_safe(  # noqa: S308  every value and text is escaped
        "".join(
            f'<option value="{escape(key)}"{" selected" if key in chosen else ""}>'
            f"{escape(text if key else f'{label}：全部')}</option>"
            for key, text in pairs
        )
    )


def options(bound):
    """Options of a select as HTML; the empty one names the field, as in 类型：全部. Groups are flattened.

    Written once for all that look for the same: a filter row has hundreds, a third of a page's work when rendered one
    by one.
    """
    value, choices = bound.value(), bound.field.widget.choices
    chosen = {str(part) for part in value} if isinstance(value, list | tuple) else {str(value or "")}
    if isinstance(choices, Options):
        pairs = choices.pairs
    else:
        pairs = tuple((str(key or ""), str(text)) for key, text in flatten_choices(choices))
    return written(pairs, str(bound.label), frozenset(chosen.intersection(key for key, _ in pairs)))


def part(bound, *, first):
    """One control of a filter row; the first search field is the wide one that the key / leads to."""
    name, label, number = escape(bound.html_name), escape(str(bound.label)), escape(bound.auto_id)
    match kind(bound):
        case "hidden":
            return str(bound)
        case "select":
            return (
                f'<select class="form-select form-select-sm" name="{name}" id="{number}" aria-label="{label}">'
                f"{options(bound)}</select>"
            )
        case "search":
            wrong, told = fault(bound)
            return (
                f'<span class="yl-search yl-w-{"m" if first else "s"}">{picture("search")}'
                f'<input class="form-control form-control-sm{wrong} type="search" name="{name}" id="{number}" '
                f'value="{given(bound)}" aria-label="{label}" placeholder="{label}"{" data-search" if first else ""}>'
                f"</span>{told}"
            )
        case "date":
            wrong, told = fault(bound)
            return (
                f'<span class="yl-row"><label for="{number}">{label}</label>'
                f'<input class="form-control form-control-sm w-auto{wrong} type="date" name="{name}" id="{number}" '
                f'value="{given(bound)}">{told}</span>'
            )
        case "box":
            return (
                f'<span class="form-check">{bound}<label class="form-check-label" for="{number}">{label}</label>'
                "</span>"
            )
        case _:
            return f'<label for="{number}">{label}</label>{bound}'


def fault(bound):
    """The end of a typed field's class, and what is wrong with what was typed: it narrows nothing, and that is said."""
    if not (errors := bound.errors):
        return '"', ""
    number, text = f"{escape(bound.auto_id)}_error", escape("".join(errors))
    told = f'<span class="invalid-feedback" id="{number}">{picture("v-fail")}<span>{text}没有按它筛选。</span></span>'
    return f' is-invalid" aria-invalid="true" aria-describedby="{number}"', told


def given(bound):
    """What was typed into a field, to be put into its attribute."""
    value = bound.value()
    return "" if value is None else escape(str(value))


@register.simple_tag(takes_context=True)
def filter_row(context, form, label="筛选"):
    """`{% filter_row filter_form %}`: a form bound to the query string as one line; a change of a select filters at once.

    Written here and not in a template: it has a dozen controls, and every list begins with it.
    """
    request = context["request"]
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name in ("sort", "size", "view")
        if (value := request.GET.get(name))
    )
    parts = "".join([part(bound, first=not number) for number, bound in enumerate(form)])
    owned = [form.add_prefix(name) for name in form.fields]
    cleared = ""
    if any(request.GET.get(name) for name in owned):
        url = escape(address(request, dict.fromkeys(owned)))
        cleared = f'<a class="yl-plain yl-small" href="{url}">清除条件</a>'
    return mark_safe(  # noqa: S308  every value and text is escaped above, the widgets are Django's
        f'<form class="yl-filter px-3 py-2" role="search" aria-label="{escape(label)}" method="get" data-auto-submit>'
        f'{kept}{parts}<button class="btn btn-quiet btn-sm" type="submit">查找</button>{cleared}</form>'
    )


@register.simple_tag(takes_context=True)
def sort_head(context, label, name, default="", number=False):
    """`{% sort_head "床位" "beds" number=True %}`: a column head that sorts; `default` is the order of the bare address."""
    request = context["request"]
    current = request.GET.get("sort") or default
    rising, falling = current == name, current == f"-{name}"
    icon = "asc" if rising else "desc" if falling else "sort"
    url = address(request, {"sort": f"-{name}" if rising else name})
    css = ' class="yl-num"' if number else ""
    direction = f' aria-sort="{"ascending" if rising else "descending"}"' if rising or falling else ""
    return mark_safe(  # noqa: S308  label and address are escaped
        f'<th scope="col"{css}{direction}><a href="{escape(url)}">{escape(label)}{picture(icon)}</a></th>'
    )


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
