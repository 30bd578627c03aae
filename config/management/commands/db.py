"""`manage.py db`: start, stop, look at, back up and restore the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from config import client_programs
from config.embedded.cluster import embedded_cluster
from config.embedded.place import EmbeddedDatabaseError

OTHER_CLIENTS = """
    select count(*) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
"""


class Command(BaseCommand):
    help = "内置数据库的启动、停止与状态；当前数据库的备份与恢复。"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(
            dest="action", required=True, metavar="start|stop|status|backup|restore"
        )
        actions.add_parser("start", help="启动内置数据库")
        actions.add_parser("stop", help="停止内置数据库")
        actions.add_parser("status", help="显示数据库状态，未运行时退出码为 3")
        backup = actions.add_parser("backup", help="把数据库备份到一个文件")
        backup.add_argument(
            "file", nargs="?", type=Path, help="备份文件（默认 .local/backups/ 下按时间命名）"
        )
        restore = actions.add_parser("restore", help="用备份文件替换数据库的全部内容")
        restore.add_argument("file", type=Path, help="备份文件")
        restore.add_argument("--yes", action="store_true", help="确认替换现有数据")

    def handle(self, *, action: str, **options: Any) -> None:
        try:
            getattr(self, action)(**options)
        except (EmbeddedDatabaseError, client_programs.ProgramFailed) as error:
            raise CommandError(str(error)) from error

    def start(self, **options: Any) -> None:
        self._embedded().ensure()
        self.status()

    def stop(self, **options: Any) -> None:
        self.stdout.write("数据库已停止。" if self._embedded().stop() else "数据库没有在运行。")

    def status(self, **options: Any) -> None:
        if settings.EMBEDDED_DATABASE:
            cluster = self._embedded()
            if not cluster.running():
                self.stdout.write(f"内置数据库没有运行。数据目录：{cluster.place.data}")
                raise SystemExit(3)
            self.stdout.write(
                f"内置数据库正在运行（进程 {cluster.postmaster()}）。数据目录：{cluster.place.data}"
            )
        with connection.cursor() as cursor:
            cursor.execute("show server_version")
            (version,) = cursor.fetchone()
            cursor.execute("select pg_size_pretty(pg_database_size(current_database()))")
            (size,) = cursor.fetchone()
            cursor.execute(OTHER_CLIENTS)
            (others,) = cursor.fetchone()
        self.stdout.write(f"PostgreSQL {version}，大小 {size}，其他连接 {others} 个。")

    def backup(self, *, file: Path | None, **options: Any) -> None:
        connection.ensure_connection()
        file = file or settings.LOCAL_DIR / "backups" / f"yilianti-{timezone.localtime():%Y%m%d-%H%M%S}.dump"
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f"{file.name}.part")
        unfinished.touch(mode=0o600)
        try:
            with unfinished.open("wb") as output:
                client_programs.run(
                    "pg_dump", "--format=custom", "--no-owner", "--no-privileges", stdout=output
                )
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
        size = file.stat().st_size / 1024
        self.stdout.write(
            f"已备份到 {file}（{size:.0f} KB）。上传的材料在 {settings.MEDIA_ROOT}，请一并备份。"
        )

    def restore(self, *, file: Path, yes: bool, **options: Any) -> None:
        """Replace everything in one transaction: when the file is damaged, the database stays as it was."""
        if not file.is_file():
            raise CommandError(f"找不到备份文件 {file}。")
        if not yes:
            raise CommandError("恢复会替换数据库的全部现有内容，确认请加 --yes。")
        with connection.cursor() as cursor:
            cursor.execute(OTHER_CLIENTS)
            (others,) = cursor.fetchone()
        if others:
            raise CommandError(f"还有 {others} 个程序连接着数据库，请先停止网站与后台任务。")
        connection.close()
        script = file.with_name(f"{file.name}.sql")
        try:
            script.touch(mode=0o600)
            client_programs.run(
                "pg_restore", "--no-owner", "--no-privileges", "--file", str(script), str(file)
            )
            replace = ["-c", "drop schema public cascade", "-c", "create schema public", "-f", str(script)]
            client_programs.run("psql", "-X", "-q", "--single-transaction", "-v", "ON_ERROR_STOP=1", *replace)
        finally:
            script.unlink(missing_ok=True)
        self.stdout.write(f"已从 {file} 恢复。")

    def _embedded(self) -> Any:
        if not settings.EMBEDDED_DATABASE:
            raise CommandError("设置了 DATABASE_URL，数据库不由本程序启动和停止。")
        return embedded_cluster()
