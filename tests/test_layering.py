"""The one direction of knowledge: evaluation → filing → grids → registry; nobody imports config."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ORDER = ["registry", "grids", "filing", "evaluation"]


def _imports(path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("app", ORDER)
def test_an_app_imports_only_itself_and_what_stands_below_it(app):
    forbidden = {*ORDER[ORDER.index(app) + 1 :], "config"}
    wrong = [
        f"{path.relative_to(settings.BASE_DIR)} imports {name}"
        for path in (settings.BASE_DIR / app).rglob("*.py")
        for name in _imports(path)
        if name.split(".")[0] in forbidden
    ]
    assert wrong == []


@pytest.mark.parametrize("app", ORDER)
def test_foreign_keys_point_downwards(app):
    forbidden = set(ORDER[ORDER.index(app) + 1 :])
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and field.related_model
        and field.related_model._meta.app_label in forbidden
    ]
    assert wrong == []


def test_only_access_knows_guardian():
    users = {
        str(path.relative_to(settings.BASE_DIR))
        for app in ORDER
        for path in (settings.BASE_DIR / app).rglob("*.py")
        for name in _imports(path)
        if name.split(".")[0] == "guardian"
    }
    assert users == {"registry/access.py"}
