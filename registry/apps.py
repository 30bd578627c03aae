from django.apps import AppConfig
from django.db.backends.signals import connection_created


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = "名录"

    def ready(self) -> None:
        from registry import audit, inbox
        from registry.divisions import bureaus, follow

        connection_created.connect(audit.install, dispatch_uid="audit-context")
        audit.install_on_open_connections()
        inbox.declare(inbox.Kind("account", "账户提醒", "长期没有登录，账户将要停用"))
        follow.declare()
        bureaus.declare()
