"""Periodic tasks of the register; their schedule stands in config/celery.py."""

from celery import shared_task

from registry import audit_chain, jobs
from registry.duplicates import search as duplicate_search  # noqa: F401  declares the task of the search
from registry.imports import tasks as import_tasks  # noqa: F401  declares the tasks of imports
from registry.inbox import sending
from registry.institutions import export
from registry.institutions import tasks as institution_tasks  # noqa: F401  declares the tasks of exports
from registry.people import idle
from registry.policy import drafts


@shared_task(name="registry.tasks.sweep_jobs", ignore_result=True)
def sweep_jobs() -> None:
    jobs.sweep()


@shared_task(name="registry.tasks.seal_audit", ignore_result=True)
def seal_audit() -> None:
    audit_chain.seal()


@shared_task(name="registry.tasks.forget_exports", ignore_result=True)
def forget_exports() -> None:
    export.forget_outdated()


@shared_task(name="registry.tasks.send_notifications", ignore_result=True)
def send_notifications() -> None:
    sending.send_waiting()


@shared_task(name="registry.tasks.send_digests", ignore_result=True)
def send_digests() -> None:
    sending.send_digests()


@shared_task(name="registry.tasks.close_idle_accounts", ignore_result=True)
def close_idle_accounts() -> None:
    idle.warn()
    idle.close()


@shared_task(name="registry.tasks.verify_audit", ignore_result=True)
def verify_audit() -> None:
    audit_chain.check()


@shared_task(name="registry.tasks.publish_due_policies", ignore_result=True)
def publish_due_policies() -> None:
    drafts.publish_due()
