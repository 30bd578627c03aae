"""Conflict of interest (利益关系): a reviewer who holds an assignment at a hospital of the filing. Shown, not forbidden."""

from collections.abc import Mapping
from typing import Any

from registry.models import Assignment
from registry.models.person import User


def ties(people: list[User], content: Mapping[str, Any]) -> list[Assignment]:
    """Assignments of today of these people at the lead or at a member; one query."""
    hospitals = [member["id"] for member in content["members"]]
    hospitals += [content["lead"]["id"]] if content["lead"] else []
    rows = Assignment.objects.active().filter(user__in=people, institution__in=hospitals)
    return list(rows.select_related("user", "institution").order_by("pk"))
