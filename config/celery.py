"""Celery application; the periodic schedule stands here and nowhere else."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("yilianti")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "sweep-jobs": {"task": "registry.tasks.sweep_jobs", "schedule": 30.0},
    "seal-audit": {"task": "registry.tasks.seal_audit", "schedule": 60.0},
    "nightly-compliance": {
        "task": "evaluation.tasks.nightly_compliance",
        "schedule": crontab(hour=1, minute=30),
    },
}
