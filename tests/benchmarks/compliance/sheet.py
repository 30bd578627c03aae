"""The live check sheet of a filing that a hospital is filling in: its page with the sheet, and without."""

from unittest import mock

from django.urls import reverse
from django.utils import timezone

from filing import assessment, editing
from filing.models import Filing
from tests.benchmarks.floor import whole_page
from tests.factories.filing import Case
from tests.factories.registry import InstitutionFactory

MEMBERS = 30
FILER = "sheet-filer"


def prepare() -> None:
    """A draft of a city group with its members, in a county of Chongqing."""
    case = Case(founded_on=timezone.localdate()).draft()
    case.filer.username = FILER
    case.filer.save(update_fields=["username"])
    members = InstitutionFactory.create_batch(MEMBERS, community_centre=True, division=case.county)
    editing.add_members(case.filing.pk, [one.pk for one in members], by=case.filer)


def page(clock, judged: bool) -> dict:
    """The first section of the form, as it is opened; not ``judged``: as if nothing stood on the sheet."""
    filing = Filing.objects.get(applicant__name="重庆测试医院")
    address = reverse("filing:section", args=[filing.pk, "A"])
    if judged:
        return whole_page(clock, address, FILER)
    empty = assessment.Sheet([], timezone.localdate())
    with mock.patch.object(assessment, "live", return_value=empty):
        return whole_page(clock, address, FILER)
