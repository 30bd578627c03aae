"""The state of a list lives in its address: helpers that change one part of the query string and keep the rest."""

from urllib.parse import urlencode

from django.utils.html import format_html, format_html_join

from .library import register

# Where one stands in a list; a new order or filter starts again at the beginning.
POSITION = ("page", "after", "before")


def address(request, changes):
    """Query string of `request` with `changes` applied; None or "" removes a parameter, lists give several values."""
    pairs = [
        (name, value)
        for name, values in request.GET.lists()
        if name not in changes and name not in POSITION
        for value in values
    ]
    for name, value in changes.items():
        if isinstance(value, list | tuple):
            pairs += [(name, str(part)) for part in value]
        elif value not in (None, ""):
            pairs.append((name, str(value)))
    return "?" + urlencode(pairs, encoding=request.GET.encoding)


@register.simple_tag(takes_context=True)
def qs_replace(context, **changes):
    """`<a href="{% qs_replace status="late" %}">`: this page with one thing changed."""
    return address(context["request"], changes)


@register.simple_tag(takes_context=True)
def qs_hidden(context, *owned):
    """Hidden inputs for every parameter that the surrounding GET form does not own, so that a filter keeps the order."""
    pairs = [
        (name, value)
        for name, values in context["request"].GET.lists()
        if name not in owned and name not in POSITION
        for value in values
    ]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.simple_tag(takes_context=True)
def chip(context, text, **parameters):
    """`{% chip "级别：三级" level=None %}`: a condition that is set, with the link that lifts it."""
    return format_html(
        '<span class="yl-chip">{0}<a href="{1}" aria-label="移除条件：{0}">'
        '<svg class="yl-i" aria-hidden="true"><use href="#i-x"/></svg></a></span>',
        text,
        address(context["request"], parameters),
    )
