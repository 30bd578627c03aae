"""The consortia of one's own hospitals, and how each stands (我的医联体)."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.utils import timezone

from filing import changes
from filing.models import Filing, UnchangedStatement
from registry import access
from registry.models import Consortium, Lead


def led_by(user):
    """Consortia that a hospital of this person leads today, or led until they ended."""
    own = access.institutions_of(user, "edit_filing")
    today = timezone.localdate()
    leads = Lead.objects.filter(institution__in=own)
    now = leads.filter(during__contains=today).values("consortium")
    ended = leads.filter(consortium__closed_on__lte=today).values("consortium")
    registered = Q(registered_on__isnull=False) | Q(filings__isnull=False)
    return Consortium.objects.filter(Q(pk__in=now) | Q(pk__in=ended)).filter(registered).distinct()


@dataclass
class Standing:
    """One consortium with what a filer needs to know before acting."""

    consortium: Consortium
    members: int = 0
    open_filings: list[Filing] = field(default_factory=list)
    unchanged: bool = False
    changed_this_year: bool = False

    @property
    def state(self) -> tuple[str, str]:
        """已终止, 变更中 or 已备案, with the mark that shows it."""
        today = timezone.localdate()
        if self.consortium.closed_on and self.consortium.closed_on <= today:
            return "ended", "已终止"
        if self.closing:
            return "changing", "终止中"
        if self.open_filings:
            return "changing", "变更中"
        return ("registered", "已备案") if self.consortium.registered_on else ("draft", "未备案")

    @property
    def closing(self) -> Filing | None:
        """Its end, where that is under way."""
        return next((filing for filing in self.open_filings if filing.kind == Filing.Kind.CLOSE), None)

    @property
    def may_act(self) -> bool:
        return self.consortium.closed_on is None

    @property
    def may_say_unchanged(self) -> bool:
        return self.may_act and not self.unchanged and not self.changed_this_year and not self.open_filings


def standings(consortia: list[Consortium]) -> list[Standing]:
    """The same consortia with members, open filings and the year's answer, in a fixed number of queries."""
    today = timezone.localdate()
    found = {c.pk: Standing(c) for c in consortia}
    current = Q(memberships__during__contains=today)
    counts = Consortium.objects.filter(pk__in=found).annotate(n=Count("memberships", filter=current))
    for pk, number in counts.order_by("pk").values_list("pk", "n"):
        found[pk].members = number
    kinds = (Filing.Kind.CHANGE, Filing.Kind.CLOSE)
    for filing in Filing.objects.filter(consortium__in=found, kind__in=kinds).order_by("pk"):
        standing = found[filing.consortium_id]
        if filing.status in Filing.OPEN:
            standing.open_filings.append(filing.as_written())
        if filing.status == Filing.Status.REGISTERED and filing.registered_on.year == today.year:
            standing.changed_this_year = True
    said = UnchangedStatement.objects.filter(consortium__in=found, year=today.year)
    for pk in said.values_list("consortium", flat=True).order_by("pk"):
        found[pk].unchanged = True
    return list(found.values())


def open_by_part(consortium: Consortium) -> dict[str, list[Filing]]:
    """Changes on their way, by the part that they touch; an end touches every part."""
    found = defaultdict(list)
    for filing in changes.open_filings(consortium):
        for part in filing.parts or Filing.Part.values:
            found[part].append(filing.as_written())
    return dict(found)
