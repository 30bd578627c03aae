"""The process of one measurement: `python -m tests.benchmarks.child ORDER` (JSON from measure.run_apart)."""

import importlib
import json
import os
import sys
import tempfile
from dataclasses import fields
from pathlib import Path


def main(order: dict) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.conf import settings

    settings.DEBUG = False  # a list of every query is no part of the product
    django.setup()

    from tests.benchmarks.database import VARIABLE, use_scratch_database
    from tests.benchmarks.measure import Clock, Measure

    if VARIABLE in os.environ:
        use_scratch_database()
    clock = Clock()
    with tempfile.TemporaryDirectory() as media:
        settings.MEDIA_ROOT = media
        module = importlib.import_module(order["module"])
        answer = getattr(module, order["function"])(clock, **order["arguments"]) or {}
    known = {field.name for field in fields(Measure)} - {"answer"}
    figures = {name: getattr(clock, name) for name in known}
    Path(order["answer"]).write_text(json.dumps({**figures, "answer": answer}), encoding="utf-8")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
