"""Benchmarks (性能对比): `make bench BENCH=name`, or `python -m tests.benchmarks name`; see docs/benchmarks.md.

A benchmark `name` is a module `tests/benchmarks/bench_name.py` with a function `main(options)`. It prepares a database
of its own (database.py), measures contenders in processes of their own in interleaved rounds (measure.py), and prints
medians, ranges and ratios with their targets (report.py).
"""
