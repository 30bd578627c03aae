"""Wires the apps together. No app imports this package; they use django.conf.settings."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
