"""A year beyond all plans: what is said fits what the field can do."""

import pytest

from evaluation.views.rectifications import ActForm
from grids.forms import AssignForm, EndForm
from registry.divisions.forms import RenameForm
from registry.models import Consortium

FAR = "2999-12-31"


@pytest.mark.parametrize(
    ("form", "field"),
    [(RenameForm, "on"), (EndForm, "last"), (lambda data: ActForm("extend", data), "due_on")],
)
def test_a_day_that_must_be_given_is_not_said_to_be_left_out(form, field):
    assert form({field: FAR}).errors[field] == ["日期不能晚于 2100-12-31。请核对年份。"]


@pytest.mark.django_db
def test_a_last_day_that_need_not_be_given_may_be_left_out():
    form = AssignForm({"last": FAR}, consortia=Consortium.objects.none())
    assert form.errors["last"] == ["日期不能晚于 2100-12-31。请核对年份，没有期限的留空。"]
