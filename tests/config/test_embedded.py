"""The embedded database survives what happens on a desk: kills, stale files, everybody starting at once."""

import os
import signal
import stat
import subprocess
from importlib.util import find_spec

import psutil
import pytest

from config.embedded.place import EmbeddedDatabaseError, own_folder
from tests.servers import wait_for

pytestmark = pytest.mark.machine


@pytest.fixture
def running(cluster):
    cluster.ensure()
    cluster.query("create table kept (value int)")
    cluster.query("insert into kept select generate_series(1, 1000)")
    return cluster


def kept(cluster) -> str:
    return cluster.query("select count(*) from kept")


def kill(cluster) -> None:
    os.kill(cluster.postmaster(), signal.SIGKILL)


def test_a_cold_start_makes_a_database_that_only_its_owner_can_reach(cluster):
    cluster.ensure()
    assert cluster.query("select 1 from pg_database where datname = 'yilianti'") == "1"
    assert cluster.query("show listen_addresses") == ""
    assert stat.S_IMODE(cluster.place.sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE(cluster.place.data.stat().st_mode) == 0o700


def test_the_server_never_runs_as_root_and_makes_no_account(running):
    assert psutil.Process(running.postmaster()).uids().real != 0


def test_a_server_already_running_is_left_as_it_is(running):
    before = running.postmaster()
    running.ensure()
    assert running.postmaster() == before


def test_names_are_compared_by_code_point_and_kept_as_utf8(running):
    assert running.query("select '北京' < '重庆', length('医联体')") == "t|3"


def test_what_was_committed_is_there_after_a_kill(running):
    kill(running)
    running.ensure()
    assert kept(running) == "1000"


def test_a_stale_pid_file_with_a_living_stranger_is_not_believed(running):
    kill(running)
    wait_for(lambda: not list(running._processes()), "the orphans stayed")
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        pid_file = running.place.data / "postmaster.pid"
        lines = pid_file.read_text().split("\n")
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        lock = running._socket().with_name(f"{running._socket().name}.lock")
        lock.write_text(f"{stranger.pid}\n")
        assert running.postmaster() is None
        running.ensure()
        assert kept(running) == "1000"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_it_comes_back_each_time_it_is_killed(running):
    for _ in range(3):
        kill(running)
        running.ensure()
        assert kept(running) == "1000"


def test_a_half_made_data_folder_is_made_again(cluster):
    unfinished = own_folder(cluster.place.home / "data.new", 0o700, cluster.place.account)
    (unfinished / "PG_VERSION").write_text("18\n")
    cluster.ensure()
    assert cluster.running()


def test_a_swept_away_socket_does_not_lock_the_owner_out(running, monkeypatch):
    monkeypatch.setattr("config.embedded.cluster.SOCKET_SECONDS", 0.2)
    running._socket().unlink()
    running.ensure()
    assert kept(running) == "1000"


def test_data_of_another_version_is_left_alone_and_explained(running):
    running.stop()
    version = running.place.data / "PG_VERSION"
    version.write_text("16\n")
    with pytest.raises(EmbeddedDatabaseError, match="PostgreSQL 16"):
        running.ensure()
    version.write_text("18\n")


def test_it_stops_only_when_nobody_else_is_connected(running):
    address = ["-h", str(running.place.sockets), "-U", "postgres", "-X"]
    command = [running.place.binaries / "psql", *address, "-c", "select pg_sleep(60)", "yilianti"]
    guest = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: running.clients() == 1, "the guest did not connect")
    assert not running.stop_if_idle()
    assert running.running()
    running.query("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()")
    guest.wait(10)
    assert running.stop_if_idle()
    assert not running.running()


def test_four_programs_at_once_share_one_server_on_a_cold_start(cluster, manage, environment):
    ask = (
        "from django.db import connection as c; k = c.cursor(); k.execute('select 1'); print(k.fetchone()[0])"
    )
    started = [
        subprocess.Popen(
            [*manage, "shell", "-v", "0", "-c", ask], env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    answers = [process.communicate(timeout=120)[0].strip() for process in started]
    assert answers == ["1"] * 4
    servers = [process for process in cluster._processes() if process.pid == cluster.postmaster()]
    assert len(servers) == 1


def test_a_folder_that_somebody_else_prepared_is_refused(tmp_path):
    if os.geteuid() == 0:
        os.chown(tmp_path, 65534, 65534)
        with pytest.raises(EmbeddedDatabaseError, match="其他用户"):
            own_folder(tmp_path, 0o700)
    link = tmp_path / "link"
    link.symlink_to("/tmp")
    with pytest.raises(EmbeddedDatabaseError, match="其他用户"):
        own_folder(link, 0o700)


def test_psycopg_3_is_absent_because_django_would_prefer_it_silently():
    assert find_spec("psycopg") is None
