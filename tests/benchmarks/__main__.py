"""Runs one benchmark by its name."""

import argparse
import importlib
import os
import sys
from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Run one benchmark.")
    parser.add_argument("name", choices=names())
    parser.add_argument("--rounds", type=int, help="rounds per contender; each benchmark has its own default")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="share of the full size, to try a change out"
    )
    parser.add_argument("--only", help="one part of the benchmark, where it has parts")
    parser.add_argument("--json", type=Path, help="also write every single measurement to this file")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    benchmark = importlib.import_module(f"tests.benchmarks.bench_{options.name}")
    return benchmark.main(options)


if __name__ == "__main__":
    sys.exit(main())
