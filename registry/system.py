"""How the installation is (运行状态): versions, queue, room on the disk, last backup."""

import datetime as dt
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

import django
from django.conf import settings
from django.db import connection
from django.utils import timezone

from registry.models import AuditCheck, Delivery, Job

LITTLE_ROOM = 0.1  # of the disk
LONG_WAIT = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Fact:
    """One line; `alarm` says what is wrong and what to do about it."""

    label: str
    value: str
    alarm: str = ""


def facts() -> list[Fact]:
    """Everything there is to say, in a handful of queries."""
    return [*_versions(), _queue(), _messages(), _disk(), _backup(), _chain()]


def _versions() -> list[Fact]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), pg_size_pretty(pg_database_size(current_database()))"
        )
        version, size = cursor.fetchone()
    return [
        Fact("程序环境", f"Python {platform.python_version()}，Django {django.get_version()}"),
        Fact("数据库", f"PostgreSQL {version}，占用 {size}"),
    ]


def _queue() -> Fact:
    waiting = Job.objects.filter(state=Job.State.QUEUED)
    oldest = waiting.order_by("created_at").values_list("created_at", flat=True).first()
    running = Job.objects.filter(state=Job.State.RUNNING).count()
    late = oldest is not None and timezone.now() - oldest > LONG_WAIT
    alarm = "有任务排队超过 10 分钟，请检查后台进程（worker、beat）是否在运行。" if late else ""
    return Fact("后台任务", f"排队 {waiting.count()} 个，进行中 {running} 个", alarm)


def _messages() -> Fact:
    failed = Delivery.objects.filter(state=Delivery.State.FAILED).count()
    return Fact("邮件和短信", f"发送失败 {failed} 条" if failed else "没有发送失败的")


def _disk() -> Fact:
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    alarm = "磁盘所剩不到十分之一，请清理或扩容。" if usage.free < usage.total * LITTLE_ROOM else ""
    return Fact("上传文件所在磁盘", f"剩余 {_gb(usage.free)}，共 {_gb(usage.total)}", alarm)


def _gb(count: int) -> str:
    return f"{count / 2**30:.1f} GB"


def _backup() -> Fact:
    folder = Path(settings.LOCAL_DIR) / "backups"
    files = [path for path in folder.glob("*") if path.is_file()] if folder.is_dir() else []
    if not files:
        return Fact("最近备份", "本机默认目录里没有备份；备份存在别处的，这里看不到")
    last = max(path.stat().st_mtime for path in files)
    moment = dt.datetime.fromtimestamp(last, tz=timezone.get_current_timezone())
    return Fact("最近备份", f"{moment:%Y-%m-%d %H:%M}（本机默认目录）")


def _chain() -> Fact:
    last = AuditCheck.objects.order_by("-pk").first()
    if last is None:
        return Fact("审计链核验", "还没有核验过，每日凌晨自动核验")
    moment = timezone.localtime(last.at)
    alarm = "审计链与封存时不符，请立即通知审计员。" if last.fault else ""
    return Fact("审计链核验", f"{moment:%Y-%m-%d %H:%M} {'不符' if last.fault else '完好'}", alarm)
