"""The state of an area on one page (总览): five numbers, what fails where, how it has moved, and the last grades."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils import timezone

from evaluation.areas import area_of
from evaluation.models import Campaign, ComplianceRun, Finding, Grade
from grids.coverage import coverage_within
from registry.models import Consortium, Division

HEAT_ROWS = 9
HEAT_COLUMNS = 42
MONTHS = 12
PLACEHOLDER = "直辖占位"
IN_TIME = "filed_in_time"


@dataclass(frozen=True)
class Heat:
    """不符合：规则 × 地区. Rows are the rules that fail most, columns the places below the area."""

    columns: list[str]
    rows: list[dict]
    shown: int
    failing: int


@dataclass
class Overview:
    """What the page shows of one area today."""

    area: Division
    day: dt.date
    kinds: list[tuple[str, str, int, Counter]]
    consortia: int
    registered: int
    townships: int
    covered: int
    uncovered: list[tuple[str, int]]
    in_time: int
    late: int
    tally: Counter
    heat: Heat
    run: ComplianceRun | None
    trend: dict | None
    grades: dict | None
    changed: int | None = None

    @property
    def uncovered_total(self) -> int:
        return sum(number for _, number in self.uncovered)

    @property
    def uncovered_top(self) -> list[tuple[str, int]]:
        """The two counties with most uncovered townships."""
        return self.uncovered[:2]

    @property
    def uncovered_rest(self) -> int:
        return sum(number for _, number in self.uncovered[2:])

    @property
    def decided(self) -> int:
        """Filings of which it is decided whether they came in time."""
        return self.in_time + self.late

    @property
    def judged(self) -> bool:
        """A run over the area has ended, or single subjects of it were checked as they changed."""
        return self.run is not None or bool(self.tally)

    @property
    def failing(self) -> int | None:
        """Standing 不符合; None while nothing has been judged, which is not the same as none."""
        return self.tally["FAIL"] if self.judged else None

    @property
    def nothing_failing(self) -> str:
        """What stands in place of the heat table."""
        return "没有不符合" if self.judged else "还没有检查过"

    @property
    def deviating(self) -> int:
        return self.tally["DEVIATION"]

    @property
    def lacking(self) -> int:
        return self.tally["INSUFFICIENT"]

    @property
    def coverage(self) -> float | None:
        """Per cent of the townships for which somebody is responsible."""
        return self.covered * 100 / self.townships if self.townships else None

    @property
    def punctual(self) -> float | None:
        """Per cent of the filings decided so far that came in time."""
        return self.in_time * 100 / self.decided if self.decided else None

    @property
    def registered_share(self) -> float | None:
        """Per cent of the consortia that are registered (已备案)."""
        return self.registered * 100 / self.consortia if self.consortia else None


def overview(division: Division, user) -> Overview:
    """The overview of an area; the number of queries does not depend on its size."""
    today = timezone.localdate()
    area = area_of(division)
    consortia = Consortium.objects.filter(area.condition("division")).active_on(today).order_by()
    kinds = dict(consortia.values_list("kind").annotate(number=Count("pk")))
    findings = Finding.objects.filter(area.condition("division"))
    standing = findings.standing().order_by()
    by_kind: dict[str, Counter] = defaultdict(Counter)
    judged = standing.exclude(kind="").values_list("kind", "verdict").annotate(number=Count("pk"))
    for kind, verdict, number in judged:
        by_kind[kind][verdict] = number
    tally = Counter(dict(standing.values_list("verdict").annotate(number=Count("pk"))))
    in_time = dict(
        standing.filter(rule__check_name=IN_TIME).values_list("verdict").annotate(number=Count("pk"))
    )
    grid = coverage_within(division, today)
    bare = Counter(township.county for township in grid.uncovered)
    month_ago = today - dt.timedelta(days=30)
    return Overview(
        area=division,
        day=today,
        kinds=[
            (kind, label, kinds[kind], by_kind[kind])
            for kind, label in Consortium.Kind.choices
            if kinds.get(kind)
        ],
        consortia=sum(kinds.values()),
        registered=consortia.filter(registered_on__isnull=False).count(),
        townships=len(grid.townships),
        covered=len(grid.covered),
        uncovered=bare.most_common(),
        in_time=in_time.get("PASS", 0),
        late=in_time.get("FAIL", 0),
        tally=tally,
        heat=heat(division, standing.filter(verdict="FAIL")),
        run=_last_run(division),
        trend=trend(findings, today),
        grades=_grades(division, user),
        changed=_change(findings, tally["FAIL"], month_ago),
    )


# -- Heat table ---------------------------------------------------------------------------------------------
def heat(
    division: Division,
    failing,
    verdict: str = "FAIL",
    most: int = HEAT_ROWS,
    also: Mapping[str, str] | None = None,
) -> Heat:
    """Failing findings (or others of one verdict) by rule and place; a municipality's columns are its districts.

    Each number leads to the list of what it counts; `also` are the conditions under which it was counted.
    """
    columns = columns_of(division)
    column_of = {place.path: number for number, place in enumerate(columns)}
    cells: dict[str, Counter] = defaultdict(Counter)
    words: dict[str, tuple[str, str]] = {}
    rows = failing.values("provision", "division__path").annotate(
        number=Count("pk"), quote=Max("rule__quote"), pack=Max("rule__document__code")
    )
    for row in rows:
        place = _column(row["division__path"], column_of)
        cells[row["provision"]][place] += row["number"]
        words[row["provision"]] = (row["quote"], row["pack"])
    ranked = sorted(cells, key=lambda rule: (-sum(cells[rule].values()), rule))
    own = any(None in counted for counted in cells.values())
    places: list[Division | None] = [*columns, *([None] if own else [])]

    def address(rule: str, place: Division | None) -> str:
        chosen = {"rule": rule, "verdict": verdict, "area": (place or division).code}
        own = {} if place else {"own": "1"}
        return f"{reverse('evaluation:findings')}?{urlencode({**chosen, **own, **(also or {})})}"

    return Heat(
        columns=[short(place, division) for place in places],
        rows=[
            {
                "code": rule,
                "head": words[rule][0],
                "url": f"{reverse('registry:policy_document', args=[words[rule][1]])}?open={rule}#{rule}",
                "cells": [
                    (
                        cells[rule][None if place is None else column_of[place.path]],
                        address(rule, place),
                    )
                    for place in places
                ],
            }
            for rule in ranked[:most]
        ],
        shown=min(len(ranked), most),
        failing=len(ranked),
    )


def columns_of(division: Division) -> list[Division]:
    """The places next below; where a placeholder stands between a municipality and its districts, the districts."""
    above = Division.objects.filter(Q(pk=division.pk) | Q(parent=division, kind=PLACEHOLDER))
    below = Division.objects.current().filter(parent__in=above.values("pk"))
    rows = below.exclude(kind=PLACEHOLDER).exclude(level=Division.Level.TOWNSHIP)
    return list(rows.order_by("code")[:HEAT_COLUMNS])


def _column(path: str, column_of: dict[str, int]) -> int | None:
    parts = path.strip("/").split("/")
    for length in range(len(parts), 0, -1):
        if (found := column_of.get(f"/{'/'.join(parts[:length])}/")) is not None:
            return found
    return None


def short(place: Division | None, above: Division) -> str:
    """A place's name without its rank, for the narrow heads of columns; the area itself is 本级."""
    if place is None:
        return "市本级" if above.level == Division.Level.CITY or above.name.endswith("市") else "本级"
    for ending in (
        "土家族苗族自治县",
        "苗族土家族自治县",
        "土家族自治县",
        "自治县",
        "自治州",
        "地区",
        "新区",
    ):
        if place.name.endswith(ending) and len(place.name) > len(ending) + 1:
            return place.name.removesuffix(ending)
    return place.name[:-1] if len(place.name) > 2 and place.name[-1] in "区县市" else place.name


