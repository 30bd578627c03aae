from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Present in INSTALLED_APPS for its commands (embedded database, launcher) and its start-up checks."""

    name = "config"
    verbose_name = "运行"

    def ready(self) -> None:
        from config import broker, checks  # noqa: F401 (registers the checks)

        broker.prepare_folders()
