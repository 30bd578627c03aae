"""Pages of the institution list at 1.05 million institutions: beside guardian's object permissions, and beside floors.

Each contender does its work TIMES over in a process of its own; what is compared are medians of the rounds.
`--only` lists, whole (pages through every middleware) or search.
"""

import sys
import time

from django.contrib.auth import get_user_model
from django.core import signing
from django.test import RequestFactory
from guardian.shortcuts import get_objects_for_user

from registry.models import Institution
from registry.paging import capped_count, keyset_page
from registry.search import matching
from tests.benchmarks import report
from tests.benchmarks.database import scratch_database
from tests.benchmarks.floor import ADDRESS, SIZE, TIMES, repeat, whole_page
from tests.benchmarks.measure import Contender, rounds, write_json
from tests.benchmarks.pages_world import COUNTY, INSTITUTIONS, PROVINCE, fill, people

ROUNDS, DEEP = 5, 400
PLACE = ("area_path", "name", "id")


def _person(name: str):
    return get_user_model().objects.get(username=name)


# -- Lists --------------------------------------------------------------------------------------------------
def by_assignment(clock, code: str) -> dict:
    """Ours: the assignment is read anew each time, as in a request."""
    return repeat(
        clock,
        lambda: list(
            Institution.objects.visible_to(_person(f"ours-{code}")).live().for_list().order_by(*PLACE)[:SIZE]
        ),
    )


def by_guardian(clock, code: str) -> dict:
    """The same list through one grant per institution."""

    def work():
        rows = get_objects_for_user(_person(f"theirs-{code}"), "registry.view_institution", Institution)
        return list(rows.live().for_list().order_by(*PLACE)[:SIZE])

    return repeat(clock, work)


def _province():
    return Institution.objects.visible_to(_person(f"ours-{PROVINCE}")).live()


def page_by_key(clock, number: int) -> dict:
    rows, request = _province().for_list(), RequestFactory().get("/", {"size": SIZE})
    if number > 1:
        at = (number - 1) * SIZE
        before = rows.order_by(*PLACE)[at - 1 : at].get()
        request = RequestFactory().get("/", {"size": SIZE, "after": _cursor_after(before)})
    return repeat(clock, lambda: keyset_page(rows, request, order=PLACE).rows)


def _cursor_after(row) -> str:
    salt = f"page {Institution._meta.label} {' '.join(PLACE)}"
    return signing.dumps([row.area_path, row.name, row.pk], salt=salt)


def one_row(clock) -> dict:
    pk = _province().order_by(*PLACE).values_list("pk", flat=True)[100]
    return repeat(clock, lambda: [Institution.objects.for_list().get(pk=pk)])


def kind_and_level(clock) -> dict:
    rows = _province().filter(institution_class__code__startswith="A", level="3").for_list()
    return repeat(clock, lambda: list(rows.order_by(*PLACE)[:SIZE]))


def count_to_cap(clock) -> dict:
    rows = _province()
    return repeat(clock, lambda: capped_count(rows)[0])


def searched(clock, words: list[str]) -> dict:
    """Searches over the whole register, and whether any plan reads the whole table."""
    scans = []
    for word in words:
        rows = matching(Institution.objects.live().for_list(), word).order_by(*PLACE)[:SIZE]
        scans += [word] if "Seq Scan on registry_institution " in rows.explain() else []

    def work():
        for word in words:
            list(matching(Institution.objects.live().for_list(), word).order_by(*PLACE)[:SIZE])
        return words

    return repeat(clock, work) | {"scans": scans}


LIST = f"/institutions/?size={SIZE}"
PARTS = {
    "lists": {
        "province, ours": Contender(by_assignment, code=PROVINCE),
        "province, guardian": Contender(by_guardian, code=PROVINCE),
        "county, ours": Contender(by_assignment, code=COUNTY),
        "county, guardian": Contender(by_guardian, code=COUNTY),
        "page 1": Contender(page_by_key, number=1),
        f"page {DEEP}": Contender(page_by_key, number=DEEP),
        "one row by key": Contender(one_row),
        "kind and level": Contender(kind_and_level),
        "capped count": Contender(count_to_cap),
    },
    "whole": {
        "floor page": Contender(whole_page, address=ADDRESS, username=f"ours-{PROVINCE}"),
        "list page": Contender(whole_page, address=LIST, username=f"ours-{PROVINCE}"),
    },
    "search": {
        "search of 2": Contender(searched, words=["人民", "锦江", "康宁", "慈平"]),
        "search of 3": Contender(searched, words=["康宁人", "锦江区", "妇幼保", "仁济中"]),
    },
}


def main(options) -> int:
    institutions = int(INSTITUTIONS * options.scale)
    parts = [options.only] if options.only else list(PARTS)
    contenders = {name: one for part in parts for name, one in PARTS[part].items()}
    with scratch_database("pages"):
        started = time.perf_counter()
        fill(institutions)
        people()
        print(f"{institutions:,} institutions in {time.perf_counter() - started:.0f} s", file=sys.stderr)
        series = rounds(
            contenders, options.rounds or ROUNDS, fewer={"province, guardian": 3, "county, guardian": 3}
        )
        print(f"{report.machine()}; {institutions:,} institutions; every figure is for {TIMES} repetitions\n")
        print(report.table(series.values()), "\n")
        if options.json:
            write_json(options.json, series)
        return report.conclude(target for part in parts for target in TARGETS[part](series))


def _times(series, one: str, other: str, figure: str = "seconds") -> float:
    return report.ratio(series[one], series[other], figure)


def _lists(series) -> list[report.Target]:
    return [
        report.Target("first page of a province, guardian ÷ ours", _times(series, "province, guardian", "province, ours"), at_least=20),
        report.Target("first page of a county, guardian ÷ ours", _times(series, "county, guardian", "county, ours"), at_least=12),
        report.Target(f"page {DEEP} ÷ page 1", _times(series, f"page {DEEP}", "page 1"), at_most=2),
        report.Target("filter by kind and level ÷ one row", _times(series, "kind and level", "one row by key"), at_most=3),
        report.Target("capped count ÷ one row", _times(series, "capped count", "one row by key"), at_most=4),
    ]  # fmt: skip


def _whole(series) -> list[report.Target]:
    return [
        report.Target("queries of a list page", series["list page"].answer["queries"], at_most=4, unit=""),
        report.Target("CPU of a list page ÷ floor page", _times(series, "list page", "floor page", "own_cpu"), at_most=2),
    ]  # fmt: skip


def _search(series) -> list[report.Target]:
    scans = [*series["search of 2"].answer["scans"], *series["search of 3"].answer["scans"]]
    return [report.Target("searches that read the whole table", len(scans), at_most=0, unit="")]


TARGETS = {"lists": _lists, "whole": _whole, "search": _search}
