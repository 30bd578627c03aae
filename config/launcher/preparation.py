"""What has to be in the database before the first page: tables, reference data and, once, the demo province."""

from collections.abc import Callable

from django.apps import apps
from django.core.management import call_command, get_commands
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
    if demo and not apps.get_model("registry.Institution").objects.exists() and "load_demo" in get_commands():
        say("正在载入演示省份……")
        call_command("load_demo", verbosity=0)
