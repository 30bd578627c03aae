"""`manage.py db`: what an operator does to the database."""

import subprocess

import pytest

from tests.servers import temporary_home

pytestmark = pytest.mark.machine


@pytest.fixture
def db(manage, environment):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*manage, "db", *arguments], env=environment, capture_output=True, text=True, check=False
        )

    return run


@pytest.fixture
def sql(cluster):
    def run(statement: str) -> str:
        return cluster._run("psql", *cluster._address(), "-XAtqc", statement, "yilianti").stdout.strip()

    return run


def test_an_operator_starts_backs_up_restores_and_stops(db, sql, cluster):
    assert db("status").returncode == 3
    assert db("stop").stdout.strip() == "数据库没有在运行。"
    assert "正在运行" in db("start").stdout
    sql("create table filing (number text); insert into filing values ('渝卫备〔2026〕1号')")
    with temporary_home() as folder:
        file = folder / "今天.dump"
        assert db("backup", str(file)).returncode == 0
        assert file.stat().st_mode & 0o777 == 0o600
        sql("update filing set number = 'lost'; create table later (x int)")

        assert "--yes" in db("restore", str(file)).stderr
        assert db("restore", str(file), "--yes").returncode == 0
        assert sql("select number from filing") == "渝卫备〔2026〕1号"
        assert sql("select to_regclass('later') is null") == "t"

        damaged = folder / "damaged.dump"
        damaged.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        assert db("restore", str(damaged), "--yes").returncode != 0
        assert sql("select number from filing") == "渝卫备〔2026〕1号"

        command = [cluster.place.binaries / "psql", *cluster._address(), "-X", "yilianti"]
        guest = subprocess.Popen(command, stdin=subprocess.PIPE)
        refused = db("restore", str(file), "--yes")
        guest.communicate(timeout=10)
        assert "先停止" in refused.stderr
        assert sorted(path.name for path in folder.iterdir()) == ["damaged.dump", "今天.dump"]
    assert "已停止" in db("stop").stdout
    assert not cluster.running()


def test_a_server_that_is_not_ours_is_neither_started_nor_stopped(manage, environment):
    other = environment | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere"}
    for action in ("start", "stop"):
        done = subprocess.run([*manage, "db", action], env=other, capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert "DATABASE_URL" in done.stderr
