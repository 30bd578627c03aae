"""Judgements of the policy engine as the items of a check sheet (检查单)."""

from collections.abc import Mapping
from html import escape

from django.utils.safestring import mark_safe

from registry.policy.book import PLAN_ENDED
from registry.policy.check import find_check
from registry.policy.pack import HANDLINGS

from .library import register
from .marks import modality, picture, verdict


def plain(value):
    """A piece of evidence as a person reads it: lists with 、, mappings as name and value, blanks as —."""
    if isinstance(value, Mapping):
        return "；".join(f"{name} {plain(part)}" for name, part in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(plain(part) for part in value) or "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    return "—" if value is None or value == "" else str(value)


@register.filter
def as_check(judgement):
    """`{% with check=judgement|as_check %}{% check_row check "sheet" %}{% endwith %}`: what that row needs."""
    rule, given, method = judgement.rule, judgement.verdict, find_check(judgement.rule.spec.check)
    evidence = [(name, plain(value)) for name, value in given.evidence.items()]
    if given.missing:
        evidence.append(("缺少", plain(given.missing)))
    return {
        "verdict": given.outcome,
        "rule_id": rule.id,
        "headline": given.explanation,
        "quote": rule.spec.quote,
        "clause": rule.citation,
        "clause_url": "",
        "modality": rule.spec.modality,
        "handling": HANDLINGS[rule.spec.handling],
        "expired": PLAN_ENDED in rule.remarks,
        "evidence": evidence,
        "method": method.description if method else "",
        "cure": given.cure,
    }


@register.simple_tag(takes_context=True)
def check_row(context, check, group, open=False):
    """`{% check_row check "sheet" open=True %}`: one item of a check sheet, to be put into an `li`.

    `check`: verdict, rule_id, headline, quote, clause, clause_url, modality, handling, expired, basis, method, cure,
    evidence (pairs of name and value), acts_template; empty texts are left out. Order on purpose: verdict, clause,
    quote, facts used, remedy.

    Written here and not in a template: a sheet has some fifty, half of the work of a page of a draft when rendered
    node by node.
    """
    clause = escape(check["clause"])
    if url := check.get("clause_url"):
        clause = f'<a class="yl-plain" href="{escape(url)}">{clause}</a>'
    handling = f"　{escape(check['handling'])}" if check.get("handling") else ""
    expired = '<span class="yl-mod">规划期已满</span>' if check.get("expired") else ""
    pairs = [*check["evidence"]]
    if basis := check.get("basis"):
        pairs.insert(0, ("依据", basis))
    pairs += [
        (name, text)
        for name, text in (("算法", check.get("method")), ("如何改正", check.get("cure")))
        if text
    ]
    facts = "".join(f"<dt>{escape(str(name))}</dt><dd>{escape(str(value))}</dd>" for name, value in pairs)
    return mark_safe(  # noqa: S308  every text is escaped above
        f'<details class="yl-check" name="{escape(group)}"{" open" if open else ""}><summary class="yl-ckrow">'
        f'{verdict(check["verdict"])}<span class="yl-code">{escape(check["rule_id"])}</span>'
        f'<span class="yl-t"><span>{escape(check["headline"])}</span>{expired}</span>{picture("down")}</summary>\n'
        f'<div class="yl-ckbody">\n  <blockquote class="yl-quote">{escape(check["quote"])}<cite>{clause}　'
        f"{modality(check['modality'])}{handling}</cite></blockquote>\n"
        f'  <dl class="yl-dl mt-2">{facts}</dl>\n  {_acts(context, check)}\n</div></details>'
    )


def _acts(context, check):
    """What a person may do on the line: the template that it names, rendered with the line as `check`."""
    if not (name := check.get("acts_template")):
        return ""
    with context.push(check=check):
        return context.template.engine.get_template(name).render(context)
