"""Applying is one act: a fault leaves nothing behind, and two at once do not overwrite each other."""

import datetime as dt
import re
import threading
from pathlib import Path

import pytest
from django.db import connection

from registry.errors import Refused
from registry.imports import labels, service, undo, writing
from registry.imports.scope import EVERYWHERE
from registry.models import AuditEntry, ImportBatch, Institution, InstitutionName, Job
from registry.operators import operator
from tests.registry.imports import files
from tests.registry.imports.rosters import TITLES, row


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["update_changed", "insert_new", "add_second_names", "join_branches"])
def test_a_fault_in_the_middle_leaves_nothing(stage, imported, monkeypatch, step, run_jobs):
    imported(row("甲医院", 核定床位数=1))
    batch = stage(row("甲医院", 核定床位数=2, 第二名称="甲院"), row("乙医院", 第二名称="乙院"))
    before = AuditEntry.objects.filter(table_name="registry_institution").count()

    def broken(*_):
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(writing, step, broken)
        job = service.start_apply(batch.pk, by=batch.sent_by)
        run_jobs()
    job.refresh_from_db()
    assert job.state == Job.State.FAILED and "RuntimeError" in job.error
    assert list(Institution.objects.values_list("name", "beds")) == [("甲医院", 1)]
    assert not InstitutionName.objects.exists()
    assert AuditEntry.objects.filter(table_name="registry_institution").count() == before
    assert ImportBatch.objects.get(pk=batch.pk).state == "staged"
    service.apply(batch.pk, batch.sent_by)
    assert Institution.objects.count() == 2


@pytest.mark.django_db
def test_an_interrupted_reading_begins_again_from_the_file(stage, run_jobs):
    batch = stage(row("甲医院"), row("乙医院"))
    ImportBatch.objects.filter(pk=batch.pk).update(state="reading")
    service.reread(batch.pk, by=batch.sent_by)
    run_jobs()
    batch.refresh_from_db()
    assert (batch.state, batch.creates, batch.staged_rows.count()) == ("staged", 2, 2)


@pytest.mark.django_db(transaction=True)
def test_two_files_with_the_same_new_institution_applied_at_once(world, tmp_path):
    by = operator()
    batches = []
    for number in range(2):
        sheet = [TITLES, [row("甲医院").get(title, "") for title in TITLES]]
        path = files.xlsx(tmp_path / f"{number}.xlsx", sheet)
        batches.append(service.stage(path, path.name, by, EVERYWHERE))
    ended, together = [], threading.Barrier(2)

    def apply(pk):
        together.wait()
        try:
            ended.append(service.apply(pk, by).state)
        except Refused as refusal:
            ended.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=apply, args=[batch.pk]) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Institution.objects.count() == 1
    assert sorted(end == "applied" for end in ended) == [False, True]
    assert any("已经登记" in end for end in ended)


def test_every_rule_has_a_short_name():
    folder = Path(service.__file__).parent
    raised = set()
    for path in folder.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        raised |= set(re.findall(r'CellFault\(\s*"([a-z-]+)"', source))
        raised |= set(re.findall(r'\.(?:error|warn|decide)\(\s*\w+,\s*[\w"]+,\s*"([a-z-]+)"', source))
        raised |= set(re.findall(r'rule="([a-z-]+)"', source))
    assert len(raised) > 40
    assert raised <= labels.LABELS.keys()


@pytest.mark.django_db
def test_a_new_status_takes_the_day_of_the_old_one_with_it_and_an_undo_brings_it_back(stage, imported):
    imported(row("甲医院"), row("乙医院"))
    Institution.objects.filter(name="甲医院").update(status="closed", closed_on="2020-05-01")
    Institution.objects.filter(name="乙医院").update(reopened_on="2021-06-01")
    batch = stage(row("甲医院", 运营状态="开业"), row("乙医院", 运营状态="注销"))
    differences = [one.differences for one in batch.staged_rows.order_by("number")]
    assert differences == [
        {"运营状态": ["注销", "开业"], "注销日期": ["2020-05-01", ""]},
        {"运营状态": ["开业", "注销"], "恢复开业日期": ["2021-06-01", ""]},
    ]
    service.apply(batch.pk, batch.sent_by)
    days = Institution.objects.order_by("-name").values_list("status", "closed_on", "reopened_on")
    assert list(days) == [("open", None, None), ("closed", None, None)]
    undo.undo(batch.pk, batch.sent_by)
    assert list(days.all()) == [("closed", dt.date(2020, 5, 1), None), ("open", None, dt.date(2021, 6, 1))]
