"""Before the first check an area has no verdicts, which is not the same as nothing amiss."""

import pytest
from django.urls import reverse

from tests.actors import leader_of

pytestmark = pytest.mark.django_db


def test_the_overview_of_an_unchecked_area_promises_nothing(client, law, good, commission):
    client.force_login(leader_of(commission))
    text = client.get(reverse("evaluation:overview")).content.decode()
    assert "还没有检查过" in text
    assert "没有不符合" not in text
    assert "<small> 项</small>" not in text, "no number of failures"
    assert "—<small>%</small>" not in text, "no per cent of nothing"
