"""The list of rectifications (整改): its views, filters and orders, all of them kept in the address; and its workbook."""

import datetime as dt

from django import forms
from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone

from evaluation.areas import area_of
from evaluation.filters import AreaFilter
from evaluation.models import Rectification, RectificationStep
from evaluation.models.rectification import RectificationQuerySet
from registry import access
from registry.options import Options
from registry.text_sheet import first_of, text_sheet

_State = Rectification.State
OPEN = Q(state__in=Rectification.UNFINISHED)
# The orders that the list offers and, for what is done, takes by itself.
ORDERS = {"due": ("due_on", "id"), "-due": ("-due_on", "-id"), "-closed": ("-closed_at", "-id")}
COUNTED = ("open", "overdue", "asked", "reported")
HEADS = (
    ("整改期限", 12),
    ("状态", 10),
    ("已逾期", 8),
    ("对象", 36),
    ("地区", 14),
    ("条款", 10),
    ("条文位置", 14),
    ("文件", 36),
    ("问题", 60),
    ("判定仍成立", 10),
    ("责任单位", 36),
    ("整改要求", 60),
    ("交办人", 14),
    ("交办日期", 12),
    ("销号或撤销日期", 14),
)


class RectificationFilter(AreaFilter):
    """What is looked for; bound to the query string. What is not understood is left out."""

    field_order = ("q", "area")

    q = forms.CharField(label="对象、单位、条款或问题", required=False, max_length=100)
    unit = forms.ChoiceField(
        label="责任单位",
        required=False,
        choices=Options([("hospital", "医院"), ("bureau", "卫生健康行政部门")]),
    )
    stands = forms.ChoiceField(
        label="判定", required=False, choices=Options([("yes", "仍然成立"), ("no", "已不再成立")])
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not access.may(self.user, "view_compliance"):  # a hospital sees what itself has to put right
            del self.fields["unit"]

    def condition(self) -> Q:
        """The filter as a condition on rectifications."""
        self.is_valid()
        given, condition = self.cleaned_data, Q()
        if text := given.get("q"):
            condition &= (
                Q(finding__subject_name__icontains=text)
                | Q(finding__provision__iexact=text)
                | Q(finding__explanation__icontains=text)
                | Q(responsible__name__icontains=text)
                | Q(bureau__name__icontains=text)
            )
        if self.place:
            condition &= area_of(self.place).condition("finding__division")
        if given.get("unit"):
            condition &= Q(bureau__isnull=given["unit"] == "hospital")
        if given.get("stands"):
            condition &= Q(finding__resolved_on__isnull=given["stands"] == "yes")
        return condition


def views(today: dt.date) -> dict[str, tuple[str, Q]]:
    """The views of the list: word and condition, the first being that of the bare address."""
    return {
        "open": ("未销号", OPEN),
        "overdue": ("已逾期", OPEN & Q(due_on__lt=today)),
        **{str(state): (str(state.label), Q(state=state)) for state in _State},
        "all": ("全部", Q()),
    }


def counts(rows: RectificationQuerySet, shown: dict[str, tuple[str, Q]]) -> dict[str, int]:
    """Those in each view that are still to be done, under the filter of the moment, in one query."""
    unfinished = rows.unfinished().order_by()
    return unfinished.aggregate(**{name: Count("pk", filter=shown[name][1]) for name in COUNTED})


def default_sort(view: str) -> str:
    """What is to be done by its day, what is done by the day on which it was; of everything the latest day first."""
    return {_State.CLOSED: "-closed", _State.WITHDRAWN: "-closed", "all": "-due"}.get(view, "due")


def rectifications_workbook(rows: RectificationQuerySet, today: dt.date) -> bytes:
    """The rectifications as xlsx, one row each, with what was asked of the unit."""
    asked = RectificationStep.objects.filter(rectification=OuterRef("pk"), act=RectificationStep.Act.ASK)
    rows = rows.select_related("asked_by").annotate(
        requirement=Subquery(asked.order_by("pk").values("text")[:1])
    )
    return text_sheet("整改事项", HEADS, (_row(row, today) for row in first_of(rows)))


def _row(row: Rectification, today: dt.date) -> tuple[str, ...]:
    finding = row.finding
    return (
        row.due_on.isoformat(),
        row.get_state_display(),
        "是" if not row.finished and row.due_on < today else "否",
        finding.subject_name,
        finding.division.name,
        finding.provision,
        finding.rule.clause,
        finding.rule.document.short_title,
        finding.explanation,
        "是" if finding.stands else "否",
        row.unit.name,
        row.requirement or "",
        str(row.asked_by),
        timezone.localdate(row.asked_at).isoformat(),
        timezone.localdate(row.closed_at).isoformat() if row.closed_at else "",
    )
