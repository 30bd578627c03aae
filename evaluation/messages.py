"""Telling of rectifications (整改通知): the unit hears what is asked of it, the asker what it has reported."""

from django.urls import reverse

from evaluation import answering
from evaluation.models import RectificationStep
from registry import inbox
from registry.inbox import Kind

KIND = Kind("rectification", "整改", "交办、退回、调整期限、销号和撤销，以及责任单位报送的整改情况")
_Act = RectificationStep.Act
WORDS = {
    _Act.ASK: "须整改，期限 {due}",
    _Act.REPORT: "已报送整改，等待核验",
    _Act.RETURN: "整改退回，期限 {due}",
    _Act.EXTEND: "整改期限改为 {due}",
    _Act.CLOSE: "整改已核验销号",
    _Act.WITHDRAW: "整改已撤销",
}


def stepped(step_id: int) -> None:
    """Tell of one step to the side that did not take it."""
    rows = RectificationStep.objects.select_related(
        "by",
        "rectification__asked_by",
        "rectification__responsible",
        "rectification__bureau",
        "rectification__finding",
    )
    step = rows.get(pk=step_id)
    row = step.rectification
    people = [row.asked_by] if step.act == _Act.REPORT else answering.people_of(row)
    inbox.tell(
        [person for person in people if person.pk != step.by_id],
        "rectification",
        f"rectification-step:{step.pk}",
        f"{row.finding.subject_name} {row.finding.provision}：{WORDS[_Act(step.act)].format(due=row.due_on)}",
        text=step.text,
        url=reverse("evaluation:rectification", args=[row.pk]),
    )
