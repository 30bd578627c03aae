"""A job is a row that can be watched: never run twice at once, never lost, honest about its end."""

import threading

import pytest
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from registry import jobs
from registry.errors import Refused
from registry.models import AuditEntry, Job
from tests.factories import InstitutionFactory, UserFactory


def queued(**values) -> Job:
    return Job.objects.create(
        kind="test", title="测试任务", task="test.nothing", owner=UserFactory(), **values
    )


@pytest.mark.django_db
class TestEndings:
    def test_a_job_that_returns_is_done_with_its_result_and_count(self):
        job = queued()
        jobs.run(job.pk, lambda job: jobs.advance(job, 3, 3, "写入") or {"written": 3})
        job.refresh_from_db()
        assert (job.state, job.done, job.percent, job.result) == ("done", 3, 100, {"written": 3})
        assert job.finished_at is not None

    def test_a_refusal_is_told_in_its_own_words(self):
        def work(job):
            raise Refused("第 3 行缺少机构名称。")

        job = queued()
        jobs.run(job.pk, work)
        job.refresh_from_db()
        assert (job.state, job.error) == ("failed", "第 3 行缺少机构名称。")

    def test_a_fault_of_ours_fails_the_job_without_showing_its_insides(self):
        job = queued()
        jobs.run(job.pk, lambda job: 1 / 0)
        job.refresh_from_db()
        assert job.state == "failed"
        assert "division" not in job.error
        assert "任务号" in job.error

    def test_trouble_of_the_database_leaves_the_job_for_the_sweep(self):
        def work(job):
            raise OperationalError("connection lost")

        job = queued()
        with pytest.raises(OperationalError):
            jobs.run(job.pk, work)
        job.refresh_from_db()
        assert job.state == "running"

    def test_a_finished_job_is_not_run_again_by_a_second_message(self):
        job, runs = queued(), []
        jobs.run(job.pk, lambda job: runs.append(1))
        jobs.run(job.pk, lambda job: runs.append(1))
        assert runs == [1]

    def test_cancelling_stops_at_the_next_report(self):
        job, steps = queued(), []

        def work(job):
            for step in range(5):
                steps.append(step)
                if step == 1:
                    jobs.cancel(job.pk, by=job.owner)
                jobs.advance(job, step, 5)

        jobs.run(job.pk, work)
        job.refresh_from_db()
        assert (job.state, steps) == ("cancelled", [0, 1])

    def test_a_stop_that_came_too_late_does_not_hide_that_everything_was_done(self):
        job = queued()

        def work(job):
            jobs.advance(job, 5, 5)
            jobs.cancel(job.pk, by=job.owner)
            return {"written": 5}

        jobs.run(job.pk, work)
        job.refresh_from_db()
        assert (job.state, job.result) == ("done", {"written": 5})

    def test_what_a_job_writes_carries_its_owner_and_number(self):
        job = queued()
        jobs.run(job.pk, lambda job: {"id": InstitutionFactory().pk})
        entry = AuditEntry.objects.filter(table_name="registry_institution").latest("pk")
        assert (entry.actor_id, entry.context["job"]) == (job.owner_id, job.pk)


@pytest.mark.django_db
def test_one_unfinished_job_per_scope_and_the_refusal_names_it():
    jobs.start_job("import", "导入重庆名录", task="test.nothing", by=UserFactory(), scope="500000")
    with pytest.raises(Refused, match="导入重庆名录"):
        jobs.start_job("import", "再导一次", task="test.nothing", by=UserFactory(), scope="500000")
    Job.objects.update(state="done")
    jobs.start_job("import", "再导一次", task="test.nothing", by=UserFactory(), scope="500000")


@pytest.mark.django_db
def test_strangers_cannot_see_or_cancel_a_job():
    job, other = queued(), UserFactory()
    assert list(Job.objects.visible_to(other)) == []
    with pytest.raises(Refused):
        jobs.cancel(job.pk, by=other)


@pytest.mark.django_db
class TestSweep:
    @pytest.fixture
    def sent(self, monkeypatch):
        sent = []
        monkeypatch.setattr(jobs, "send", sent.append)
        return sent

    def test_a_job_just_sent_is_left_alone(self, sent):
        queued(sent_at=timezone.now())
        assert jobs.sweep() == []

    def test_a_lost_message_is_sent_again(self, sent):
        job = queued(sent_at=timezone.now() - jobs.RESEND_AFTER * 2)
        jobs.sweep()
        assert sent == [job.pk]

    def test_a_dead_workers_job_is_sent_again_and_given_up_in_the_end(self, sent):
        job = queued(state="running", attempts=1)
        jobs.sweep()
        assert sent == [job.pk]
        Job.objects.update(attempts=jobs.MAX_ATTEMPTS)
        jobs.sweep()
        job.refresh_from_db()
        assert (job.state, sent) == ("failed", [job.pk])
        assert "多次中断" in job.error


@pytest.mark.django_db
def test_whoever_watches_reads_that_the_work_was_broken_off_and_goes_on(client):
    job = queued(state=Job.State.RUNNING, attempts=1, total=10)
    client.force_login(job.owner)
    address = reverse("registry:job_detail", args=[job.pk])
    assert "中断" not in client.get(address).text
    Job.objects.update(attempts=3)
    assert "工作进程中断过 2 次，任务已自动接着做" in client.get(address).text


@pytest.mark.django_db(transaction=True)
def test_two_workers_given_the_same_job_run_it_once():
    job, runs = queued(), []
    inside, go_on = threading.Event(), threading.Event()

    def work(job):
        runs.append(1)
        inside.set()
        go_on.wait(10)

    def first():
        jobs.run(job.pk, work)
        connection.close()

    worker = threading.Thread(target=first)
    worker.start()
    assert inside.wait(10)
    jobs.run(job.pk, work)  # the second delivery
    assert jobs.sweep() == []  # alive: its lock is held
    go_on.set()
    worker.join(10)
    job.refresh_from_db()
    assert (runs, job.state) == ([1], "done")
