"""What is still missing before a filing can be submitted (填写完整性).

Only what makes it a filing at all is demanded here: a rule that is not met is shown and may be put right after a
return, because a hospital must be able to file in time.
"""

from dataclasses import dataclass

from django.db.models import DateField, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from filing import answers, changes, routing
from filing.form import form_of
from filing.models import Filing, FilingMember


@dataclass(frozen=True)
class SectionState:
    """How far a section is: labels of its blank required fields, and remarks that wait for an answer."""

    key: str
    title: str
    missing: tuple[str, ...]
    unanswered: int
    note: str = ""

    @property
    def done(self) -> bool:
        return not self.missing and not self.unanswered


def read(filing: Filing) -> list[SectionState]:
    """The state of every section, in the order of the form."""
    contents = {section.key: section.content for section in filing.sections.all()}
    waiting = open_remarks(filing)
    members = filing.members.count()
    files = filing.materials.filter(removed_at=None).count()
    states = []
    for section in form_of(filing).sections:
        missing = [
            field.short or field.label
            for field in section.fields
            if field.required
            and answers.is_blank(answers.raw_value(filing, field, contents.get(section.key, {})))
        ]
        note = ""
        if section.kind == "members":
            missing = [] if members else ["成员单位"]
            note = f"{members} 家"
        elif section.kind == "materials":
            note = f"{files} 份"
        unanswered = sum(1 for remark in waiting if remark.section == section.key)
        states.append(SectionState(section.key, section.title, tuple(missing), unanswered, note))
    return states


def open_remarks(filing: Filing) -> list:
    """Remarks sent to the hospital that it has not answered."""
    return list(filing.remarks.filter(sent_at__isnull=False, answered_at=None, resolved_at=None))


def problems(filing: Filing, states: list[SectionState] | None = None) -> list[str]:
    """Why the filing cannot be submitted yet, in the words of the form."""
    found = []
    for state in read(filing) if states is None else states:
        if state.missing:
            found.append(f"{state.title}部分未填{'、'.join(state.missing)}")
        if state.unanswered:
            found.append(f"{state.title}部分有 {state.unanswered} 条补正意见未答复")
    today = timezone.localdate()
    if filing.founded_on and filing.founded_on > today:
        found.append(f"成立日期不能晚于今天（{today:%Y-%m-%d}）")
    found += [f"“{member.institution}”的退出日期早于加入日期" for member in _left_before_joining(filing)]
    if filing.lead and filing.authority is None and (route := routing.route(filing.lead)).authority is None:
        found.append(route.reason)
    return found + _of_its_kind(filing)


def _of_its_kind(filing: Filing) -> list[str]:
    """What only a change or an end must fulfil."""
    if filing.kind not in (Filing.Kind.CHANGE, Filing.Kind.CLOSE):
        return []
    consortium, found = filing.consortium, []
    if consortium.closed_on:
        found.append(f"“{consortium}”已于 {consortium.closed_on} 终止，不能再申报")
    if filing.effective_on and consortium.founded_on and filing.effective_on <= consortium.founded_on:
        found.append(f"生效日期应晚于成立日期（{consortium.founded_on}）")
    if filing.kind == Filing.Kind.CHANGE:
        documents = Filing.Part.DOCUMENTS in filing.parts
        attached = filing.materials.filter(removed_at=None).exists()
        if documents and not attached:
            found.append("材料部分未上传新的章程或协议书")
        if not documents and not changes.changed(filing.base, changes.proposed_items(filing)):
            found.append("与现行名录相比没有任何改动")
    return found


def _left_before_joining(filing: Filing) -> list[FilingMember]:
    """Members whose last day lies before their first; without a date of their own they join at the founding."""
    joined = Coalesce("joined_on", Value(filing.founded_on, output_field=DateField()))
    wrong = filing.members.filter(left_on__lt=joined).select_related("institution")
    return list(wrong.order_by("pk")) if filing.founded_on else []
