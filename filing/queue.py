"""The bureau's list of cases (审查队列): its views, filters and orders, all of them kept in the address."""

from datetime import date

from django import forms
from django.db.models import Count, Q

from filing import delegation
from filing.models import Filing, ReviewSettings
from registry import access
from registry.models import Assignment, Authority, Consortium, User
from registry.options import Options
from registry.roles import roles_with
from registry.workdays import CalendarMissing, WorkCalendar

S = Filing.Status
SOON = 2  # workdays
MOST_NAMES = 300
ORDERS = {
    "due": ["due_key", "id"],
    "-due": ["-due_key", "-id"],
    "handle": ["handle_key", "id"],
    "-handle": ["-handle_key", "-id"],
    "received": ["received_key", "id"],
    "-received": ["-received_key", "-id"],
}
COUNTED = ("waiting", "mine", "free", "soon", "overdue", "late", "received", "returned")


def soon_day(today: date, calendar: WorkCalendar) -> date:
    """The last day of what is called soon due."""
    try:
        return calendar.due_on(today, SOON)
    except CalendarMissing:
        return today


def views(user, today: date, calendar: WorkCalendar) -> dict[str, tuple[str, Q]]:
    """The views of the list: word and condition. A stand-in's own cases include those of whom he stands in for."""
    waiting = Q(status__in=Filing.WITH_AUTHORITY)
    holders = [user.pk, *(row.delegator_id for row in delegation.received(user))]
    return {
        "waiting": ("待处理", waiting),
        "mine": ("我经办", waiting & Q(held_by__in=holders)),
        "free": ("待领取", waiting & Q(held_by=None)),
        "soon": ("办理将到期", waiting & Q(handle_by__range=(today, soon_day(today, calendar)))),
        "overdue": ("办理逾期", waiting & Q(handle_by__lt=today)),
        "late": ("迟报", waiting & Q(late_workdays__gt=0)),
        "received": ("已受理待备案", Q(status=S.RECEIVED)),
        "returned": ("等待补正", Q(status=S.RETURNED)),
        "finished": ("已办结", Q(status__in=Filing.FINISHED)),
        "all": ("全部", Q()),
    }


def counts(filings, shown: dict[str, tuple[str, Q]]) -> dict[str, int]:
    """Cases in each view under the filter of the moment; only open ones are counted, in one query."""
    open_cases = filings.filter(status__in=[*Filing.WITH_AUTHORITY, S.RETURNED]).order_by()
    return open_cases.aggregate(**{name: Count("pk", filter=shown[name][1]) for name in COUNTED})


def default_order(user) -> str:
    """By 办理期限 where a bureau of the person has set one, else by the hospital's 备案期限."""
    paths = [held.path for held in access.held_by(user) if "review_filings" in held.permissions]
    limited = ReviewSettings.objects.filter(authority__path__in=paths, handling_workdays__isnull=False)
    return "handle" if paths and limited.exists() else "due"


def reviewers_within(user) -> list[User]:
    """Everybody who reviews at a bureau of the person or below, himself first."""
    reach = access.authorities_where(user, "review_filings")
    held = Assignment.objects.active().filter(
        role__in=roles_with("review_filings"), authority__in=reach.values("pk")
    )
    people = User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("name", "pk")
    return sorted(people[:MOST_NAMES], key=lambda person: person.pk != user.pk)


class QueueFilter(forms.Form):
    """What the reviewer looks for; bound to the query string."""

    q = forms.CharField(label="医联体、牵头医院或编号", required=False, max_length=100)
    consortium_kind = forms.ChoiceField(
        label="类型", required=False, choices=Options(Consortium.Kind.choices)
    )
    kind = forms.ChoiceField(label="事项", required=False, choices=Options(Filing.Kind.choices))
    result = forms.ChoiceField(
        label="检查结果",
        required=False,
        choices=Options([("FAIL", "有不符合"), ("DEVIATION", "有偏离"), ("INSUFFICIENT", "有资料不足")]),
    )
    authority = forms.ChoiceField(label="备案机关", required=False)
    holder = forms.ChoiceField(label="经办", required=False)

    def __init__(self, *args, user, people, **kwargs):
        super().__init__(*args, **kwargs)
        bureaus = access.authorities_where(user, "view_filings").filter(
            Q(pk__in=Filing.objects.values("authority")) | Q(pk__in=[h.unit_id for h in access.held_by(user)])
        )
        names = bureaus.order_by("path").values_list("pk", "short_name")[:MOST_NAMES]
        self.fields["authority"].choices = Options(names)
        self.fields["holder"].choices = Options(
            [("none", "没有人"), *((person.pk, person) for person in people)]
        )

    @property
    def sees_several_bureaus(self) -> bool:
        """Each bureau counts its cases itself: where several are seen, a number alone does not say which case."""
        return len(self.fields["authority"].choices) > 2  # the first one is blank

    def condition(self) -> Q:
        """The filter as a condition on filings; what is not understood is left out."""
        self.is_valid()
        given = self.cleaned_data
        condition = Q()
        if query := given.get("q"):
            condition &= (
                Q(name__icontains=query)
                | Q(lead__name__icontains=query)
                | Q(case_number__icontains=query)
                | Q(registration_number__icontains=query)
            )
        for name in ("consortium_kind", "kind", "authority"):
            if given.get(name):
                condition &= Q(**{name: given[name]})
        if given.get("result"):
            condition &= Q(sheet__tally__has_key=given["result"])
        if holder := given.get("holder"):
            condition &= Q(held_by=None) if holder == "none" else Q(held_by=holder)
        return condition


def mark_rows(filings: list[Filing], viewer, today: date, calendar: WorkCalendar) -> None:
    """Give each case of a page its workdays left of the 办理期限, and whether the viewer may have it."""
    for filing in filings:
        filing.handle_left = _left(filing.handle_by, filing, calendar, today)
        filing.holdable = filing.status not in Filing.FINISHED and access.covers(
            viewer, "review_filings", filing.authority
        )


def _left(due: date | None, filing: Filing, calendar: WorkCalendar, today: date) -> int | None:
    if due is None or filing.status not in Filing.WITH_AUTHORITY:
        return None
    try:
        left = calendar.workdays_between(today, due)
    except CalendarMissing:
        return None
    return min(-1, left) if due < today else left


def authorities_settable(user):
    """The bureaus whose rules a person may set."""
    return Authority.objects.filter(pk__in=access.authorities_where(user, "configure_authority").values("pk"))
