"""Two at once, over real connections."""

import pytest
from django_otp.oath import TOTP

from registry.errors import Refused
from registry.models import StaffList, User
from registry.people import second_step, service
from registry.people.lists import service as lists
from tests.actors import security_admin, unit_admin_of
from tests.factories import AuthorityFactory, CountyFactory
from tests.filing.test_races import refusals, together
from tests.registry.people.test_lists import workbook

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bureau():
    return AuthorityFactory(division=CountyFactory(), name="渝中区卫生健康委")


def test_a_list_applied_twice_at_once_invites_once(bureau):
    admin = unit_admin_of(bureau)
    kept = lists.send(workbook(("罗静", "luojing", "", "", "审核人", bureau.name)), by=admin)
    results = together(*[lambda: lists.apply(kept.pk, by=admin)] * 2)
    (lost,) = refusals(results)
    assert isinstance(lost, Refused)
    assert User.objects.get(username="luojing").assignments.count() == 1


def test_two_lists_with_one_account_between_them_are_not_both_applied_by_half(bureau):
    admins = [unit_admin_of(bureau), unit_admin_of(bureau)]
    kept = [
        lists.send(
            workbook(
                ("甲", f"own{n}", "", "", "审核人", bureau.name),
                ("乙", "shared", "", "", "审核人", bureau.name),
            ),
            by=admin,
        )
        for n, admin in enumerate(admins)
    ]
    results = together(
        *[lambda one=one, by=by: lists.apply(one.pk, by=by) for one, by in zip(kept, admins, strict=True)]
    )
    lost = refusals(results)
    # Whoever comes after the other is through finds the shared account in place and invites the rest.
    assert len(lost) <= 1 and all(isinstance(one, Refused) for one in lost)
    applied = [one.pk for one, result in zip(kept, results, strict=True) if result not in lost]
    assert set(StaffList.objects.filter(state="applied").values_list("pk", flat=True)) == set(applied)
    own = {f"own{n}" for n, one in enumerate(kept) if one.pk in applied}
    assert set(User.objects.filter(username__startswith="own").values_list("username", flat=True)) == own
    assert User.objects.get(username="shared").assignments.count() == 1


def test_one_name_in_two_spellings_is_given_once(bureau):
    admin, other = security_admin(), security_admin()
    person = {"name": "罗静", "phone": "", "email": "", "role": "reviewer", "unit": bureau}
    results = together(
        lambda: service.invite(username="LuoJing", **person, by=admin),
        lambda: service.invite(username="luojing", **person, by=other),
    )
    (lost,) = refusals(results)
    assert "已有人使用" in str(lost)


def test_one_code_passes_once(bureau):
    user = unit_admin_of(bureau)
    device = second_step.start(by=user)
    totp = TOTP(device.bin_key)
    totp.time -= 30
    second_step.confirm(f"{totp.token():06}", by=user)
    now = f"{TOTP(device.bin_key).token():06}"
    results = together(*[lambda: second_step.check(now, by=user)] * 3)
    assert len(refusals(results)) == 2
