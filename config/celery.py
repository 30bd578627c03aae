"""Celery application; the periodic schedule stands here and nowhere else."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, celeryd_init
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import OperationalError
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# A scheme of its own: Celery's setting for a transport would outrank every address given in its place.
TRANSPORT_ALIASES["folders"] = "config.folders:Transport"
app = Celery("yilianti")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "sweep-jobs": {"task": "registry.tasks.sweep_jobs", "schedule": 30.0},
    "seal-audit": {"task": "registry.tasks.seal_audit", "schedule": 60.0},
    # A message that found no worker in time is dropped: the next one does its work.
    "recheck-changed": {
        "task": "evaluation.tasks.recheck_changed",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "forget-exports": {"task": "registry.tasks.forget_exports", "schedule": crontab(hour=3, minute=10)},
    "close-idle-accounts": {
        "task": "registry.tasks.close_idle_accounts",
        "schedule": crontab(hour=6, minute=20),
    },
    "verify-audit": {"task": "registry.tasks.verify_audit", "schedule": crontab(hour=4, minute=30)},
    "send-notifications": {"task": "registry.tasks.send_notifications", "schedule": 60.0},
    "send-digests": {"task": "registry.tasks.send_digests", "schedule": crontab(hour=8, minute=0)},
    "announce-moves": {"task": "filing.tasks.announce_recent", "schedule": 300.0},
    "recount-deadlines": {"task": "filing.tasks.recount_deadlines", "schedule": 60.0},
    # Told once for each step and day: a round that was broken off is made good within the hour.
    "remind-of-deadlines": {
        "task": "filing.tasks.remind",
        "schedule": crontab(hour="7-17", minute=30),
    },
    "publish-due-policies": {
        "task": "registry.tasks.publish_due_policies",
        "schedule": crontab(hour=0, minute=5),
    },
    "nightly-compliance": {
        "task": "evaluation.tasks.nightly_compliance",
        "schedule": crontab(hour=1, minute=30),
    },
}


@celeryd_init.connect
@beat_init.connect
def refuse_unsafe_start(**kwargs: Any) -> None:
    """A worker or beat does not start where the web server would not; Celery swallows all but SystemExit here."""
    from config import checks  # needs the apps

    try:
        checks.refuse_unsafe_start()
    except (ImproperlyConfigured, OperationalError) as error:
        raise SystemExit(str(error)) from error
