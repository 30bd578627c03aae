"""Marks of meaning: icons, verdicts (判定) and filing states (备案状态). Each has a shape and a word, never a colour alone."""

from functools import lru_cache
from typing import NamedTuple

from django.utils.html import format_html, format_html_join

from registry.policy.verdict import LABELS, Outcome

from .address import address
from .library import register


class Mark(NamedTuple):
    """How one value is shown: class suffix, icon in the sprite, Chinese word."""

    css: str
    icon: str
    word: str


# The order is the order on every screen: what needs a person first.
VERDICTS = {
    str(outcome): Mark(css, f"v-{css}", LABELS[outcome])
    for outcome, css in (
        (Outcome.FAIL, "fail"),
        (Outcome.DEVIATION, "dev"),
        (Outcome.INSUFFICIENT, "ins"),
        (Outcome.REVIEW, "rev"),
        (Outcome.PASS, "pass"),
        (Outcome.INFO, "inf"),
        (Outcome.WAIVED, "wai"),
        (Outcome.NA, "na"),
    )
}

# States of a filing, then those of a consortium (变更中, 已终止).
STATES = {
    "draft": Mark("draft", "s-draft", "草稿"),
    "submitted": Mark("sub", "s-sub", "已提交"),
    "received": Mark("acc", "s-acc", "已受理"),
    "returned": Mark("ret", "s-ret", "退回补正"),
    "registered": Mark("done", "s-done", "已备案"),
    "refused": Mark("no", "s-no", "不予备案"),
    "withdrawn": Mark("wd", "s-wd", "已撤回"),
    "revoked": Mark("rev", "s-rev", "已撤销"),
    "changing": Mark("chg", "s-chg", "变更中"),
    "ended": Mark("end", "s-end", "已终止"),
}


def verdict_name(verdict):
    """Name of a verdict given as a Verdict, an Outcome or text in any case."""
    return str(getattr(verdict, "outcome", verdict)).upper()


@lru_cache(maxsize=500)
def picture(name, css=""):
    """An icon of the sprite; hidden from screen readers, because a word always stands beside it."""
    return format_html(
        '<svg class="yl-i{}" aria-hidden="true"><use href="#i-{}"/></svg>', f" {css}" if css else "", name
    )


@register.simple_tag
def icon(name, css=""):
    """`{% icon "dl" %}`"""
    return picture(name, css)


@register.simple_tag
def verdict(value):
    """`{% verdict finding.verdict %}`: badge with icon and word."""
    return _badge(verdict_name(value))


@lru_cache(maxsize=len(VERDICTS))
def _badge(name):
    mark = VERDICTS[name]
    return format_html('<span class="yl-v yl-v-{}">{}{}</span>', mark.css, picture(mark.icon), mark.word)


@register.simple_tag
def verdict_counts(counts, words=False):
    """`{% verdict_counts counts %}`: icon and number of each verdict present, for narrow cells; PASS only when alone.

    With `words=True` the word is shown, not only read out (decision bar, keys).
    """
    present = {verdict_name(key): number for key, number in counts.items() if number}
    loud = {
        key: number
        for key, number in present.items()
        if key in ("FAIL", "DEVIATION", "INSUFFICIENT", "REVIEW")
    }
    shown = loud or {key: number for key, number in present.items() if key == "PASS"}
    css = "" if words else "visually-hidden"
    return format_html_join(
        "",
        '<span class="yl-vc yl-vc-{0}" title="{2} {3}">{1}<span class="{4}">{2}</span>{3}</span>',
        (
            (mark.css, picture(mark.icon), mark.word, shown[key], css)
            for key, mark in VERDICTS.items()
            if key in shown
        ),
    )


@register.simple_tag
def all_counts(counts):
    """`{% all_counts counts %}`: icon and number of every verdict present, PASS and the quiet ones as well."""
    return format_html_join(
        "",
        '<span class="yl-vc yl-vc-{0}" title="{2} {3}">{1}<span class="visually-hidden">{2}</span>{3}</span>',
        (
            (mark.css, picture(mark.icon), mark.word, counts[key])
            for key, mark in VERDICTS.items()
            if counts.get(key)
        ),
    )


@register.simple_tag
def verdict_key():
    """`{% verdict_key %}`: what the icons of `verdict_counts` mean, for the foot of a table."""
    marks = [VERDICTS[key] for key in ("FAIL", "DEVIATION", "INSUFFICIENT", "REVIEW")]
    return format_html_join(
        "",
        '<span class="yl-vc yl-vc-{}">{}{}</span>',
        ((mark.css, picture(mark.icon), mark.word) for mark in marks),
    )


@register.simple_tag
def modality(word):
    """`{% modality "原则上" %}`: strength of a provision; 应当 is framed darker, 不得 in cinnabar."""
    return _strength(str(word))


@lru_cache(maxsize=50)
def _strength(word):
    css = {"应当": " yl-mod-must", "不得": " yl-mod-no"}.get(word, "")
    return format_html('<span class="yl-mod{}">{}</span>', css, word)


@register.inclusion_tag("components/verdict_tally.html", takes_context=True)
def verdict_tally(context, counts, parameter="verdict", only_present=False, without=""):
    """`{% verdict_tally counts %}`: strip of all eight verdicts; each filters the list below, a second click lifts it.

    `without="NA"` leaves out the one that is not counted here, where a zero would be read as a number.
    """
    numbers = {verdict_name(key): number for key, number in counts.items()}
    request = context["request"]
    current = request.GET.get(parameter, "").upper()
    items = [
        {
            "mark": mark,
            "number": numbers.get(key, 0),
            "current": key == current,
            "url": address(request, {parameter: None if key == current else key}),
        }
        for key, mark in VERDICTS.items()
        if key != without and (numbers.get(key) or not only_present)
    ]
    return {"items": items}


@register.simple_tag
def filing_state(value, label=""):
    """`{% filing_state filing.state %}`; `label` replaces the word where a kind of filing has its own (同意, 不同意)."""
    mark = STATES[str(getattr(value, "value", value))]
    return format_html(
        '<span class="yl-st yl-st-{}">{}{}</span>', mark.css, picture(mark.icon), label or mark.word
    )
