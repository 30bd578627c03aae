"""The people of the path, each by the real institution or bureau that they work for, and what they filed."""

import datetime as dt

from filing import editing, materials, transitions
from filing.models import Filing
from registry.models import Authority, Institution
from tests import actors
from tests.factories.filing import ANSWERS, pdf

LEAD = "重庆医科大学附属第一医院"
SECOND = "重庆医科大学附属第二医院"
MEMBERS = ("重庆市渝中区颐和护理院", "重庆市万州区双河口街道社区卫生服务中心")


def hospital(name: str) -> Institution:
    return Institution.objects.get(name=name)


def bureau(code: str) -> Authority:
    return Authority.objects.get(code=code)


def filer(name: str = LEAD):
    return actors.filer_of(hospital(name), name="罗静")


def reviewer(code: str = "500000"):
    return actors.reviewer_of(bureau(code), name="周敏")


def city_group(lead: str = LEAD, *, founded_on: dt.date) -> Filing:
    """A city group filled in by its hospital's filer, ready to submit."""
    applicant, by = hospital(lead), filer(lead)
    filing = editing.start(applicant=applicant, by=by)
    about = {"name": f"{lead}医疗集团", "founded_on": founded_on}
    for key, values in (ANSWERS | {"A": ANSWERS["A"] | about}).items():
        editing.save_section(filing.pk, key, values, version=1, by=by)
    editing.add_members(filing.pk, [hospital(name).pk for name in MEMBERS], by=by)
    materials.add(filing.pk, "charter", pdf("章程.pdf"), by=by)
    materials.add(filing.pk, "agreement", pdf("协议书.pdf"), by=by)
    filing.refresh_from_db()
    return filing


def submitted(lead: str = LEAD, *, founded_on: dt.date) -> Filing:
    filing = city_group(lead, founded_on=founded_on)
    transitions.submit(filing.pk, by=filing.created_by)
    filing.refresh_from_db()
    return filing
