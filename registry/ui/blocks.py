"""Buttons and enclosing blocks: notice (提示), nothing to list (空), side panel (侧板)."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from .library import register
from .marks import picture

KINDS = {
    "primary": "btn-primary",
    "quiet": "btn-quiet",
    "text": "btn-text",
    "danger": "btn-danger",
    "danger-quiet": "btn-danger-quiet",
}
SIZES = {"": "", "small": " btn-sm", "large": " btn-lg"}
NOTICES = {
    "info": ("", "v-inf", ""),
    "ok": (" yl-note-ok", "v-pass", ""),
    "warning": (" yl-note-warn", "warn", ""),
    "error": (" yl-note-fail", "v-fail", "alert"),
}


@register.simple_tag
def button(
    text,
    kind="quiet",
    icon="",
    size="",
    name="",
    value="",
    reason="",
    type="submit",
    id="",
    form="",
    wide=False,
    data="",
):
    """`{% button "受理" kind="primary" reason=why_not %}`: with a reason the button stays visible, inert, and says why."""
    pairs = [(key, text) for key, text in (("id", id), ("form", form)) if text]
    if name and not reason:
        pairs += [("name", name), ("value", value)]
    return format_html(
        '<button class="btn {}" type="{}"{}{}{}>{}{}</button>{}',
        KINDS[kind] + SIZES[size] + (" w-100" if wide else ""),
        "button" if reason else type,
        format_html_join("", ' {}="{}"', pairs),
        format_html(" data-{}", data) if data else "",
        mark_safe(' aria-disabled="true"') if reason else "",
        picture(icon) if icon else "",
        text,
        format_html('<span class="yl-small yl-3">{}</span>', reason) if reason else "",
    )


@register.simple_tag
def link_button(text, url, kind="quiet", icon="", size=""):
    """`{% link_button "导出 Excel" url icon="dl" %}`: a link that looks like a button; it only ever reads."""
    return format_html(
        '<a class="btn {}" href="{}">{}{}</a>',
        KINDS[kind] + SIZES[size],
        url,
        picture(icon) if icon else "",
        text,
    )


@register.simple_block_tag
def notice(content, kind="info", title=""):
    """`{% notice "warning" title="…" %}…{% endnotice %}`: kinds info, ok, warning, error."""
    css, name, role = NOTICES[kind]
    return format_html(
        '<div class="yl-note{}"{}>{}<div>{}{}</div></div>',
        css,
        format_html(' role="{}"', role) if role else "",
        picture(name),
        format_html("<p><b>{}</b></p>", title) if title else "",
        content,
    )


@register.simple_block_tag
def nothing(content, title):
    """`{% nothing "没有逾期的备案" %}<p>what comes next</p> one act{% endnothing %}`: the state of an empty list."""
    return format_html(
        '<div class="yl-empty"><svg viewBox="0 0 56 40" aria-hidden="true">'
        '<g fill="none" stroke="#86929a" stroke-width="1.5"><rect x="2" y="2" width="16" height="16" rx="2"/>'
        '<rect x="20" y="2" width="16" height="16" rx="2"/>'
        '<rect x="38" y="2" width="16" height="16" rx="2" stroke-dasharray="3 3"/>'
        '<rect x="2" y="20" width="16" height="16" rx="2"/>'
        '<rect x="20" y="20" width="16" height="16" rx="2" stroke-dasharray="3 3"/></g></svg>'
        "<p><b>{}</b></p>{}</div>",
        title,
        content,
    )


@register.simple_block_tag
def side_panel(content, id, title, again=False):
    """`{% side_panel "return" "退回补正" %}…{% endside_panel %}`, opened by `<a href="#return" data-side>`.

    Without JavaScript the same link opens it through :target; Escape and the cross close it, focus returns. With `again`
    it stands open from the start: its form came back with errors.
    """
    return format_html(
        '<dialog class="yl-side" id="{0}" aria-labelledby="{0}-title"{4}><header><h2 id="{0}-title">{1}</h2>'
        '<a class="yl-close" href="#main" data-side-close aria-label="关闭">{2}</a></header>{3}</dialog>',
        id,
        title,
        picture("x"),
        content,
        mark_safe(" data-side-open") if again else "",
    )
