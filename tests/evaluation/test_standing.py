"""What stands is looked up by keys, also where the server has counted the findings at a bad moment."""

import pytest
from django.db import connection

from evaluation import recheck, tallies
from evaluation.areas import area_of
from evaluation.models import Finding, Tally
from evaluation.standing import standing_in, standing_of
from evaluation.writing import SAYS
from tests.factories import CountyFactory

pytestmark = pytest.mark.django_db
COLUMNS = ("subject_id", "provision", "id", "verdict", *SAYS)
FEW, MANY, EACH = 4, 60, 80  # subjects counted, subjects written, findings of each
COUNT = "ANALYZE evaluation_finding; ANALYZE evaluation_tally"


@pytest.fixture
def judged(law, good, bad):
    recheck.resolve_changes()
    while recheck.recheck_next():
        pass


@pytest.fixture
def elsewhere(judged, yuzhong):
    """A county of many findings on few subjects, counted by the server when few of them were written."""
    county = CountyFactory(code="500199", name="无关区", parent=yuzhong.parent)
    first = Finding.objects.earliest("pk")
    common = {field.attname: getattr(first, field.attname) for field in Finding._meta.concrete_fields}
    common |= {"id": None, "division_id": county.pk, "consortium_id": None}

    def write(subjects):
        Finding.objects.bulk_create(
            Finding(**common | {"subject_id": 10**6 + subject, "provision": f"C-{number}"})
            for subject in subjects
            for number in range(EACH)
        )

    write(range(FEW))
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
    write(range(FEW, MANY))
    return county


def plan_of(look_up):
    """How the server goes about the first statement over findings or their counts."""
    plans = []

    def explained(execute, sql, params, many, context):
        if "evaluation_" in sql:
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        look_up()
    return plans[0]


def test_of_subjects_is_all_that_stands_of_them(judged, good, bad):
    Finding.objects.filter(provision="T-02").delete()
    expected = Finding.objects.standing().filter(subject_id__in=[good.pk, bad.pk]).values_list(*COLUMNS)
    found = standing_of("consortium", [good.pk, bad.pk, 10**6], *COLUMNS)
    assert sorted(found, key=str) == sorted(map(list, expected), key=str) != []
    assert standing_of("grid", [good.pk, bad.pk], *COLUMNS) == []


def test_in_an_area_are_the_subjects_of_which_anything_stands(elsewhere, good, bad, yuzhong, chongqing):
    assert standing_in(area_of(yuzhong))["consortium"] == {good.pk, bad.pk}
    assert standing_in(area_of(elsewhere)) == {"consortium": {10**6 + n for n in range(MANY)}}
    assert standing_in(area_of(chongqing))["consortium"] > {good.pk, bad.pk, 10**6}


def test_a_batch_is_looked_up_by_its_keys(elsewhere, good, bad):
    batch = [good.pk, bad.pk, *range(2 * 10**6, 2 * 10**6 + 1000)]
    plan = plan_of(lambda: standing_of("consortium", batch, *COLUMNS))
    assert "finding_stands_once" in plan
    assert "subject_id = one.pk" in plan


def test_an_area_is_looked_up_by_its_places(elsewhere, yuzhong):
    plan = plan_of(lambda: standing_in(area_of(yuzhong)))
    assert "finding_by_area" in plan
    assert "division_id = one.pk" in plan


def test_counts_are_added_up_by_places(elsewhere, yuzhong):
    rows = Tally.objects.filter(division=elsewhere).values("verdict").distinct()
    assert rows.count() == 1
    Tally.objects.bulk_create(
        Tally(division=elsewhere, provision=f"C-{n}", verdict="FAIL", number=1) for n in range(3000)
    )
    plan = plan_of(lambda: tallies.compact(yuzhong))
    assert "Seq Scan on evaluation_tally" not in plan
    assert "division_id = one.pk" in plan
