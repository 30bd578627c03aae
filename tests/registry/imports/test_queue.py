"""One act at a time in an area: the others wait, see for whom, and go on by themselves."""

import threading

import pytest
from celery import current_app
from django.db import connection, transaction

from registry import jobs
from registry.imports import areas, queue, service, writing
from registry.imports.scope import EVERYWHERE, scope_of
from registry.models import Institution, Job
from tests.actors import registry_admin_of
from tests.registry.imports.rosters import row


@pytest.fixture
def people(world):
    places = ("重庆市", "渝中区", "江北区", "安徽省")
    bureaus = {}
    for name in places:
        bureaus[name] = world.authority(name)
    for name, parent in (("渝中区", "重庆市"), ("江北区", "重庆市")):
        bureaus[name].parent = bureaus[parent]
        bureaus[name].path = f"{bureaus[parent].path}{bureaus[name].path.strip('/')}/"
        bureaus[name].save()
    return {name: registry_admin_of(bureau) for name, bureau in bureaus.items()}


@pytest.fixture
def asked(people, stage):
    """Ask for an apply by the administrator of a place; returns the job."""

    def ask(place: str, division: str) -> Job:
        batch = stage(row(f"{place}医院", 行政区划代码=division), by=people[place], name=f"{place}.xlsx")
        return service.start_apply(batch.pk, by=people[place])

    return ask


def ahead(job) -> list[str]:
    return [one.title for one in queue.ahead_of(job)]


@pytest.mark.django_db
def test_who_waits_for_whom(asked):
    county = asked("渝中区", "500103")
    neighbour = asked("江北区", "500105")
    above = asked("重庆市", "500103")
    elsewhere = asked("安徽省", "340202")
    assert ahead(county) == ahead(neighbour) == ahead(elsewhere) == []
    assert ahead(above) == ["应用 渝中区.xlsx", "应用 江北区.xlsx"]


@pytest.mark.django_db
def test_whoever_waits_sees_it_and_goes_on_when_it_is_his_turn(
    asked, people, client, run_jobs, django_capture_on_commit_callbacks, monkeypatch
):
    first, second = asked("渝中区", "500103"), asked("重庆市", "500103")
    current_app.loader.import_default_modules()
    task = current_app.tasks[second.task]
    task(second.pk)  # its message came first
    second.refresh_from_db()
    assert (second.state, second.phase, second.attempts) == ("queued", "前面还有 1 件", 0)
    client.force_login(people["重庆市"])
    page = client.get(second.result_url)
    assert "排在第 2 位" in page.text and "应用 渝中区.xlsx" in page.text and "停止" in page.text
    sent = []
    monkeypatch.setattr(jobs, "send", sent.append)
    with django_capture_on_commit_callbacks(execute=True):
        task(first.pk)
    assert sent == [second.pk], "the end of one calls the next"
    task(second.pk)
    assert Institution.objects.count() == 2


@pytest.mark.django_db
def test_a_cancelled_act_frees_those_behind_it(
    asked, people, django_capture_on_commit_callbacks, monkeypatch
):
    first, second = asked("渝中区", "500103"), asked("重庆市", "500103")
    sent = []
    monkeypatch.setattr(jobs, "send", sent.append)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.cancel(first.pk, by=people["渝中区"])
    assert sent == [second.pk]


@pytest.mark.django_db
def test_areas_of_a_person_with_two_places(people, world):
    assert len(areas.areas_of(scope_of(people["重庆市"]))) == 1
    assert areas.areas_of(EVERYWHERE) == [""]
    assert areas.overlap(["/1/2/"], ["/1/"]) and areas.overlap([""], ["/1/"])
    assert not areas.overlap(["/1/2/"], ["/1/3/", "/2/"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (["/1/2/"], ["/1/3/"], True),
        (["/1/2/"], ["/1/"], False),
        (["/1/"], ["/1/2/3/"], False),
        ([""], ["/9/"], False),
        (["/1/2/", "/1/4/"], ["/1/3/"], True),
        (["/1/2/"], ["/1/2/"], False),
    ],
)
def test_locks_keep_apart_what_contains_each_other(one, other, together):
    entered = threading.Event()

    def enter():
        with transaction.atomic():
            areas.hold(other)
            entered.set()
        connection.close()

    with transaction.atomic():
        areas.hold(one)
        thread = threading.Thread(target=enter)
        thread.start()
        assert entered.wait(5 if together else 0.3) is together
    thread.join()
    assert entered.is_set()


@pytest.fixture
def outside():
    """A statement by another connection, as other people's are."""

    def execute(sql: str, *parameters) -> list:
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute(sql, parameters)
                return cursor.fetchall() if cursor.description else []
        finally:
            other.close()

    return execute


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_the_one_transaction_is_open(stage, monkeypatch, outside):
    batch = stage(row("甲医院"))
    job = service.start_apply(batch.pk, by=batch.sent_by)
    current_app.loader.import_default_modules()
    seen, inner = [], writing.insert_new

    def look(batch):
        seen.extend(outside("SELECT state, phase, total FROM registry_job WHERE id = %s", job.pk))
        seen.extend(outside("SELECT count(*) FROM registry_institution"))
        return inner(batch)

    monkeypatch.setattr(writing, "insert_new", look)
    current_app.tasks[job.task](job.pk)
    assert seen == [("running", "正在写入新增", 1), (0,)]
    assert Institution.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_whoever_stops_it_in_the_middle_of_writing_finds_nothing_written(stage, monkeypatch, outside):
    batch = stage(row("甲医院"))
    job = service.start_apply(batch.pk, by=batch.sent_by)
    current_app.loader.import_default_modules()
    inner = writing.insert_new

    def stop(batch):
        outside("UPDATE registry_job SET state = 'cancelled', finished_at = now() WHERE id = %s", job.pk)
        return inner(batch)

    monkeypatch.setattr(writing, "insert_new", stop)
    current_app.tasks[job.task](job.pk)
    batch.refresh_from_db()
    assert (batch.state, Institution.objects.count()) == ("staged", 0)
