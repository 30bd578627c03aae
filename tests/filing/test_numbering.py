"""Numbers: written in whatever style, moved on by what is imported, never given again."""

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from filing import numbering
from filing.models import Filing, NumberSeries
from tests.factories.registry import AuthorityFactory


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("医联备〔2020〕500000-0021号", (2020, 21)),
        ("渝卫医联备〔2019〕12号", (2019, 12)),
        ("备2020-0137", (2020, 137)),
        ("2018年第3号", (2018, 3)),
        ("20191231", None),
        ("无编号", None),
        ("", None),
        ("2020-000000000012345678", None),
    ],
)
def test_year_and_serial_of_a_number(text, expected):
    assert numbering.year_and_number(text) == expected


@pytest.mark.django_db
def test_an_imported_number_moves_the_counter_on():
    authority = AuthorityFactory()
    numbering.move_on(authority, ["医联备〔2020〕500000-0021号", "渝卫〔2020〕7号", "渝卫〔2019〕40号", "无"])
    numbering.move_on(authority, ["渝卫〔2020〕3号"])
    assert dict(NumberSeries.objects.values_list("year", "last")) == {2020: 21, 2019: 40}
    with time_machine.travel("2020-06-01T10:00:00+08:00"):
        number = numbering.take_registration_number(Filing(authority=authority))
    assert number == f"医联备〔2020〕{authority.code}-0022号"


@pytest.mark.django_db
def test_the_year_of_issue_is_that_of_shanghai():
    filing = Filing(authority=AuthorityFactory(), kind="establish")
    with time_machine.travel("2020-12-31T16:30:00+00:00"):
        assert numbering.take_case_number(filing) == "备2021-0001"


@given(st.integers(0, 2**64))
def test_a_code_typed_again_is_found(_):
    code = numbering.new_verification_code()
    assert numbering.normal_code(f" {code.lower().replace('-', ' ')} ") == code
    assert not set(code) & set("01OIL")


def test_what_is_no_code_finds_nothing():
    assert numbering.normal_code("ABC") == ""
