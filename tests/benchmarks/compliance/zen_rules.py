"""The nine local rules in the ZEN rule engine: facts by a few set-wise queries, one decision for each consortium.

The findings are written in masses, without evidence, explanation or facts; the engine is compiled (Rust).
"""

import datetime as dt
import json

import zen
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, OuterRef, Q, Subquery

from evaluation.models import Finding
from registry.models import Consortium, Lead, Membership, Rule
from tests.benchmarks.compliance.object_by_object import PRIMARY

_GROUP = "kind in ['city_group', 'county_community']"
RULES = {
    "B01": f"{_GROUP} ? (members <= 60 ? 'PASS' : 'FAIL') : 'NA'",
    "B02": f"{_GROUP} ? (primary ? 'PASS' : 'FAIL') : 'NA'",
    "B03": "lead == null ? 'INSUFFICIENT' : (level in ['3', '2'] ? 'PASS' : 'FAIL')",
    "B04": "closeness == 'tight' ? 'PASS' : 'FAIL'",
    "B05": "lead == null ? 'INSUFFICIENT' : (chair == representative ? 'PASS' : 'FAIL')",
    "B06": "lead == null ? 'INSUFFICIENT' : (all(counties, # == home) ? 'PASS' : 'FAIL')",
    "B07": "kind in ['city_group', 'county_community', 'specialty_alliance'] ? 'PASS' : 'FAIL'",
    "B08": "len(provinces) >= 1 ? 'PASS' : 'FAIL'",
    "B09": "kind == 'specialty_alliance' ? (field != '' and members >= 5 ? 'PASS' : 'FAIL') : 'NA'",
}


def judge(path: str, day: dt.date) -> None:
    """Judge the consortia of a place and write their findings."""
    rules = dict(Rule.objects.in_force().values_list("provision", "pk"))
    decision = zen.ZenEngine().create_decision(json.dumps(_graph()))
    found = []
    for name, division, facts in _facts(path, day):
        result = decision.evaluate(facts)["result"]
        for key in RULES:
            if result[key] == "NA":
                continue
            provision = f"{key[0]}-{key[1:]}"
            found.append(
                Finding(
                    subject_type="consortium", subject_id=facts["id"], consortium_id=facts["id"], subject_name=name,
                    division_id=division, rule_id=rules[provision], provision=provision, modality="应当",
                    verdict=result[key], reference_date=day, first_seen=day,
                )
            )  # fmt: skip
    Finding.objects.bulk_create(found, batch_size=2000)


def _facts(path: str, day: dt.date):
    primary = Q()
    for prefix in PRIMARY.values():
        primary |= Q(institution__institution_class__code__startswith=prefix)
    members = {
        pk: rest
        for pk, *rest in Membership.objects.filter(
            consortium__division__path__startswith=path, during__contains=day
        )
        .order_by()
        .values_list("consortium_id")
        .annotate(
            members=Count("pk"),
            primary=Count("pk", filter=primary),
            counties=ArrayAgg("institution__division_id", distinct=True),
            provinces=ArrayAgg("institution__area_path", distinct=True),
        )
    }
    leads = Lead.objects.filter(consortium=OuterRef("pk"), during__contains=day)
    lead = {
        name: Subquery(leads.values(f"institution__{column}")[:1])
        for name, column in (
            ("lead", "id"), ("level", "level"), ("representative", "legal_representative"), ("home", "division_id"),
        )
    }  # fmt: skip
    rows = Consortium.objects.filter(division__path__startswith=path).order_by("pk")
    columns = ("id", "kind", "closeness", *lead)
    for row in rows.annotate(**lead).values(
        *columns, "name", "division_id", chair=F("council_chair"), field=F("specialty_text")
    ):
        count, first, counties, places = members.get(row["id"], (0, 0, [], []))
        name, division = row.pop("name"), row.pop("division_id")
        provinces = sorted({place.split("/")[1] for place in places})
        facts = {
            **row,
            "members": count,
            "primary": bool(first),
            "counties": counties,
            "provinces": provinces,
        }
        yield name, division, facts


def _graph() -> dict:
    expressions = [{"id": key, "key": key, "value": value} for key, value in RULES.items()]
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "rules", "type": "expressionNode", "name": "rules", "content": {"expressions": expressions}},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "rules", "type": "edge"},
        {"id": "2", "sourceId": "rules", "targetId": "out", "type": "edge"},
    ]
    return {"nodes": [{**node, "position": {"x": 0, "y": 0}} for node in nodes], "edges": edges}
