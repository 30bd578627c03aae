"""Which rows are refused: exactly those that a plain reference refuses, without any of the import's own code."""

import tempfile
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from registry.imports import service
from registry.imports.scope import EVERYWHERE
from registry.models import InstitutionClass
from registry.operators import operator
from tests.benchmarks import rosters
from tests.registry.imports import files
from tests.registry.imports.rosters import code

GOOD = code(1)
CELLS = (
    st.sampled_from(["甲医院", "乙医院", "丙医院", "丁医院", "", "　", "123"]),
    st.sampled_from(["", code(1), code(2), code(3), GOOD[:-1] + "0", GOOD[:-1], GOOD[:-1] + "I", "1.25E+17"]),
    st.sampled_from(["A100", "B100", "", "Z99"]),
    st.sampled_from(["三级", "二级", "未定级", "", "四级"]),
    st.sampled_from(["", "甲等", "乙等", "优等"]),
    st.sampled_from(["区县级", "社会办", "", "邻村"]),
    st.sampled_from(["公立", "民营", "", "混合"]),
    st.sampled_from(["500103", "500105", "340223", "999999", ""]),
    st.sampled_from(["人民路1号", "", "路" * 301]),
    st.sampled_from([0, 120, "1,200", "", "许多", -1, 30_000]),
    st.sampled_from(["023-63000000", "", "1" * 61]),
)
PLACES = ("500103", "500105", "340223")


def refused(rows: list[list]) -> set[int]:
    """Row numbers (the header is row 1) that may not come in."""
    known = set(InstitutionClass.objects.values_list("code", flat=True))
    bad, codes = set(), set()
    first_code: dict[tuple[str, str], str] = {}  # of the first row with this name in this place
    for number, one in enumerate(rows, start=2):
        name, given_code, kind, level, grade, affiliation, ownership, place, address, beds, phone = one
        proper = given_code if given_code and uscc.is_valid(given_code) else ""
        faulty_code = bool(given_code) and not proper
        said_before = bool(proper) and proper in codes
        wrong = [
            not any(character.isalpha() for character in name),
            faulty_code,
            said_before,
            kind not in known,
            level == "四级",
            grade == "优等",
            level == "未定级" and grade in ("甲等", "乙等"),
            affiliation == "邻村",
            ownership == "混合",
            place not in PLACES,
            len(address) > 300,
            beds in ("许多", -1, 30_000),
            len(phone) > 60,
        ]
        codes.add(proper)
        if name.strip() and place in PLACES:
            if (name, place) not in first_code:
                first_code[name, place] = proper
            elif not faulty_code and not said_before:
                wrong.append(not proper or not first_code[name, place])
        if any(wrong):
            bad.add(number)
    return bad


class RolledBack(Exception):
    pass


@pytest.mark.django_db
@settings(
    max_examples=40,
    phases=(Phase.explicit, Phase.generate),
)
@given(rows=st.lists(st.tuples(*CELLS), min_size=1, max_size=12))
def test_any_roster(world, rows):
    rows = [list(one) for one in rows if any(str(cell).strip() for cell in one)]
    if not rows:
        return
    with tempfile.TemporaryDirectory() as folder, pytest.raises(RolledBack), transaction.atomic():
        path = files.xlsx(Path(folder) / "a.xlsx", [rosters.TITLES, *rows])
        batch = service.stage(path, path.name, operator(), EVERYWHERE)
        errors = set(batch.staged_rows.filter(action="error").values_list("number", flat=True))
        assert errors == refused(rows)
        raise RolledBack


@pytest.mark.django_db
def test_the_roster_of_the_benchmark(world, tmp_path):
    places = [rosters.Place(one, name) for one, name in (("500103", "渝中区"), ("340223", "南陵县"))]
    spoiled = list(rosters.with_faults(rosters.rows(1_000, places), share=0.05))
    path = rosters.write_xlsx(tmp_path / "roster.xlsx", (one for one, _ in spoiled))
    batch = service.stage(path, path.name, operator(), EVERYWHERE)
    expected = {number for number, (_, fault) in enumerate(spoiled, start=2) if fault}
    assert len({fault for _, fault in spoiled}) == 6 and len(expected) > 30
    assert set(batch.staged_rows.filter(action="error").values_list("number", flat=True)) == expected
    assert batch.error_rows == len(expected)
