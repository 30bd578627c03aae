"""The compliance engine over a made-up country: against model objects, against the size of the country, and again.

`--scale` is the share of the provinces (1 is the nation: about 1.1 million institutions, 700,000 memberships).
`--only` province, local (needs the package zen-engine), nation, one, sheet or deadlines.
"""

import tempfile
from importlib.util import find_spec
from pathlib import Path

from django.db import connection
from django.db.models import Count

from registry.models import Division, Membership
from tests.benchmarks.compliance import contenders, country, laws, sheet
from tests.benchmarks.database import scratch_database
from tests.benchmarks.floor import ADDRESS, whole_page
from tests.benchmarks.measure import Contender, rounds, write_json
from tests.benchmarks.report import Target, conclude, machine, ratio, table


def main(options) -> int:
    parts = [options.only] if options.only else list(PARTS)
    targets, series = [], {}
    with scratch_database("compliance"), tempfile.TemporaryDirectory() as folder:
        print(machine())
        provinces = _provinces(options.scale)
        built = False
        for part in parts:
            if part not in APART and not built:
                country.build(provinces)
                laws.publish(Path(folder))
                print(f"{len(provinces)} provinces, {Membership.objects.count():,} memberships")
                built = True
            found, more = PARTS[part](provinces, options.rounds or 3, Path(folder))
            series |= found
            targets += more
    if options.json:
        write_json(options.json, series)
    return conclude(targets)


def _provinces(scale: float) -> list[str]:
    """Codes of the provinces that are filled, the middle-sized first, so that a small scale is a fair sample."""
    current = Division.objects.current()
    counties = current.filter(level="county").values_list("path", flat=True)
    size: dict[str, int] = {}
    for path in counties:
        code = path.split("/")[1]
        size[code] = size.get(code, 0) + 1
    middle = sorted(size.values())[len(size) // 2]
    ranked = sorted(size, key=lambda code: (abs(size[code] - middle), code))
    return ranked[: max(1, round(scale * len(ranked)))]


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE evaluation_finding, evaluation_tally, registry_factsheet, evaluation_runitem, "
            "evaluation_compliancerun CASCADE"  # the first night: there is no earlier one to be held against
        )


def _largest(provinces: list[str]) -> str:
    rows = Division.objects.current().filter(level="county")
    return max(
        provinces, key=lambda code: rows.filter(path__startswith=f"/{code}/").aggregate(n=Count("pk"))["n"]
    )


def _members(provinces: list[str]) -> int:
    return sum(
        Membership.objects.filter(consortium__division__path__startswith=f"/{code}/").count()
        for code in provinces
    )


def province(provinces: list[str], times: int, folder: Path):
    """One province: ours against model objects."""
    one = provinces[:1]
    found = rounds(
        {
            "ours": Contender(contenders.ours, provinces=one),
            "orm": Contender(contenders.orm, provinces=one, prefetched=False),
            "prefetched": Contender(contenders.orm, provinces=one, prefetched=True),
        },
        times,
        before_each=_empty,
        fewer={"orm": 1},
    )
    print(table(found.values(), found["ours"]))
    return found, [
        Target("object by object, times ours", ratio(found["orm"], found["ours"]), at_least=100),
        Target("prefetched, times ours", ratio(found["prefetched"], found["ours"]), at_least=6),
        *_equal(found, "ours"),
        *_equal(found, "ours", of="whole", saying="all that is said equal, word by word"),
    ]


def local(provinces: list[str], times: int, folder: Path):
    """The nine local rules over one province: ours against the ZEN rule engine."""
    if find_spec("zen") is None:
        print("left out: local (install the group bench of pyproject.toml: zen-engine)")
        return {}, []
    one = provinces[:1]
    laws.publish(folder, crossing=False)
    found = rounds(
        {
            "ours, local": Contender(contenders.ours, provinces=one),
            "zen": Contender(contenders.zen, provinces=one),
        },
        times,
        before_each=_empty,
    )
    laws.publish(folder)
    print(table(found.values(), found["ours, local"]))
    return found, [
        Target("zen-engine, times ours", ratio(found["zen"], found["ours, local"]), at_least=1.5),
        *_equal(found, "ours, local"),
    ]


def _equal(
    found, name: str, *, of: str = "digest", saying: str = "verdicts equal, rule by rule"
) -> list[Target]:
    """1 where every contender gives the same verdict on every subject; differing counts are printed."""
    same = True
    for other, one in found.items():
        if one.answer[of] != found[name].answer[of]:
            same = False
            pairs = set(one.answer["counts"].items()) ^ set(found[name].answer["counts"].items())
            print(f"  {other} differs: {sorted(pairs)}")
    return [Target(saying, float(same), at_least=1, unit="")]


