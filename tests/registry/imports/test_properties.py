"""Whatever a roster holds: importing it again changes nothing, and nothing is half-applied."""

import tempfile
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from registry.imports import service
from registry.imports.cells import CellFault, code, date, names, text, whole_number
from registry.imports.scope import EVERYWHERE
from registry.models import Institution
from registry.operators import operator
from tests.registry.imports import files
from tests.registry.imports.rosters import TITLES
from tests.registry.imports.rosters import code as uscc

CELLS = {
    "机构名称": st.sampled_from(["甲医院", "乙医院", " 乙 医院", "丙医院（南院）", "丙医院(南院)", ""]),
    "统一社会信用代码": st.sampled_from(["", "", uscc(1), uscc(2), uscc(2).lower(), "123"]),
    "登记号": st.sampled_from(["", "", "PDY1", "PDY2"]),
    "机构类别代码": st.sampled_from(["A100", "综合医院", "A5.专科医院", "Z9"]),
    "医院级别": st.sampled_from(["", "三级", "三甲", "未定级", "二级合格"]),
    "医院等次": st.sampled_from(["", "甲等", "乙等", "未评"]),
    "行政区划代码": st.sampled_from(["500103", "500105", "渝中区", "340208", "500103001"]),
    "核定床位数": st.sampled_from(["", 0, "1,200", "许多"]),
    "第二名称": st.sampled_from(["", "甲院", "甲院；乙院"]),
    "主要机构": st.sampled_from(["", "", "甲医院", "乙医院"]),
}
ROWS = st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=6)
FACTS = [field.attname for field in Institution._meta.concrete_fields]


class RolledBack(Exception):
    pass


def register() -> list:
    return list(Institution.objects.order_by("pk").values_list(*FACTS))


@pytest.mark.django_db
@settings(
    max_examples=15,
    phases=(Phase.explicit, Phase.generate),  # shrinking would repeat whole imports for minutes
)
@given(rosters=st.lists(ROWS, min_size=1, max_size=3))
def test_any_rosters_imported_again_change_nothing(world, rosters):
    by = operator()
    with tempfile.TemporaryDirectory() as folder, pytest.raises(RolledBack), transaction.atomic():
        for number, rows in enumerate(rosters):
            sheet = [TITLES, *([one.get(title, "") for title in TITLES] for one in rows)]
            path = files.xlsx(Path(folder) / f"{number}.xlsx", sheet)
            batch = service.stage(path, path.name, by, EVERYWHERE)
            assert batch.rows == batch.staged_rows.count() <= len(rows)
            before = register()
            if batch.creates + batch.updates:
                service.apply(batch.pk, by, skip_bad_rows=True)
            else:
                assert register() == before
            after = register()
            again = service.stage(path, path.name, by, EVERYWHERE)
            assert (again.creates, again.updates) == (0, 0), [
                (row.number, row.action, row.differences) for row in again.staged_rows.order_by("number")
            ]
            assert register() == after
        raise RolledBack


@given(st.text() | st.floats() | st.integers() | st.dates() | st.booleans() | st.none())
@example("E\u00af")  # a spacing macron: its space goes, and what is left is one letter
def test_no_cell_breaks_a_converter_and_cleaning_is_final(raw):
    for convert in (text, code, whole_number, date, names):
        try:
            value, _ = convert(raw)
        except CellFault as fault:
            assert fault.message and fault.remedy
            continue
        if isinstance(value, str):
            assert convert(value)[0] == value
