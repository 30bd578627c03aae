from django.apps import AppConfig


class FilingConfig(AppConfig):
    name = "filing"
    verbose_name = "备案"

    def ready(self) -> None:
        from filing.recount import calendar_has_changed
        from registry.signals import calendar_changed

        calendar_changed.connect(calendar_has_changed, dispatch_uid="filing-deadlines")
