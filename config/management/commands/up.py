"""`manage.py up`: everything the product needs, in the foreground, until Ctrl-C."""

import fcntl
import time
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any, TextIO

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from config import broker
from config.embedded.cluster import embedded_cluster
from config.launcher.address import listen
from config.launcher.preparation import prepare_database
from config.launcher.services import end_leftovers
from config.launcher.supervisor import Supervisor, services


class Command(BaseCommand):
    help = "启动数据库、网站、后台任务与定时任务，意外退出的会自动重启；按 Ctrl-C 停止。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="监听地址（默认 127.0.0.1）")
        parser.add_argument("--port", type=int, default=8000, help="端口，被占用时顺延（默认 8000）")
        parser.add_argument("--without-demo", action="store_true", help="首次启动时不载入演示省份")

    def handle(self, *, host: str, port: int, without_demo: bool, **options: object) -> None:
        settings.LOCAL_DIR.mkdir(parents=True, exist_ok=True)
        with (settings.LOCAL_DIR / "launcher.lock").open("a+") as lock:
            self._take(lock)
            try:
                self._run(lock, host, port, demo=not (without_demo or settings.PRODUCTION))
            except KeyboardInterrupt:
                self.say("已中断，下次启动时继续。")
            finally:
                connections.close_all()
                self._stop_database()

    def _run(self, lock: TextIO, host: str, port: int, *, demo: bool) -> None:
        begun = time.monotonic()
        mark = str(settings.LOCAL_DIR.resolve())
        if end_leftovers(mark):
            self.say("已结束上次异常退出时残留的进程。")
        broker.sweep()
        prepare_database(self.say, demo=demo)
        connections.close_all()
        with listen(host, port) as listener:
            actual = listener.getsockname()[1]
            if actual != port:
                self.say(f"端口 {port} 已被占用，改用 {actual}。")
            address = f"http://{f'[{host}]' if ':' in host else host}:{actual}/"
            print(address, file=lock, flush=True)
            local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (only translated)
            supervisor = Supervisor(services(listener, mark), self.say)
            supervisor.run((local, actual), lambda: self._announce(address, time.monotonic() - begun))

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def _take(self, lock: TextIO) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            address = lock.read().strip()
            raise CommandError(f"本目录的程序已在运行：{address or '正在启动'}。") from None
        lock.truncate(0)

    def _announce(self, address: str, seconds: float) -> None:
        self.say(f"\n医联体备案与网格化监管平台已启动（用时 {seconds:.0f} 秒）：{address}")
        people = apps.get_model("registry.User").objects.filter(is_demo=True, is_active=True).order_by("pk")
        rows = [
            (person.username, person.name, "；".join(_words(one) for one in person.assignments.all()))
            for person in people.prefetch_related("assignments__authority", "assignments__institution")
        ]
        connections.close_all()
        if rows:
            self.say(f"演示账号（密码均为 {settings.DEMO_PASSWORD}）：")
            width = max(len(username) for username, *_ in rows)
            for username, name, work in rows:
                self.say(f"  {username:<{width}}  {name}  {work}")
        self.say(f"日志在 {settings.LOCAL_DIR / 'log'}；按 Ctrl-C 停止。")

    def _stop_database(self) -> None:
        if not settings.EMBEDDED_DATABASE:
            return
        with suppress(KeyboardInterrupt):
            if embedded_cluster().stop_if_idle():
                self.say("已停止网站、后台任务与数据库。")
            else:
                self.say("已停止网站与后台任务；还有其他程序连接着数据库，数据库继续运行。")


def _words(assignment: Any) -> str:
    return f"{assignment.unit or ''} {assignment.get_role_display()}".strip()
