"""What production must not start with. The same checks run in every manage.py command, the web server and Celery."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, transaction

TAG = "production"


@checks.register(TAG)
def check_settings(**kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse development settings in production."""
    if not settings.PRODUCTION:
        return []
    found: list[checks.CheckMessage] = []
    if settings.DEBUG:
        found.append(checks.Error("生产环境不得打开 DEBUG。", hint="去掉环境变量 DEBUG。", id="config.E001"))
    if settings.SECRET_KEY == settings.DEVELOPMENT_SECRET or not settings.SECRET_KEY:
        found.append(
            checks.Error(
                "生产环境没有设置 SECRET_KEY。", hint="设为 50 个以上随机字符并妥善保管。", id="config.E002"
            )
        )
    if not settings.ALLOWED_HOSTS:
        found.append(
            checks.Error(
                "生产环境没有设置 ALLOWED_HOSTS。", hint="写明网站的域名，以逗号分隔。", id="config.E003"
            )
        )
    if settings.EMBEDDED_DATABASE and not settings.ALLOW_EMBEDDED_DATABASE:
        hint = "设置 DATABASE_URL；确要使用内置数据库时设 ALLOW_EMBEDDED_DATABASE=1。"
        found.append(checks.Error("生产环境不得使用内置数据库。", hint=hint, id="config.E004"))
    return found


@checks.register(TAG, deploy=True)
def check_broker(**kwargs: Any) -> list[checks.CheckMessage]:
    """The filesystem broker serves one machine and loses a message when a worker is killed."""
    if not settings.PRODUCTION or settings.REDIS_URL:
        return []
    return [checks.Warning("生产环境没有设置 REDIS_URL，后台任务只能在本机运行。", id="config.W001")]


@checks.register(TAG, checks.Tags.database)
def check_accounts(databases: Sequence[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse demo accounts, whose password everybody knows. Asked only where the database may be asked."""
    if not settings.PRODUCTION or not databases:
        return []
    try:
        with transaction.atomic():
            demo = list(
                apps.get_model("registry.User")
                .objects.filter(is_demo=True)
                .values_list("username", flat=True)
            )
    except ProgrammingError:
        return []  # not migrated yet: there are no accounts at all
    if not demo:
        return []
    hint = f"删除演示账号（{'、'.join(demo[:5])}{' 等' if len(demo) > 5 else ''}）或使用新的数据库。"
    return [checks.Error(f"生产环境中有 {len(demo)} 个演示账号。", hint=hint, id="config.E005")]


def refuse_unsafe_start() -> None:
    """Raise ImproperlyConfigured when production must not start; called where no management command checks.

    The settings are judged before the database is asked.
    """
    for databases in ([], ["default"]):
        found = checks.run_checks(tags=[TAG], databases=databases)
        errors = [message for message in found if message.is_serious() and not message.is_silenced()]
        if errors:
            raise ImproperlyConfigured("\n".join(str(error) for error in errors))
