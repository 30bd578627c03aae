"""Reference data in the database: complete, safe to repeat, and never against what an administrator changed."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from registry.models import (
    Authority,
    Division,
    DivisionSuccession,
    ForeignCode,
    InstitutionClass,
    ManagementArea,
    ReferenceLoad,
    Rule,
    TreatmentSubject,
)
from registry.reference.authorities import load_authorities
from registry.reference.places import load_places

TABLES = [
    "registry_division", "registry_divisionsuccession", "registry_foreigncode", "registry_managementarea",
    "registry_managementareadivision", "registry_authority", "registry_calendaryear", "registry_calendarday",
    "registry_institutionclass", "registry_treatmentsubject", "registry_subjectterm", "registry_economictype",
    "registry_hospitalgrade", "registry_affiliationword", "registry_policydocument", "registry_rule",
    "registry_referenceload", "registry_auditentry", "evaluation_scheme", "evaluation_indicator",
]  # fmt: skip


def load(*args) -> str:
    out = StringIO()
    call_command("load_reference", *args, stdout=out)
    return out.getvalue()


def row_versions() -> dict[str, tuple]:
    """Number of rows of each table and a digest of their physical versions."""
    versions = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                f"SELECT count(*), sum(('x' || md5(t.ctid::text || t.xmin::text))::bit(32)::bigint) FROM {table} t"  # noqa: S608
            )
            versions[table] = cursor.fetchone()
    return versions


@pytest.mark.long
@pytest.mark.django_db
def test_loading_twice_writes_no_row_even_when_everything_is_compared():
    first = load()
    before = row_versions()
    assert all("未变化" in line for line in load().splitlines())
    assert [line for line in load("--force").splitlines() if not line.endswith("写入 0 行")] == []
    assert row_versions() == before
    assert "行政区划：写入 46" in first
    the_nation_is_there()
    zones_have_a_bureau_and_their_townships_twice()
    what_an_administrator_changed_stays()


def the_nation_is_there():
    assert Division.objects.current().filter(physical_unit__isnull=True).count() == 44_700
    by_code = Authority.objects.in_bulk(field_name="code")
    assert by_code["500000"].name == "重庆市卫生健康委员会"
    assert by_code["500000"].short_name == "重庆市卫生健康委"
    assert by_code["500103"].name == "重庆市渝中区卫生健康委员会"
    assert by_code["500103"].parent == by_code["500000"], "the place-holder city has no bureau"
    assert by_code["340209"].name == "芜湖市弋江区卫生健康委员会"
    assert by_code["340209"].parent == by_code["340200"]
    assert by_code["340223"].name == "南陵县卫生健康委员会"
    assert "500100" not in by_code
    assert Division.objects.get(code="500103").path == "/500000/500100/500103/"
    assert DivisionSuccession.objects.filter(old__code="340203", new__code="340209").exists()
    assert ForeignCode.objects.get(code="110228").division.name == "密云区"
    assert InstitutionClass.objects.get(code="A223").name == "针灸医院"
    assert TreatmentSubject.objects.get(code="03.01").parent.name == "内科"
    assert Rule.objects.filter(provision="CQ-18").exists()
    assert ReferenceLoad.objects.count() >= 6


def zones_have_a_bureau_and_their_townships_twice():
    zone = ManagementArea.objects.get(name="两江新区")
    assert zone.authority.name == "两江新区社发局"
    assert zone.authority.parent.name == "重庆市卫生健康委员会"
    inside = zone.divisions.all()
    assert inside.count() == 16
    assert len({division.unit_id for division in inside}) == 8
    assert Division.objects.filter(physical_unit__isnull=False).count() == 28
    health = ForeignCode.objects.get(code="500110001")
    assert health.name == health.division.name == "万盛街道", "coded otherwise than in the national table"
    assert health.division.code == "500110004"
    assert Division.objects.get(code="500110001").name != "万盛街道"
    own = ManagementArea.objects.get(code="341171").divisions.values_list("code", flat=True)
    assert set(own) == {"341171", "341171001"}


def what_an_administrator_changed_stays():
    Division.objects.filter(code="500103001").update(name="更正后的名称", valid_to=date(2026, 1, 1))
    Authority.objects.filter(code="500103").update(name="更正后的机关")
    assert load_places() == 0
    assert load_authorities() == 0
    assert Division.objects.get(code="500103001").name == "更正后的名称"
    assert Authority.objects.get(code="500103").name == "更正后的机关"
    assert Division.objects.filter(code="500103001").count() == 1
