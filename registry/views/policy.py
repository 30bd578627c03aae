"""The policy library (政策库): the documents, and each as a page of its words with every provision in its place."""

from collections import Counter

from django.db.models import Count, OuterRef, Q, Subquery
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from registry import access
from registry.facts.document import judged_documents
from registry.models import Division, PolicyDocument, PolicyVersion, Rule
from registry.policy import reading
from registry.policy.check import find_check
from registry.policy.engine import Judgement
from registry.policy.library import current_book, rules_of_version
from registry.policy.pack import HANDLINGS
from registry.policy.subjects import SUBJECTS

FOUND = 200
VERSIONS = 30
ICONS = {"check": "auto", "declaration": "decl", "checklist": "v-rev", "context": "v-inf"}


@require_safe
def policy_library(request):
    """The documents by place; with a word, the provisions that hold it."""
    text = request.GET.get("q", "").strip()
    latest = PolicyVersion.objects.filter(document=OuterRef("pk")).order_by("-pk")
    documents = PolicyDocument.objects.annotate(
        provisions=Count("rules", filter=Q(rules__retired_at=None)),
        version_since=Subquery(latest.values("effective_on")[:1]),
    ).order_by("jurisdiction", "-issued_on", "code")
    places = dict(
        Division.objects.current()
        .filter(code__in=[one.jurisdiction for one in documents])
        .values_list("code", "name")
    )
    handlings = Counter(Rule.objects.in_force().values_list("handling", flat=True).order_by())
    found = []
    if text:
        rules = Rule.objects.in_force().filter(Q(quote__icontains=text) | Q(provision__iexact=text))
        found = list(rules.select_related("document")[: FOUND + 1])
    today = timezone.localdate()
    rows = [
        {
            "document": one,
            "place": places.get(one.jurisdiction, "全国" if one.jurisdiction == "000000" else ""),
            **_state(one, today),
        }
        for one in documents
    ]
    return render(
        request,
        "registry/policy_library.html",
        {
            "loaded": [row for row in rows if not row["placeholder"]],
            "placeholders": [row for row in rows if row["placeholder"]],
            "handlings": [(word, handlings[key]) for key, word in HANDLINGS.items()],
            "total": sum(handlings.values()),
            "q": text,
            "found": found[:FOUND],
            "more": len(found) > FOUND,
            "may_draft": access.may(request.user, "draft_policies"),
            "may_see_waivers": access.may(request.user, "view_compliance")
            or access.may(request.user, "view_own_consortia"),
        },
    )


def _state(document: PolicyDocument, day) -> dict:
    return {
        "placeholder": document.status == PolicyDocument.Status.PLACEHOLDER,
        "ended": bool(document.plan_to and document.plan_to < day),
        "undated": document.effective_from is None and document.status != PolicyDocument.Status.PLACEHOLDER,
    }


@require_safe
def policy_document(request, code: str):
    """One document: the text with each provision underlined, and beside it how the provision is handled.

    How many subjects stand at each verdict is asked of the evaluation by address, so that the register knows
    nothing of findings.
    """
    document = get_object_or_404(PolicyDocument, code=code)
    versions = list(
        document.versions.select_related("draft__proposed_by", "draft__decided_by").defer("source", "text")[
            :VERSIONS
        ]
    )
    past = _past_version(request, document, versions)
    in_force = Rule.objects.in_force().filter(document=document)
    rules = {rule.provision: rule for rule in (rules_of_version(past) if past else in_force)}
    text = past.text if past else document.text
    laid_out = reading.read(text, ((rule.provision, rule.quote) for rule in rules.values()))
    today = timezone.localdate()
    told = {} if past else {one.rule.id: one for one in judged_documents(current_book(), code, today)}
    chosen = rules.get(request.GET.get("open", ""))
    handling = request.GET.get("handling", "")
    counted = Counter(rule.handling for rule in rules.values())
    parents = list(document.parents.order_by("code"))
    context = {
        "document": document,
        "versions": versions,
        "past": past,
        **_state(document, today),
        "place": Division.objects.current()
        .filter(code=document.jurisdiction)
        .select_related("parent")
        .first(),
        "parents": parents,
        "missing_parents": [one for one in parents if one.status == PolicyDocument.Status.PLACEHOLDER],
        "citing": document.children.order_by("code"),
        "total": len(rules),
        "handlings": [
            (key, word, ICONS[key], counted[key]) for key, word in HANDLINGS.items() if counted[key]
        ],
        "handling": handling,
        "contents": laid_out.contents,
        "sections": [_section(part, rules, handling, chosen, told) for part in laid_out.sections],
        "unplaced": [_provision(rules[name], told) for name in laid_out.unplaced],
        "chosen": _details(chosen) if chosen else None,
        "referring": Rule.objects.in_force().filter(body__refers_to=document.code).select_related("document"),
    }
    return render(request, "registry/policy_document.html", context)


def _past_version(request, document: PolicyDocument, versions: list[PolicyVersion]) -> PolicyVersion | None:
    """The earlier version that the address asks for; none for the one in force."""
    wanted = request.GET.get("version", "")
    if not wanted or wanted == document.version:
        return None
    return next((one for one in versions if one.version == wanted), None)


def _section(
    part: reading.Section,
    rules: dict[str, Rule],
    handling: str,
    chosen: Rule | None,
    told: dict[str, Judgement],
) -> dict:
    shown = [rules[name] for name in part.provisions if not handling or rules[name].handling == handling]
    return {
        "blocks": part.blocks,
        "provisions": [_provision(rule, told) for rule in shown],
        "open": chosen is not None and chosen.provision in part.provisions,
    }


def _provision(rule: Rule, told: dict[str, Judgement]) -> dict:
    """How it is handled; what is decided of the document itself is told with it."""
    how = {"rule": rule, "how": HANDLINGS[rule.handling], "icon": ICONS[rule.handling]}
    return how | {"told": told.get(rule.provision)}


def _details(rule: Rule) -> dict:
    """How one provision is decided, in words."""
    method = find_check(rule.check_name)
    related = [*rule.body["adds"], *rule.body["replaces"], *rule.body["exempts"]]
    words = dict.fromkeys(rule.body["adds"], "补充") | dict.fromkeys(rule.body["replaces"], "替代")
    words |= dict.fromkeys(rule.body["exempts"], "豁免")
    known = Rule.objects.in_force().filter(provision__in=related).select_related("document")
    parent = PolicyDocument.objects.filter(code=rule.body["refers_to"]).first()
    return {
        "rule": rule,
        "how": HANDLINGS[rule.handling],
        "subject": SUBJECTS.get(rule.subject, ""),
        "applies_to": rule.body["applies_to"],
        "method": method.description if method else "",
        "relations": [(words[other.provision], other) for other in known],
        "parent": parent,
    }
