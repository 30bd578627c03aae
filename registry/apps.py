from django.apps import AppConfig
from django.db.backends.signals import connection_created


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = "名录"

    def ready(self) -> None:
        from registry import audit
        from registry.divisions import bureaus, follow

        connection_created.connect(audit.install, dispatch_uid="audit-context")
        audit.install_on_open_connections()
        follow.declare()
        bureaus.declare()
