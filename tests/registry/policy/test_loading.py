"""Packs in the database: publishing, keeping versions, listing, and giving a verdict again."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from registry.models import PolicyDocument, Rule
from registry.policy.library import current_book
from registry.policy.load import FOLDER, load_packs

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    """A folder with Chongqing's pack and its parents, to be edited."""
    (tmp_path / "texts").mkdir()
    for name in ("chongqing-2018", "chongqing-2018-annex-1", "national-2017-32", "national-2018-28"):
        (tmp_path / f"{name}.toml").write_text(
            (FOLDER / f"{name}.toml").read_text(encoding="utf-8"), encoding="utf-8"
        )
    text = (FOLDER / "texts" / "chongqing-2018.txt").read_text(encoding="utf-8")
    (tmp_path / "texts" / "chongqing-2018.txt").write_text(text, encoding="utf-8")
    return tmp_path


def _edit(folder, old: str, new: str) -> None:
    path = folder / "chongqing-2018.toml"
    source = path.read_text(encoding="utf-8")
    assert old in source
    path.write_text(source.replace(old, new), encoding="utf-8")


def test_loading_again_changes_nothing(folder):
    first, second = load_packs(folder), load_packs(folder)
    assert (first["published"], first["changed"]) == (94, 4)
    assert (second["published"], second["retired"], second["changed"]) == (0, 0, 0)
    assert {p.code for p in PolicyDocument.objects.get(code="chongqing-2018").parents.all()} == {
        "national-2017-32", "national-2018-28"
    }  # fmt: skip


def test_a_changed_rule_is_a_new_version_and_the_old_one_is_kept(folder):
    load_packs(folder)
    old = Rule.objects.in_force().get(provision="CQ-53")
    _edit(folder, "at_least = 20", "at_least = 30")
    assert load_packs(folder)["published"] == 1
    new = Rule.objects.in_force().get(provision="CQ-53")
    old.refresh_from_db()
    assert old.retired_at is not None
    assert (old.body["params"]["at_least"], new.body["params"]["at_least"]) == (20, 30)
    rule = next(r for r in current_book().packs["chongqing-2018"].rules if r.id == "CQ-53")
    assert rule.version == new.version


def test_a_changed_list_of_named_institutions_is_a_new_version_of_the_rules_that_use_it(folder):
    load_packs(folder)
    _edit(folder, '[[named.regions]]\nname = "西北"', '[[named.regions]]\nname = "川渝"')
    assert load_packs(folder)["published"] == 1
    assert Rule.objects.filter(provision="CQ-75").count() == 2


def test_a_rule_no_longer_in_the_pack_is_retired(folder):
    load_packs(folder)
    source = (folder / "chongqing-2018.toml").read_text(encoding="utf-8")
    last = source.rindex("[[rule]]")
    (folder / "chongqing-2018.toml").write_text(source[:last], encoding="utf-8")
    assert load_packs(folder)["retired"] == 1
    assert Rule.objects.in_force().count() == 93


def _list(*args) -> str:
    out = StringIO()
    call_command("list_provisions", *args, stdout=out)
    return out.getvalue()


def test_every_provision_is_listed_with_its_handling():
    load_packs()
    rows = json.loads(_list("--format", "json"))
    assert len(rows) == 379
    by_id = {row["id"]: row for row in rows}
    assert by_id["CQ-19"]["check"] == "member_kinds_at_least"
    assert by_id["CQ-19"]["handling"] == "check"
    assert (by_id["CQ-02"]["check"], by_id["CQ-02"]["handling"]) == (None, "checklist")
    assert len(json.loads(_list("--pack", "yunnan", "--format", "json"))) == 60
    assert "共 379 条" in _list()


def test_an_unknown_pack_is_refused_by_name():
    load_packs()
    with pytest.raises(CommandError, match="没有政策文件 sichuan"):
        _list("--pack", "sichuan")
    with pytest.raises(CommandError, match="没有政策文件"):
        _list("--pack", "")


def test_the_page_of_all_documents_is_not_written_for_one():
    with pytest.raises(CommandError, match="请去掉 --pack"):
        _list("--pack", "yunnan", "--format", "markdown")
