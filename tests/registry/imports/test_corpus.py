"""Every bad file gets the one answer that helps its sender."""

import pytest

from registry.imports import service
from registry.imports.limits import FileRefused
from registry.imports.scope import EVERYWHERE
from registry.operators import operator
from tests.registry.imports.corpus import CASES


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_sender_gets_the_answer(case, tmp_path, request):
    path = case.build(tmp_path / "名录.xlsx")
    if case.refused:
        with pytest.raises(FileRefused, match=case.refused.replace("（", ".").replace("）", ".")):
            service.stage(path, path.name, operator(), EVERYWHERE)
        return
    request.getfixturevalue("world")
    batch = service.stage(path, path.name, operator(), EVERYWHERE)
    issues = batch.issues.order_by("row", "letter", "id")
    assert {f"{issue.cell or issue.row} {issue.rule}" for issue in issues} == set(case.found)
    assert batch.rows == case.rows
    assert all(len(issue.message) < 200 for issue in issues), "a huge value is shortened where it is repeated"


def test_the_corpus_is_worth_its_name():
    assert len({case.name for case in CASES}) == len(CASES) >= 40