def nation(provinces: list[str], times: int, folder: Path):
    """Everything that is filled: the floor, linearity, memory, two workers, an unchanged night, fifty more rules."""
    largest = _largest(provinces)
    found = rounds(
        {
            "nation": Contender(contenders.ours, provinces=provinces),
            "largest province": Contender(contenders.ours, provinces=[largest]),
            "two workers": Contender(contenders.two_workers, provinces=provinces),
            "scan and aggregate": Contender(contenders.floor),
        },
        times,
        before_each=_empty,
    )
    found |= rounds(
        {"unchanged night": Contender(contenders.again, provinces=provinces)}, 1, before_each=_empty
    )
    laws.publish(folder, more=50)
    found |= rounds(
        {"fifty more rules": Contender(contenders.ours, provinces=provinces)}, 1, before_each=_empty
    )
    laws.publish(folder)
    print(table(found.values(), found["scan and aggregate"]))
    whole, part = found["nation"], found["largest province"]
    each = (whole.seconds.median / _members(provinces)) / (part.seconds.median / _members([largest]))
    return found, [
        Target(
            "nation, times one scan with aggregate", ratio(whole, found["scan and aggregate"]), at_most=35
        ),
        Target("unchanged night, times the first", ratio(found["unchanged night"], whole), at_most=1),
        Target("seconds a membership, nation to largest province", each, at_most=1.15),
        Target(
            "memory, nation less province", whole.peak_mb.median - part.peak_mb.median, at_most=30, unit=" MB"
        ),
        Target("two workers to one", ratio(found["two workers"], whole), at_most=0.75),
        Target("fifty more rules to fourteen", ratio(found["fifty more rules"], whole), at_most=1.75),
        *_equal({name: found[name] for name in ("nation", "two workers", "unchanged night")}, "nation"),
    ]


def one(provinces: list[str], times: int, folder: Path):
    """One consortium judged again."""
    found = rounds({f"{n} members": Contender(contenders.one_consortium, members=n) for n in (6, 130)}, times)
    reads = found["130 members"].answer["queries"]
    found |= rounds({"single rows": Contender(contenders.single_rows, reads=reads)}, times)
    print(table(found.values(), found["single rows"]))
    return found, [
        Target("queries of one consortium", reads, at_most=10, unit=""),
        Target("130 members to 6", ratio(found["130 members"], found["6 members"]), at_most=1.3),
        Target(
            "one consortium, times as many single rows",
            ratio(found["130 members"], found["single rows"]),
            at_most=12,
        ),
    ]


def live_sheet(provinces: list[str], times: int, folder: Path):
    """What the live check sheet adds to the page of a draft, beside a floor page."""
    sheet.prepare()
    found = rounds(
        {
            "page with sheet": Contender(sheet.page, judged=True),
            "page without": Contender(sheet.page, judged=False),
            "floor page": Contender(whole_page, address=ADDRESS, username=sheet.FILER),
        },
        max(times, 5),
    )
    print(table(found.values(), found["floor page"]))
    full, bare = found["page with sheet"], found["page without"]
    added = full.own_cpu.median - bare.own_cpu.median
    return found, [
        Target("queries added", full.answer["queries"] - bare.answer["queries"], at_most=5, unit=""),
        Target("CPU added, times a floor page", added / found["floor page"].own_cpu.median, at_most=2),
    ]


def deadlines(provinces: list[str], times: int, folder: Path):
    """Fifteen workdays from every day of 2004 to 2025, and a million of them in one statement."""
    repeats = 20
    found = rounds(
        {
            "ours": Contender(contenders.our_deadline, times=repeats),
            "ours, explained": Contender(contenders.explained_deadline, times=repeats),
            "chinesecalendar": Contender(contenders.walked_deadline),
            "million deadlines": Contender(contenders.million, deadlines=True),
            "million founding days": Contender(contenders.million, deadlines=False),
        },
        times,
    )
    print(table(found.values()))
    walked = found["chinesecalendar"]
    same = {found[name].answer["digest"] for name in ("ours", "ours, explained", "chinesecalendar")}
    print(f"explained, walking takes {repeats * ratio(walked, found['ours, explained']):.0f} times as long")
    return {f"deadline {name}": kept for name, kept in found.items()}, [
        Target("walking chinesecalendar, times ours", repeats * ratio(walked, found["ours"]), at_least=1000),
        Target("deadlines equal 2004–2026", float(len(same) == 1), at_least=1, unit=""),
        Target(
            "a million deadlines, times a plain scan",
            ratio(found["million deadlines"], found["million founding days"]),
            at_most=4,
        ),
    ]


# The sheet is judged by the laws as they are, before the measured rules take their place.
PARTS = {
    "sheet": live_sheet,
    "deadlines": deadlines,
    "province": province,
    "local": local,
    "nation": nation,
    "one": one,
}
APART = {"sheet", "deadlines"}  # these need no country
