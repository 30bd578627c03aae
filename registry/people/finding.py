"""Finding people in the list: views, search and what they do where (人员列表)."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from registry.models import Assignment, User

VIEWS = (
    ("", "在用"),
    ("invited", "未启用"),
    ("unassigned", "没有任职"),
    ("closed", "已停用"),
    ("all", "全部"),
)
UNUSABLE = "!"  # how Django marks a password that nobody has set


def narrow(people: QuerySet[User], form, view: str) -> QuerySet[User]:
    """The people of a view that fit the filter."""
    active = Exists(Assignment.objects.active().filter(user=OuterRef("pk")))
    conditions = {
        "": Q(is_active=True),
        "invited": Q(is_active=True, password__startswith=UNUSABLE),
        "unassigned": Q(~active, is_active=True),
        "closed": Q(is_active=False),
    }
    people = people.filter(conditions.get(view, Q()))
    form.is_valid()
    if query := form.cleaned_data.get("q", "").strip():
        people = people.filter(
            Q(name__icontains=query) | Q(username__icontains=query) | Q(phone__contains=query)
        )
    if role := form.cleaned_data.get("role"):
        people = people.filter(Exists(Assignment.objects.active().filter(user=OuterRef("pk"), role=role)))
    return people


def mark_offices(people: list[User]) -> None:
    """Give each person of a page his assignments of today as `offices`; one query."""
    rows = Assignment.objects.active().filter(user__in=people).select_related("authority", "institution")
    held: dict[int, list[Assignment]] = {}
    for row in rows.order_by("pk"):
        held.setdefault(row.user_id, []).append(row)
    for person in people:
        person.offices = held.get(person.pk, [])
