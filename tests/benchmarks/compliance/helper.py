"""A second worker: `python -m tests.benchmarks.compliance.helper RUN…` takes batches from the same lists."""

import os
import sys


def main(keys: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from evaluation import runs
    from evaluation.models import ComplianceRun
    from tests.benchmarks.database import use_scratch_database

    use_scratch_database()
    for run in ComplianceRun.objects.filter(pk__in=keys).select_related("division").order_by("-pk"):
        while runs.check_next(run) is not None:
            pass


if __name__ == "__main__":
    main(sys.argv[1:])
