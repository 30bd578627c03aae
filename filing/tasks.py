"""Periodic tasks of filing; their schedule stands in config/celery.py."""

from celery import shared_task

from filing import catching_up, recount, reminders


@shared_task(name="filing.tasks.remind", ignore_result=True)
def remind() -> None:
    reminders.remind()


@shared_task(name="filing.tasks.announce_recent", ignore_result=True)
def announce_recent() -> None:
    catching_up.announce_recent()


@shared_task(name="filing.tasks.recount_deadlines", ignore_result=True)
def recount_deadlines() -> None:
    recount.catch_up()