# -- Movement -----------------------------------------------------------------------------------------------
def trend(findings, today: dt.date) -> dict | None:
    """Failing findings that stood at the end of each month; None until there are two months to compare."""
    rows = findings.filter(verdict="FAIL", snapshot=None).order_by()
    spans = list(rows.values_list("first_seen", "resolved_on").annotate(number=Count("pk")))
    ends = _month_ends(today)
    begun = min((first for first, _, _ in spans), default=None)
    ends = [end for end in ends if begun and end >= begun]
    if len(ends) < 2:
        return None
    numbers = [
        sum(
            number
            for first, resolved, number in spans
            if first <= end and (resolved is None or resolved > end)
        )
        for end in ends
    ]
    return {
        "label": f"未解决的不符合从 {numbers[0]} 项变为 {numbers[-1]} 项",
        "unit": " 项",
        "min": 0,
        "max": None,
        "x": [f"{end:%Y-%m}" for end in ends],
        "series": [{"name": "不符合", "data": numbers, "color": "fail", "dash": False}],
    }


def _month_ends(today: dt.date) -> list[dt.date]:
    """The last days of the months gone by, and today."""
    ends, first = [today], today.replace(day=1)
    for _ in range(MONTHS - 1):
        end = first - dt.timedelta(days=1)
        ends.append(end)
        first = end.replace(day=1)
    return ends[::-1]


def _change(findings, now: int, before: dt.date) -> int | None:
    """How many more fail than on an earlier day; None when nothing had been checked by then."""
    checked = findings.filter(snapshot=None, first_seen__lte=before)
    if not checked.exists():
        return None
    stood = checked.filter(Q(resolved_on=None) | Q(resolved_on__gt=before), verdict="FAIL").count()
    return now - stood


def _last_run(division: Division) -> ComplianceRun | None:
    above = [
        "/" + "/".join(division.path.strip("/").split("/")[:length]) + "/"
        for length in range(1, division.path.count("/"))
    ]
    finished = ComplianceRun.objects.filter(finished_at__isnull=False, is_snapshot=False)
    return finished.filter(division__path__in=above).order_by("-finished_at").first()


# -- Grades -------------------------------------------------------------------------------------------------
def _grades(division: Division, user) -> dict | None:
    """Grades of the latest published campaign of the area that the person may see, by kind of consortium."""
    campaigns = Campaign.objects.visible_to(user).filter(
        Q(authority__division__path__startswith=division.path), state=Campaign.State.PUBLISHED
    )
    campaign = campaigns.select_related("scheme").order_by("-year", "-published_at").first()
    if campaign is None:
        return None
    names = [band["name"] for band in campaign.scheme.grades]
    counted: dict[str, Counter] = defaultdict(Counter)
    rows = Grade.objects.filter(participant__campaign=campaign).order_by()
    for kind, name, number in rows.values_list("participant__consortium__kind", "name").annotate(
        number=Count("pk")
    ):
        counted[kind][name] = number
    labels = dict(Consortium.Kind.choices)
    return {
        "campaign": campaign,
        "names": [(name, f"yl-g{place}") for place, name in enumerate(names, start=1)],
        "lines": [
            {
                "kind": labels[kind],
                "numbers": [counted[kind][name] for name in names],
                "incomplete": counted[kind][""],
                "parts": [(counted[kind][name], f"yl-g{place}") for place, name in enumerate(names, start=1)],
            }
            for kind in labels
            if kind in counted
        ],
    }
