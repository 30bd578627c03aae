"""The foot of a list: which part is shown, how many to a page, and the way on; the address carries all of it."""

from html import escape

from django.core.paginator import Page as NumberedPage
from django.utils.safestring import mark_safe

from registry import paging

from .address import address, qs_hidden
from .library import register
from .marks import verdict_key
from .texts import num


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


def _step(word, rel, url):
    """The link to the part before or after; without one the word stays, so that the row does not jump."""
    if not url:
        return f'<li class="page-item disabled"><span class="page-link">{word}</span></li>'
    return f'<li class="page-item"><a class="page-link" rel="{rel}" href="{escape(url)}">{word}</a></li>'


def _number(text, current, url):
    if current:
        return f'<li class="page-item active" aria-current="page"><span class="page-link">{text}</span></li>'
    if url:
        return f'<li class="page-item"><a class="page-link" href="{escape(url)}">{text}</a></li>'
    return '<li class="page-item disabled"><span class="page-link">…</span></li>'


@register.simple_tag(takes_context=True)
def pager(context, page, unit="条", count=None, key=False):
    """`{% pager page unit="家" count=count %}`: how much is shown, size and links, for numbered and keyed pages.

    `count` is what registry.paging.capped_count gave: beyond its cap the foot says “10,000 多家”. `key=True` adds
    the meaning of the verdict icons.
    """
    request, unit = context["request"], escape(unit)
    shown = numbered(request, page) if isinstance(page, NumberedPage) else keyed(request, page)
    total, more = count if count else (shown["total"], False)
    part = f"第 {num(shown['first'])}—{num(shown['last'])}" if shown["first"] else f"本页 {num(len(page))}"
    whole = "" if total is None else f"，共 {num(total)} {'多' if more else ''}{unit}"
    meaning = f'<span class="yl-row yl-noprint">{verdict_key()}</span>' if key else ""
    sizes = "".join(
        f'<option value="{size}"{" selected" if size == shown["size"] else ""}>{size}</option>'
        for size in sorted({*paging.SIZES, shown["size"]})
    )
    return mark_safe(  # noqa: S308  the unit and every address are escaped
        f'<div class="yl-pager"><span role="status">{part} {unit}{whole}</span>\n'
        f'  {meaning}\n  <form class="ms-auto yl-row yl-noprint" method="get" data-auto-submit>{qs_hidden(context, "size")}'
        '<label class="d-flex align-items-center gap-2">每页<select class="form-select form-select-sm w-auto" '
        f'name="size">{sizes}</select></label><noscript><button class="btn btn-quiet btn-sm">更换</button></noscript>'
        '</form>\n  <nav aria-label="分页"><ul class="pagination">\n'
        f"    {_step('上一页', 'prev', shown['previous'])}\n"
        f"    {''.join(_number(**number) for number in shown['numbers'])}\n"
        f"    {_step('下一页', 'next', shown['next'])}\n  </ul></nav></div>"
    )
