from django.apps import AppConfig
from django.db.backends.signals import connection_created


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = "名录"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from registry import (
            audit,
            inbox,
            lookups,  # noqa: F401
            navigation,
            policy_messages,
            request_messages,
            waiver_messages,
            waiver_subjects,
            wording,
        )
        from registry.divisions import bureaus, follow
        from registry.people import second_step
        from registry.signals import job_ended

        connection_created.connect(audit.install, dispatch_uid="audit-context")
        audit.install_on_open_connections()
        inbox.declare(inbox.Kind("account", "账户提醒", "长期没有登录将要停用、第二步验证被重设"))
        inbox.declare(waiver_messages.KIND)
        inbox.declare(policy_messages.KIND)
        inbox.declare(request_messages.KIND)
        waiver_subjects.declare_own()
        job_ended.connect(navigation.count_after_job, dispatch_uid="bar-after-job")
        user_logged_in.connect(second_step.remember_to_ask, dispatch_uid="second-step")
        wording.use()
        follow.declare()
        bureaus.declare()
