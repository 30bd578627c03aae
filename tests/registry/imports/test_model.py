"""Any sequence of imports, edits, undos and repeated imports leaves the register as a plain model of it says."""

import tempfile
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from registry import audit
from registry.errors import Refused
from registry.imports import service, undo
from registry.imports.scope import EVERYWHERE
from registry.models import ImportBatch, Institution, InstitutionName
from registry.operators import operator
from tests.registry.imports import files
from tests.registry.imports.rosters import TITLES, code, row

WHO = st.integers(1, 3)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "who": WHO,
            "name": st.sampled_from(["", "新", "分"]),
            "beds": st.sampled_from(["", 1, 2]),
            "level": st.sampled_from(["", "二级", "三级甲等"]),
            "second": st.sampled_from(["", "又名", "别称"]),
        }
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one["who"],
)


@dataclass
class Facts:
    """An institution in the plain model; `touched` counts the acts on it."""

    name: str
    beds: int | None = None
    level: str = ""
    grade: str = ""
    names: dict[str, str] = field(default_factory=dict)
    touched: int = 0

    def shown(self) -> tuple:
        return self.name, self.beds, self.level, self.grade, tuple(sorted(self.names.items()))


@dataclass
class Written:
    """What one import did to one institution: how it was before (None: not there), and the act's number."""

    before: Facts | None
    touched: int


class Register(RuleBasedStateMachine):
    """The rules are the acts of people; after each the database must equal the model."""

    @initialize()
    def begin(self):
        self.by = operator()
        self.model: dict[int, Facts] = {}
        self.batches: dict[int, dict[int, Written]] = {}
        self.ticks = 0
        self.folder = tempfile.TemporaryDirectory()
        self.last = None

    def teardown(self):
        self.folder.cleanup()

    def _touch(self, who: int) -> int:
        self.ticks += 1
        self.model[who].touched = self.ticks
        return self.ticks

    def _file(self, rows: list[dict]) -> Path:
        lines = [
            row(
                f"第{one['who']}{one['name']}医院", 统一社会信用代码=code(one["who"]), 核定床位数=one["beds"],
                医院级别=one["level"], 第二名称=f"{one['who']}{one['second']}" if one["second"] else "",
            )
            for one in rows
        ]  # fmt: skip
        sheet = [TITLES, *([one.get(title, "") for title in TITLES] for one in lines)]
        return files.xlsx(Path(self.folder.name) / f"{self.ticks}.xlsx", sheet)

    def _state(self, one: dict) -> None:
        """One row of a file in the model."""
        name = f"第{one['who']}{one['name']}医院"
        second = f"{one['who']}{one['second']}" if one["second"] else ""
        held = self.model.get(one["who"])
        now = deepcopy(held) if held else Facts(name)
        if held and name != held.name and name not in held.names:
            now.names.setdefault(held.name, "former")
            now.name = name
        if one["beds"] != "":
            now.beds = one["beds"]
        if one["level"] == "三级甲等":
            now.level, now.grade = "3", "A"
        elif one["level"] and now.level != "2":
            now.level, now.grade = "2", ""
        if second and second not in (held.names if held else {}) and second != (held.name if held else name):
            now.names.setdefault(second, "second")
        if held is None or now.shown() != held.shown():
            self.model[one["who"]] = now
            self.pending[one["who"]] = Written(held, self._touch(one["who"]))

    @rule(rows=ROWS)
    def import_and_apply(self, rows):
        path = self._file(rows)
        self.pending: dict[int, Written] = {}
        for one in rows:
            self._state(one)
        batch = service.stage(path, path.name, self.by, EVERYWHERE)
        assert not batch.errors and not batch.decisions
        assert batch.creates + batch.updates == len(self.pending)
        if self.pending:
            service.apply(batch.pk, self.by)
            self.batches[batch.pk] = self.pending
        self.last = path

    @precondition(lambda self: self.last)
    @rule()
    def import_the_last_file_again(self):
        before = self._versions()
        batch = service.stage(self.last, self.last.name, self.by, EVERYWHERE)
        if batch.creates + batch.updates == 0:
            with pytest.raises(Refused, match="没有需要写入的内容"):
                service.apply(batch.pk, self.by)
        assert self._versions() == before, "nothing is written before the apply"

    @precondition(lambda self: self.model)
    @rule(data=st.data(), beds=st.integers(10, 12))
    def edit(self, data, beds):
        who = data.draw(st.sampled_from(sorted(self.model)))
        if self.model[who].beds == beds:
            return
        self.model[who].beds = beds
        self._touch(who)
        with audit.acting(self.by):
            Institution.objects.filter(uscc=code(who)).update(beds=beds)

    @precondition(lambda self: self.batches)
    @rule(data=st.data(), rest=st.booleans())
    def undo(self, data, rest):
        pk = data.draw(st.sampled_from(sorted(self.batches)))
        written = self.batches[pk]
        kept = {
            who
            for who, one in written.items()
            if who not in self.model or self.model[who].touched != one.touched
        }
        if (kept and not rest) or len(kept) == len(written):
            with pytest.raises(Refused):
                undo.undo(pk, self.by, rest=rest)
            return
        undo.undo(pk, self.by, rest=rest)
        for who in written.keys() - kept:
            before = written.pop(who).before
            if before is None:
                del self.model[who]
            else:
                self.model[who] = deepcopy(before)
                self._touch(who)
        if not written:
            del self.batches[pk]
        assert ImportBatch.objects.get(pk=pk).state == ("partly" if kept else "undone")

    @staticmethod
    def _versions() -> list:
        return list(Institution.objects.order_by("pk").values_list("pk", "version"))

    @invariant()
    def the_register_is_the_model(self):
        if not hasattr(self, "model"):
            return
        names: dict[int, dict[str, str]] = {}
        for pk, name, kind in InstitutionName.objects.order_by("pk").values_list(
            "institution", "name", "kind"
        ):
            names.setdefault(pk, {})[name] = kind
        held = {
            one.uscc: (one.name, one.beds, one.level, one.grade, tuple(sorted(names.get(one.pk, {}).items())))
            for one in Institution.objects.order_by("pk")
        }
        assert held == {code(who): facts.shown() for who, facts in self.model.items()}


class RolledBack(Exception):
    pass


@pytest.mark.long
@pytest.mark.django_db
def test_any_sequence_of_acts(world, monkeypatch):
    class Isolated(Register):
        """Every example begins with the same register."""

        def __init__(self):
            super().__init__()
            self.atomic = transaction.atomic()
            self.atomic.__enter__()

        def teardown(self):
            super().teardown()
            self.atomic.__exit__(RolledBack, RolledBack(), None)

    run_state_machine_as_test(
        Isolated,
        settings=settings(
            max_examples=20,
            stateful_step_count=10,
            deadline=None,
            derandomize=True,
            phases=(Phase.generate,),  # shrinking would repeat whole imports for minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
