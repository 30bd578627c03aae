"""Fixtures of the look."""

import pytest
from django.template import engines


class Undefined(str):
    """Stands for an undefined variable and fails as soon as a template prints it."""

    __slots__ = ()

    def __contains__(self, item):
        return True

    def __mod__(self, name):
        raise AssertionError(f"undefined template variable {name}")


@pytest.fixture
def strict_templates(monkeypatch):
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", Undefined("%s"))
