from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Present in INSTALLED_APPS for its management commands alone (embedded database, launcher)."""

    name = "config"
    verbose_name = "运行"
