"""What has to be in the database before the first page: tables, reference data and, once, the demo province."""

from collections.abc import Callable

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def prepare_database(say: Callable[[str], None], *, demo: bool) -> None:
    """Bring tables and reference data up to date; load the demo province into an empty register."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("正在准备数据表……")
        call_command("migrate", interactive=False, verbosity=0)
    if not apps.get_model("registry.ReferenceLoad").objects.exists():
        say("正在载入行政区划、工作日历、代码表与政策包……")
    call_command("load_reference", verbosity=0)
    unfinished = settings.LOCAL_DIR / "demo-unfinished"
    if demo and (unfinished.exists() or not apps.get_model("registry.Institution").objects.exists()):
        say("正在载入演示省份……")
        unfinished.touch()  # a start that was killed half-way goes on here the next time
        call_command("load_demo", verbosity=0)
        unfinished.unlink()
