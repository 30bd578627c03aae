"""A leaver's drafts and cases go to a colleague of the same unit."""

import pytest

from filing import desk, leavers
from filing.models import Filing
from registry import access
from registry.errors import Refused
from registry.models import Notification
from registry.people import handover
from tests.actors import filer_of, reviewer_of, security_admin, unit_admin_of
from tests.factories import AuthorityFactory
from tests.factories.filing import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]


def test_a_draft_is_handed_to_a_colleague_who_hears_of_it_and_can_leave_in_turn():
    case = Case().draft()
    colleague, admin = filer_of(case.hospital), unit_admin_of(case.hospital)
    (left,) = handover.open_work(case.filer, by=admin)
    assert handover.hand_over(case.filer.pk, key=left.key, to_id=colleague.pk, by=admin) == 1
    assert Notification.objects.filter(recipient=colleague, kind="assigned").exists()
    assert handover.open_work(case.filer, by=admin) == []
    assert [item.key for item in leavers.drafts(colleague)] == [str(case.filing.pk)]
    assert Filing.objects.get(pk=case.filing.pk).created_by == case.filer


def test_a_case_on_the_desk_goes_to_a_colleague_who_may_review_it():
    case = Case().submitted()
    desk.take(case.filing.pk, by=case.reviewer)
    colleague, own = reviewer_of(case.commission), reviewer_of(case.commission)
    access.grant(own, "filer", case.hospital)
    admin = security_admin()
    (left,) = handover.open_work(case.reviewer, by=admin)
    with pytest.raises(Refused, match="另一位同事"):
        handover.hand_over(case.reviewer.pk, key=left.key, to_id=own.pk, by=admin)
    handover.hand_over(case.reviewer.pk, key=left.key, to_id=colleague.pk, by=admin)
    assert Filing.objects.get(pk=case.filing.pk).held_by == colleague


def test_nobody_outside_the_unit_takes_over_and_nobody_outside_it_hands_over():
    case = Case().draft()
    (left,) = handover.open_work(case.filer, by=security_admin())
    with pytest.raises(Refused, match="同事"):
        handover.hand_over(case.filer.pk, key=left.key, to_id=case.reviewer.pk, by=security_admin())
    with pytest.raises(access.Denied):
        handover.hand_over(case.filer.pk, key=left.key, to_id=1, by=unit_admin_of(AuthorityFactory()))
