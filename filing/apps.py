from django.apps import AppConfig


class FilingConfig(AppConfig):
    name = "filing"
    verbose_name = "备案"

    def ready(self) -> None:
        from filing import leavers, notifications, receivers, signals
        from filing.recount import calendar_has_changed
        from registry import inbox
        from registry.signals import calendar_changed

        leavers.declare()
        inbox.declare(*notifications.KINDS)
        calendar_changed.connect(calendar_has_changed, dispatch_uid="filing-deadlines")
        signals.filing_moved.connect(receivers.moved, dispatch_uid="filing-tell-move")
        signals.desk_changed.connect(receivers.desk, dispatch_uid="filing-tell-desk")
        signals.remarked.connect(receivers.remark, dispatch_uid="filing-tell-remark")
        signals.urged.connect(receivers.urge, dispatch_uid="filing-tell-urge")
        signals.clock_changed.connect(receivers.clock, dispatch_uid="filing-tell-clock")
        signals.deadline_moved.connect(receivers.deadline, dispatch_uid="filing-tell-deadline")
