"""`import_roster` as operators and programs use it."""

import json

import pytest
from django.core.management import call_command

from registry.models import Assignment, ImportBatch, Institution, User
from tests.actors import registry_admin_of, stranger
from tests.registry.imports import files
from tests.registry.imports.rosters import TITLES, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(world, tmp_path, capsys):
    def call(*rows, path=None, **options):
        if path is None:
            content = [TITLES, *([one.get(title, "") for title in TITLES] for one in rows)]
            path = files.xlsx(tmp_path / "名录.xlsx", content)
        status = 0
        try:
            call_command("import_roster", str(path), format="json", **options)
        except SystemExit as ended:
            status = ended.code
        out, err = capsys.readouterr()
        assert err == ""
        return status, json.loads(out)

    return call


def test_a_clean_file_is_previewed_then_applied_then_unchanged(run):
    status, preview = run(row("甲医院"), row("乙医院"))
    assert (status, preview["rows"], preview["create"], preview["applied"]) == (0, 2, 2, False)
    assert not Institution.objects.exists()
    status, done = run(row("甲医院"), row("乙医院"), apply=True)
    assert (status, done["create"], done["applied"]) == (0, 2, True)
    assert Institution.objects.count() == 2
    status, again = run(row("甲医院"), row("乙医院"), apply=True)
    assert (status, again["create"], again["update"], again["unchanged"]) == (0, 0, 0, 2)
    assert Institution.objects.count() == 2


def test_row_errors_give_status_1_and_write_nothing(run):
    status, answer = run(row("甲医院"), row("乙医院", 机构类别代码="Z9"), apply=True)
    assert (status, answer["applied"], answer["create"]) == (1, False, 1)
    assert answer["errors"] == [
        {
            "sheet": "名录",
            "row": 3,
            "column": "机构类别代码",
            "cell": "D3",
            "value": "Z9",
            "rule": "class-unknown",
            "message": "机构类别“Z9”不认识。",
            "remedy": "请填 WS 218 的类别代码或名称，例如 A100 或 综合医院。",
        }
    ]
    assert not Institution.objects.exists()


def test_decisions_count_as_errors_and_warnings_do_not(run):
    Institution.objects.all().delete()
    status, answer = run(row("甲医院", 行政区划代码="340208"), row(" 乙医院"))
    assert (status, len(answer["warnings"]), answer["repaired"]) == (0, 1, 1)
    run(row("甲医院", 登记号="PDY1"), apply=True)
    status, answer = run(row("甲医院", 登记号="PDY2"))
    assert (status, [one["rule"] for one in answer["decisions"]]) == (1, ["match-undecided"])


def test_a_refused_file_gives_status_2_and_the_reason(run, tmp_path):
    path = tmp_path / "名录.xlsx"
    path.write_bytes(b"<html><table></table></html>")
    status, answer = run(path=path)
    assert status == 2
    assert "网页" in answer["refused"] and answer["applied"] is False and answer["errors"] == []


def test_a_file_that_is_not_there_is_refused(run, tmp_path):
    status, answer = run(path=tmp_path / "none.xlsx")
    assert (status, "找不到文件" in answer["refused"]) == (2, True)


def test_a_table_without_header_is_refused(run, tmp_path):
    status, answer = run(path=files.xlsx(tmp_path / "a.xlsx", [["甲", "乙"], ["丙", "丁"]]))
    assert (status, "表头" in answer["refused"]) == (2, True)


def test_by_default_the_recorded_operator_acts_everywhere(run):
    run(row("甲医院"), row("乙医院", 行政区划代码="340202"), apply=True)
    operator = User.objects.get(username="operator")
    assert not operator.is_active and not operator.has_usable_password()
    assert ImportBatch.objects.get().applied_by == operator
    assert not Assignment.objects.exists()


def test_as_a_person_the_area_is_the_persons(run, world):
    person = registry_admin_of(world.authority("渝中区"), username="tan")
    status, answer = run(row("甲医院"), row("乙医院", 行政区划代码="340202"), username=person.username)
    assert (status, [one["rule"] for one in answer["errors"]]) == (1, ["outside-area"])


@pytest.mark.parametrize(("name", "words"), [("stranger", "没有导入"), ("nobody", "没有用户名")])
def test_who_may_not_import_is_told_so_with_2_since_1_would_say_that_rows_are_wrong(run, name, words):
    stranger(username="stranger")
    status, answer = run(row("甲医院"), username=name)
    assert (status, words in answer["refused"], answer["applied"]) == (2, True, False)


def test_as_text_for_a_terminal(world, tmp_path, capsys):
    path = files.xlsx(
        tmp_path / "a.xlsx", [TITLES, [row("甲医院", 机构类别代码="Z9").get(t, "") for t in TITLES]]
    )
    with pytest.raises(SystemExit):
        call_command("import_roster", str(path))
    assert "错误 D2 机构类别“Z9”不认识。" in capsys.readouterr().out
