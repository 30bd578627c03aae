"""The demonstration province (演示数据): three cities' rosters and consortia, people, filings under way, a finished
evaluation.

Everything goes through the services that people use, in the name of a demonstration account and within its area
(consortia by the operator), so what the demonstration shows is what the product does. Safe to repeat: what is
there stays as it is.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction

from evaluation import campaigns, demo_filings, runs, scorecards, values
from evaluation.models import Campaign, ComplianceRun
from filing.imports.service import import_consortia
from registry import access, audit, operators
from registry.errors import Refused
from registry.imports import service as rosters
from registry.imports.scope import scope_of
from registry.models import Authority, Consortium, Division, Institution, User

CITIES = {"chongqing": "cq_registry", "wuhu": "wh_registry", "chuzhou": "cz_registry"}
CHECKED = {"500000": "cq_evaluator", "340200": "wh_evaluator", "341100": "cz_evaluator"}
EVALUATED_YEAR = 2025
Say = Callable[[str], None]


@dataclass(frozen=True)
class Person:
    """A demonstration account as the list has it."""

    username: str
    name: str
    role: str
    unit: str
    place: str


def folder() -> Path:
    return settings.BASE_DIR / "fixtures" / "demo"


def people() -> list[Person]:
    """The accounts of fixtures/demo/people.csv."""
    with (folder() / "people.csv").open(encoding="utf-8", newline="") as file:
        return [Person(**row) for row in csv.DictReader(file)]


def load(say: Say) -> None:
    """Load everything in order. Raises Refused in production, and when a workbook does not come in clean."""
    if settings.PRODUCTION:
        raise Refused("生产环境不载入演示数据。")
    with audit.acting(reason="载入演示数据"):
        staff = [person for person in people() if person.unit != "institution"]
        say(f"演示账号（机关）：{_accounts(staff)} 个")
        for city, username in CITIES.items():
            say(f"{city}_roster.xlsx：{_roster(city, User.objects.get(username=username))}")
        hospitals = [person for person in people() if person.unit == "institution"]
        say(f"演示账号（医院）：{_accounts(hospitals)} 个")
        for city in CITIES:  # consortia and grids at once: no single role may bring in both
            say(f"{city}_consortia.xlsx：{_consortia(city, operators.operator())}")
        say(f"办理中的备案：{demo_filings.load()} 件")
        say(f"{EVALUATED_YEAR} 年度考核：{_campaign(User.objects.get(username='cz_evaluator'))}")
        say(f"合规检查：已安排 {_compliance()} 个地区")


# -- People -------------------------------------------------------------------------------------------------
@transaction.atomic
def _accounts(chosen: list[Person]) -> int:
    made = 0
    for person in chosen:
        user, created = User.objects.get_or_create(
            username=person.username, defaults={"name": person.name, "is_demo": True}
        )
        if created:
            user.set_password(settings.DEMO_PASSWORD)
            user.save(update_fields=["password"])
            access.grant(user, person.role, _unit(person))
            made += 1
    return made


def _unit(person: Person) -> Authority | Institution | None:
    if person.unit == "authority":
        return Authority.objects.get(code=person.place)
    if person.unit == "institution":
        return Institution.objects.live().get(name=person.place)
    return None


# -- Rosters and consortia ----------------------------------------------------------------------------------
def _roster(city: str, by: User) -> str:
    path = folder() / f"{city}_roster.xlsx"
    batch = rosters.stage(path, path.name, by, scope_of(by))
    if not batch.can_apply:
        return "没有变化"
    rosters.apply(batch.pk, by)
    return "已导入"


@transaction.atomic
def _consortia(city: str, by: User) -> str:
    before = set(Consortium.objects.values_list("pk", flat=True))
    outcome = import_consortia(folder() / f"{city}_consortia.xlsx", by=by, apply=True)
    if outcome.stopped:
        first = outcome.issues[0]
        raise Refused(f"{city}_consortia.xlsx {first.sheet}!{first.cell}：{first.message}")
    Consortium.objects.exclude(pk__in=before).update(is_demo=True)
    return f"新增 {outcome.counts['create']}，不变 {outcome.counts['unchanged']}"


# -- Evaluation ---------------------------------------------------------------------------------------------
@transaction.atomic
def _campaign(by: User) -> str:
    """Last year's evaluation of Chuzhou's three consortia, scored and published; two figures were never reported."""
    authority = Authority.objects.get(code="341100")
    if Campaign.objects.filter(authority=authority, year=EVALUATED_YEAR).exists():
        return "已在"
    campaign = campaigns.create(
        authority=authority,
        year=EVALUATED_YEAR,
        scheme=campaigns.schemes_for(authority, EVALUATED_YEAR).get(),
        consortia=campaigns.consortia_of(authority, EVALUATED_YEAR),
        due_on=date(EVALUATED_YEAR + 1, 1, 31),
        by=by,
    )
    campaigns.open_collection(campaign.pk, by=by)
    reading = values.read(folder() / "chuzhou_figures_2025.xlsx", campaign)
    if not reading.clean:
        raise Refused(f"chuzhou_figures_2025.xlsx：{reading.issues[0].message}")
    values.apply(campaign.pk, reading.entries, by=by)
    scorecards.work_out(campaign.pk, by=by)
    campaigns.publish(campaign.pk, by=by)
    return "已公布"


def _compliance() -> int:
    """Ask for a first check of each area; a worker does it as soon as there is one."""
    started = 0
    for code, username in CHECKED.items():
        division = Division.objects.current().get(code=code)
        if not ComplianceRun.objects.filter(division=division).exists():
            runs.start(division=division, by=User.objects.get(username=username))
            started += 1
    return started
