"""Telling of policy drafts (政策草稿通知): whoever can confirm hears of a proposal, the drafter of what became of it."""

import datetime as dt

from django.urls import reverse

from registry import access, inbox
from registry.inbox import Kind
from registry.models import Authority, PolicyDraft, User

KIND = Kind("policy_draft", "政策草稿", "提请发布、退回、撤回和发布的政策草稿")


def proposed(draft_id: int) -> None:
    """提请发布: told to those at the bureau of the place who may confirm it."""
    draft = _draft(draft_id)
    _tell(
        draft,
        f"proposed:{draft.proposed_at:%Y%m%d%H%M%S%f}",
        f"{draft.title}：提请发布，等另一人确认",
        f"{draft.proposed_by}提请自 {draft.effective_on} 起发布。缘由：{draft.note}",
        _who_may_confirm(draft),
    )


def decided(draft_id: int, *, state: str, note: str, by: int | None, at: dt.datetime) -> None:
    """确认、退回、撤回或到期未能生效: told to whoever drafted and whoever proposed it. What the act led to is
    given, because the draft may have gone on since.
    """
    draft = _draft(draft_id)
    act, text = {
        PolicyDraft.State.DRAFT: ("已退回修改", f"原因：{note}"),
        PolicyDraft.State.CONFIRMED: (f"已确认，自 {draft.effective_on} 起生效", note),
        PolicyDraft.State.PUBLISHED: (f"已发布，自 {draft.effective_on} 起按新规定判定", note),
        PolicyDraft.State.REJECTED: ("未能生效", note),
        PolicyDraft.State.WITHDRAWN: ("已撤回", f"原因：{note}"),
    }[PolicyDraft.State(state)]
    people = {person.pk: person for person in (draft.created_by, draft.proposed_by) if person}
    if state != PolicyDraft.State.REJECTED:  # that one nobody decided
        people.pop(by, None)
    _tell(
        draft,
        f"{state}:{at:%Y%m%d%H%M%S%f}",
        f"{draft.title}：{act}",
        text,
        list(people.values()),
    )


def _draft(pk: int) -> PolicyDraft:
    return PolicyDraft.objects.select_related("division", "created_by", "proposed_by", "decided_by").get(
        pk=pk
    )


def _tell(draft: PolicyDraft, key: str, title: str, text: str, people: list[User]) -> None:
    url = reverse("registry:policy_draft", args=[draft.pk])
    inbox.tell(people, "policy_draft", f"policy-draft:{draft.pk}:{key}", title, text=text, url=url)


def _who_may_confirm(draft: PolicyDraft) -> list[User]:
    """Those of the place's bureau but the proposer, else of the next one above where there is another."""
    bureau = Authority.objects.nearest_to(draft.division)
    while bureau is not None:
        people = access.people_with("draft_policies", bureau).exclude(pk=draft.proposed_by_id)
        if others := list(people):
            return others
        bureau = bureau.parent
    return []
