"""The foot of a list: which part is shown, how many to a page, and the way on; the address carries all of it."""

from django.core.paginator import Page as NumberedPage

from registry import paging

from .address import address
from .library import register


def numbered(request, page):
    """Links of a list with page numbers (Django's Page)."""
    paginator = page.paginator
    elided = paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {
        "first": page.start_index(),
        "last": page.end_index(),
        "total": paginator.count,
        "size": paginator.per_page,
        "previous": address(request, {"page": page.number - 1}) if page.has_previous() else "",
        "next": address(request, {"page": page.number + 1}) if page.has_next() else "",
        "numbers": [
            {
                "text": number,
                "current": number == page.number,
                "url": address(request, {"page": number}) if isinstance(number, int) else "",
            }
            for number in elided
        ],
    }


def keyed(request, page):
    """Links of a list that goes on from the last key seen (registry.paging.keyset_page)."""
    return {
        "first": None,
        "last": None,
        "total": None,
        "size": page.size,
        "previous": address(request, {"before": page.before}) if page.before else "",
        "next": address(request, {"after": page.after}) if page.after else "",
        "numbers": [],
    }


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context, page, unit="条", count=None, key=False):
    """`{% pager page unit="家" count=count %}`: how much is shown, size and links, for numbered and keyed pages.

    `count` is what registry.paging.capped_count gave: beyond its cap the foot says “10,000 多家”. `key=True` adds
    the meaning of the verdict icons.
    """
    request = context["request"]
    shown = numbered(request, page) if isinstance(page, NumberedPage) else keyed(request, page)
    total, more = count if count else (shown["total"], False)
    return {
        **shown,
        "shown": len(page),
        "total": total,
        "more": more,
        "unit": unit,
        "key": key,
        "request": request,
        "sizes": sorted({*paging.SIZES, shown["size"]}),
    }
