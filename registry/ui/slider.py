"""Choosing the day that a page shows (查看日期): a slider with a tick wherever something changed."""

from .address import address
from .library import register

WIDTH, EDGE = 640, 8  # of the tick drawing: the slider's thumb does not reach the edges


@register.inclusion_tag("components/date_slider.html", takes_context=True)
def date_slider(context, first, last, current, changes=(), parameter="on"):
    """`{% date_slider first last current changes %}`: dates; `changes` are the days on which what is shown changed.

    The chosen day stands in the address as ?on=2020-10-13. Without script the links to the changes and a date field
    serve.
    """
    request = context["request"]
    span = max((last - first).days, 1)
    days = sorted({day for day in changes if first <= day <= last})
    ticks = [f"{EDGE + (WIDTH - 2 * EDGE) * (day - first).days / span:.1f}" for day in days]
    before = max((day for day in days if day < current), default=None)
    after = min((day for day in days if day > current), default=None)
    return {
        "request": request,
        "parameter": parameter,
        "first": first,
        "last": last,
        "current": current,
        "offset": (current - first).days,
        "span": span,
        "ticks": ticks,
        "before": before,
        "before_url": address(request, {parameter: before}),
        "after": after,
        "after_url": address(request, {parameter: after}),
    }
