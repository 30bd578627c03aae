"""kill -9 of a real worker at every stage of an import: taken up again by the next one, never half-applied."""

import pytest

from registry.imports import service, undo
from registry.models import AuditEntry, ImportBatch, Institution, InstitutionName
from tests.config.test_worker import environment  # noqa: F401  the same broker and database
from tests.killing import ended, workers  # noqa: F401
from tests.registry.imports.rosters import row

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.machine,
    pytest.mark.parametrize("environment", ["folders"], indirect=True),
]
ROWS = [row("甲医院", 核定床位数=2, 第二名称="甲院"), row("乙医院"), row("分院", 主要机构="乙医院")]


@pytest.mark.parametrize(
    "stop",
    [
        "registry.imports.queue.take_turn",
        "registry.imports.writing.update_changed",
        "registry.imports.writing.insert_new",
        "registry.imports.writing.join_branches",
        "registry.imports.applying.apply",  # committed, but nobody was told
    ],
)
def test_applying(workers, imported, stage, stop):  # noqa: F811
    imported(row("甲医院", 核定床位数=1))
    batch = stage(*ROWS)
    before = AuditEntry.objects.filter(table_name="registry_institution").count()
    job = service.start_apply(batch.pk, by=batch.sent_by)
    workers.killed_at(stop, workers.post_jobs)
    committed = stop.endswith("applying.apply")
    assert ended(job) is False and job.state == "running"
    assert Institution.objects.count() == (3 if committed else 1)
    assert ImportBatch.objects.get(pk=batch.pk).state == ("applied" if committed else "staged")
    workers.finish(job)
    assert (job.state, job.attempts) == ("done", 2), job.error
    assert ImportBatch.objects.get(pk=batch.pk).state == "applied"
    assert sorted(Institution.objects.values_list("name", "beds", "version")) == [
        ("乙医院", None, 1), ("分院", None, 1), ("甲医院", 2, 2),
    ]  # fmt: skip
    assert InstitutionName.objects.count() == 1
    entries = AuditEntry.objects.filter(table_name="registry_institution", context__batch=batch.pk)
    assert entries.count() == AuditEntry.objects.filter(table_name="registry_institution").count() - before
    # Two new rows; one changed, one joined to its main institution, one whose second name can now be searched for.
    assert sorted(entries.values_list("action", flat=True)) == ["INSERT"] * 2 + ["UPDATE"] * 3


def test_reading(workers, stage):  # noqa: F811
    batch = stage(*ROWS)
    job = service.reread(batch.pk, by=batch.sent_by).job
    workers.killed_at("registry.imports.staging._send", workers.post_jobs)
    assert ImportBatch.objects.get(pk=batch.pk).state == "reading"
    workers.finish(job)
    batch.refresh_from_db()
    assert (job.state, batch.state, batch.rows, batch.staged_rows.count()) == ("done", "staged", 3, 3)


def test_undoing(workers, imported):  # noqa: F811
    imported(row("甲医院", 核定床位数=1))
    batch = imported(*ROWS)
    job = undo.start_undo(batch.pk, by=batch.sent_by)
    workers.killed_at("registry.imports.restoring.remove_created", workers.post_jobs)
    assert Institution.objects.count() == 3 and Institution.objects.get(name="甲医院").beds == 2
    workers.finish(job)
    assert (job.state, job.attempts) == ("done", 2), job.error
    assert [(one.name, one.beds) for one in Institution.objects.all()] == [("甲医院", 1)]
    assert not InstitutionName.objects.exists()
