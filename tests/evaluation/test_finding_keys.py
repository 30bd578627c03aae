"""A finding names a place, a consortium, a rule and facts that are there, whoever writes it and whoever deletes them."""

import pytest
from django.db import IntegrityError, connection

from evaluation import recheck
from evaluation.models import Finding
from evaluation.models.keys import POINTS_AT
from registry.models import Consortium
from tests.factories import ConsortiumFactory, CountyFactory

pytestmark = pytest.mark.django_db
NOBODY = {"division_id": 10**15, "consortium_id": 10**15, "rule_id": 10**15, "facts_id": "0" * 64}


@pytest.fixture
def judged(law, good, bad):
    recheck.resolve_changes()
    while recheck.recheck_next():
        pass


def at_once():
    """What a commit would say."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("column", POINTS_AT)
def test_a_finding_cannot_name_what_is_not_there(judged, column):
    first = Finding.objects.earliest("pk")
    values = {field.attname: getattr(first, field.attname) for field in Finding._meta.concrete_fields}
    copies = [
        Finding(**values | {"id": None, "provision": f"T-{number}"} | wrong)
        for number, wrong in ((81, {}), (82, {column: NOBODY[column]}))
    ]
    with pytest.raises(IntegrityError, match=POINTS_AT[column][0]._meta.db_table):
        Finding.objects.bulk_create(copies)


@pytest.mark.parametrize("column", POINTS_AT)
def test_a_finding_cannot_be_changed_to_name_what_is_not_there(judged, column):
    with pytest.raises(IntegrityError, match=POINTS_AT[column][0]._meta.db_table):
        Finding.objects.filter(verdict="FAIL").update(**{column: NOBODY[column]})


@pytest.mark.parametrize("column", POINTS_AT)
def test_what_a_finding_names_cannot_be_deleted_past_the_program(judged, yuzhong, column):
    nobody_else_names = {
        "division_id": CountyFactory(code="500199", name="无关区", parent=yuzhong.parent).pk,
        "consortium_id": ConsortiumFactory(name="无关医联体", division=yuzhong).pk,
    }
    finding = Finding.objects.filter(verdict="FAIL")
    if column in nobody_else_names:
        finding.update(**{column: nobody_else_names[column]})
    model = POINTS_AT[column][0]
    model.objects.filter(pk=finding.values_list(column, flat=True).get())._raw_delete("default")
    with pytest.raises(IntegrityError, match=f"a finding names this row of {model._meta.db_table}"):
        at_once()


def test_a_consortium_takes_its_findings_with_it(judged, bad):
    assert Finding.objects.filter(consortium=bad).exists()
    Consortium.objects.get(pk=bad.pk).delete()
    at_once()
    assert not Finding.objects.filter(consortium=bad.pk).exists()
