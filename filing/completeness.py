"""What is still missing before a filing can be submitted (填写完整性).

Only what makes it a filing at all is demanded here: a rule that is not met is shown and may be put right after a
return, because a hospital must be able to file in time.
"""

from dataclasses import dataclass

from django.db.models import DateField, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from filing import answers, changes, routing
from filing.fields import Field
from filing.form import form_of
from filing.models import Filing
from registry.models import Institution


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
            if field.required and not _answered(filing, field, contents, section.key)
        ]
        note = ""
        if section.kind == "members":
            missing = [] if members else ["成员单位"]
            note = f"{members} 家"
        elif section.kind == "materials":
            note = f"{files} 份"
        elif not missing and not any(
            _answered(filing, field, contents, section.key) for field in section.fields
        ):
            note = "选填，未填"
        unanswered = sum(1 for remark in waiting if remark.section == section.key)
        states.append(SectionState(section.key, section.title, tuple(missing), unanswered, note))
    return states


def _answered(filing: Filing, field: Field, contents: dict[str, dict], key: str) -> bool:
    return not answers.is_blank(answers.raw_value(filing, field, contents.get(key, {})))


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
    found += _wrong_members(filing)
    if filing.lead and filing.authority is None and (route := routing.route(filing.lead)).authority is None:
        found.append(route.reason)
    return found + _of_its_kind(filing) + _filed_already(filing)


def _filed_already(filing: Filing) -> list[str]:
    """One consortium is filed once: another case of the hospital under this name is to be ended first."""
    if filing.kind != Filing.Kind.ESTABLISH or not filing.name:
        return []
    others = Filing.objects.filter(
        kind=filing.kind, applicant=filing.applicant, name=filing.name, status__in=Filing.WITH_AUTHORITY
    )
    if other := others.exclude(pk=filing.pk).order_by("pk").first():
        return [
            f"本单位已有同名医联体的备案在办（申报编号 {other.case_number}），请等它办结或先撤回，或改用别的名称"
        ]
    return []


def _of_its_kind(filing: Filing) -> list[str]:
    """What only a change or an end must fulfil."""
    if filing.kind not in (Filing.Kind.CHANGE, Filing.Kind.CLOSE):
        return []
    consortium, found = filing.consortium, []
    if consortium.closed_on:
        found.append(f"“{consortium}”已于 {consortium.closed_on} 终止，不能再申报")
    if filing.effective_on and consortium.founded_on and filing.effective_on <= consortium.founded_on:
        named = "终止日期" if filing.kind == Filing.Kind.CLOSE else "生效日期"
        found.append(f"{named}应晚于成立日期（{consortium.founded_on}）")
    if filing.kind == Filing.Kind.CLOSE and (waiting := changes.in_the_way_of_the_end(filing)):
        found.append(waiting)
    if filing.kind == Filing.Kind.CHANGE:
        documents = Filing.Part.DOCUMENTS in filing.parts
        attached = filing.materials.filter(removed_at=None).exists()
        if documents and not attached:
            found.append("材料部分未上传新的章程或协议书")
        if not documents and not changes.changed(filing.base, changes.proposed_items(filing)):
            found.append("与现行名录相比没有任何改动")
    return found


def _wrong_members(filing: Filing) -> list[str]:
    """What is wrong with single lines. Members of a new consortium join at its founding or later; its lead is none."""
    founded, new = filing.founded_on, filing.kind in (Filing.Kind.ESTABLISH, Filing.Kind.APPROVAL)
    wrong = Q(left_on__lt=Coalesce("joined_on", Value(founded, output_field=DateField())))
    if new:
        wrong |= Q(institution=filing.lead_id) | Q(institution__status=Institution.Status.CLOSED)
        wrong |= Q(joined_on__lt=founded) if founded else Q()
    found = []
    for member in filing.members.filter(wrong).select_related("institution").order_by("pk"):
        joined = member.joined_on or founded
        reasons = (
            (member.left_on and joined and member.left_on < joined, "的退出日期早于加入日期"),
            (new and member.institution_id == filing.lead_id, "是牵头医院，不列入成员单位，请移除"),
            (new and member.institution.status == Institution.Status.CLOSED, "在名录中已注销，请从成员单位移除"),
            (new and founded and member.joined_on and member.joined_on < founded, f"的加入日期早于成立日期（{founded}）"),
        )  # fmt: skip
        found += [f"“{member}”{reason}" for applies, reason in reasons if applies]
    return found
