"""Drafting and publishing policy documents (起草与发布政策): one person proposes, another confirms.

草稿 ──提请发布──▶ 待确认 ──确认──▶ 已发布（生效日期未到的：已确认，待生效）
  ▲                  │
  └──────退回────────┘        撤回 leads from every state before 已发布 to 已撤回
"""

import datetime as dt
import logging
import tomllib
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from registry import access, audit, policy_messages
from registry.errors import Refused, Stale
from registry.models import Division, PolicyDocument, PolicyDraft
from registry.policy.book import RuleBook
from registry.policy.conflicts import ConflictAt, conflicts_in, places_with_documents
from registry.policy.library import current_book, published_packs
from registry.policy.load import across, publish
from registry.policy.pack import NATIONAL, PackSpec, digest
from registry.policy.parse import PackError, read_source
from registry.policy.toml_edit import with_document, with_rule

logger = logging.getLogger(__name__)
PERMISSION = "draft_policies"
_State = PolicyDraft.State
LARGEST = 1024 * 1024  # of a pack and of its text, in bytes; the longest that we know is under 70 KB


def read_draft(source: str, text: str, name: str = "") -> PackSpec:
    """The pack of a draft, held against everything that is published; PackError with every mistake at its line."""
    pack = read_source(name or "政策包", source, text)
    others = [one for one in published_packs() if one.id != pack.id]
    if problems := list(across([*others, pack], {pack.id: source}, only=pack.id)):
        raise PackError(problems)
    return pack


def pack_of_draft(draft: PolicyDraft) -> PackSpec:
    """The pack of a kept draft; Refused where what has been published since no longer goes together with it."""
    try:
        return read_draft(draft.source, draft.text, f"{draft.code}.toml")
    except PackError as error:
        raise Refused(f"草稿已不能通过校验（{error.problems[0]}）。请修改或重新起草。") from error


def published_text(source: str) -> str:
    """The text of the published document that a pack replaces, for a pack that comes without one."""
    return next(iter(PolicyDocument.objects.filter(code=_code(source)).values_list("text", flat=True)), "")


def _code(source: str) -> str:
    try:
        return str(tomllib.loads(source)["document"]["id"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError, RecursionError):
        return ""


def draft_digest(source: str, text: str) -> str:
    """What stands for the content of a draft."""
    return digest([source, text])


# -- Drafting -----------------------------------------------------------------------------------------------
@transaction.atomic
def start(*, by, source: str, text: str, note: str, name: str = "") -> PolicyDraft:
    """起草：keep a new or changed pack. PackError with its mistakes when it could not be published."""
    text = text or published_text(source)
    pack = read_draft(source, text, name)
    division = _place(pack)
    _permit(by, division)
    _said(note, "请写明起草的缘由。")
    document = PolicyDocument.objects.filter(code=pack.id).first()
    if document:
        _permit(by, place_of(document.jurisdiction))
    return PolicyDraft.objects.create(
        code=pack.id, title=pack.title, division=division, source=source, text=text,
        digest=draft_digest(source, text), base_version=document.version if document else "",
        note=note.strip(), created_by=by,
    )  # fmt: skip


@transaction.atomic
def revise(code: str, *, by, note: str) -> PolicyDraft:
    """修订：a draft that begins as the published document."""
    document = PolicyDocument.objects.filter(code=code).first()
    if document is None or not document.source:
        raise Refused("这份文件没有可以修订的政策包。请先运行 load_reference，或上传 TOML 文件。")
    return start(by=by, source=document.source, text=document.text, note=note, name=f"{code}.toml")


def edit_rule(draft_id: int, *, by, provision: str, changes: dict, seen: str) -> PolicyDraft:
    """改一条规定：other parameters, another modality. `seen` is the digest of what the person had before him."""
    return _rewrite(draft_id, by, seen, lambda source: with_rule(source, provision, changes))


def edit_document(draft_id: int, *, by, changes: dict, seen: str) -> PolicyDraft:
    """改文件的日期."""
    return _rewrite(draft_id, by, seen, lambda source: with_document(source, changes))


@transaction.atomic
def _rewrite(draft_id: int, by, seen: str, change) -> PolicyDraft:
    draft = _locked(draft_id, by, (_State.DRAFT,), "修改", seen)
    source = change(draft.source)
    pack = read_draft(source, draft.text, f"{draft.code}.toml")
    draft.source, draft.title = source, pack.title
    draft.digest, draft.changed_at = draft_digest(source, draft.text), timezone.now()
    draft.save(update_fields=["source", "title", "digest", "changed_at"])
    return draft


# -- Publishing ---------------------------------------------------------------------------------------------
@transaction.atomic
def propose(draft_id: int, *, by, effective_on: dt.date, seen: str) -> PolicyDraft:
    """提请发布 from a day on; another person has to confirm it."""
    draft = _locked(draft_id, by, (_State.DRAFT,), "提请发布", seen)
    if effective_on < timezone.localdate():
        raise Refused(f"生效日期 {effective_on} 已经过去，请选今天或以后的日期。")
    document = _unmoved(draft)
    if document and (document.source, document.text) == (draft.source, draft.text):
        raise Refused("草稿与现行文件没有差别，不必发布。请先修改，或者撤回这份草稿。")
    pack = pack_of_draft(draft)
    if document and pack.effective_from and pack.effective_from > effective_on:
        raise Refused(
            f"政策包写明自 {pack.effective_from} 起施行，生效日期不能早于这一天，否则其间没有规定可依。"
        )
    draft.state, draft.effective_on = _State.PROPOSED, effective_on
    draft.proposed_by, draft.proposed_at = by, timezone.now()
    draft.decided_by = draft.decided_at = None
    try:
        with transaction.atomic():
            draft.save(
                update_fields=[
                    "state", "effective_on", "proposed_by", "proposed_at", "decided_by", "decided_at",
                ]
            )  # fmt: skip
    except IntegrityError:
        raise Refused("这份文件已有另一份草稿在等待确认或生效。请先处理那一份。") from None
    transaction.on_commit(partial(policy_messages.proposed, draft.pk), robust=True)
    return draft


@transaction.atomic
def confirm(draft_id: int, *, by, note: str = "", seen: str) -> PolicyDraft:
    """确认发布, never by whoever proposed it. Takes effect on its day, at once when that has come."""
    draft = _locked(draft_id, by, (_State.PROPOSED,), "确认发布", seen)
    if by.pk == draft.proposed_by_id:
        raise Refused("发布须由提请人以外的另一人确认。")
    _unmoved(draft)
    draft.decided_by, draft.decided_at, draft.decision_note = by, timezone.now(), note.strip()
    draft.state = _State.CONFIRMED
    draft.save(update_fields=["decided_by", "decided_at", "decision_note", "state"])
    if draft.effective_on <= timezone.localdate():
        _publish(draft)
    _announce(draft)
    return draft


@transaction.atomic
def reject(draft_id: int, *, by, note: str, seen: str) -> PolicyDraft:
    """退回 to the drafter with a reason; it can be changed and proposed again."""
    draft = _locked(draft_id, by, (_State.PROPOSED,), "退回", seen)
    _said(note, "请写明退回的原因。")
    draft.state, draft.decision_note = _State.DRAFT, note.strip()
    draft.decided_by, draft.decided_at = by, timezone.now()
    draft.save(update_fields=["state", "decision_note", "decided_by", "decided_at"])
    _announce(draft)
    return draft


@transaction.atomic
def withdraw(draft_id: int, *, by, note: str, seen: str) -> PolicyDraft:
    """撤回 for good; what is published already is not undone by it."""
    draft = _locked(draft_id, by, PolicyDraft.OPEN, "撤回", seen)
    _said(note, "请写明撤回的原因。")
    draft.state, draft.decision_note = _State.WITHDRAWN, note.strip()
    draft.decided_by, draft.decided_at = by, timezone.now()
    draft.save(update_fields=["state", "decision_note", "decided_by", "decided_at"])
    _announce(draft)
    return draft


def publish_due() -> list[PolicyDraft]:
    """Publish what was confirmed for a day that has come. What can no longer be published is sent back with the reason."""
    published = []
    due = PolicyDraft.objects.filter(state=_State.CONFIRMED, effective_on__lte=timezone.localdate())
    for pk in list(due.order_by("effective_on", "pk").values_list("pk", flat=True)):
        with transaction.atomic():
            draft = PolicyDraft.objects.select_for_update(of=("self",)).get(pk=pk)
            if draft.state != _State.CONFIRMED:
                continue
            with audit.acting(draft.decided_by, reason=f"政策草稿 {pk} 到期生效"):
                try:
                    with transaction.atomic():
                        _unmoved(draft)
                        _publish(draft)
                except Refused as reason:
                    logger.warning("draft=%s not published: %s", pk, reason)
                    draft.state, draft.decision_note = _State.REJECTED, f"到期未能生效：{reason}"[:500]
                    draft.save(update_fields=["state", "decision_note"])
                else:
                    published.append(draft)
                _announce(draft)
    return published


def _announce(draft: PolicyDraft) -> None:
    told = partial(
        policy_messages.decided,
        draft.pk,
        state=draft.state,
        note=draft.decision_note,
        by=draft.decided_by_id,
        at=draft.decided_at,
    )
    transaction.on_commit(told, robust=True)


def _publish(draft: PolicyDraft) -> None:
    pack = pack_of_draft(draft)
    today = timezone.localdate()
    try:
        with transaction.atomic():
            publish(pack, draft.source, draft=draft, effective_on=today)
    except IntegrityError:  # the same numbers in another document that was published in this moment
        raise Refused("刚刚有另一份文件发布了同样的标识或条款编号。请刷新页面，改号后重新起草。") from None
    draft.state, draft.published_at, draft.effective_on = _State.PUBLISHED, timezone.now(), today
    draft.save(update_fields=["state", "published_at", "effective_on"])


def acts_of(draft: PolicyDraft, user) -> set[str]:
    """What this person may do with it now."""
    if not access.covers(user, PERMISSION, draft.division):
        return set()
    acts = {"withdraw"} if draft.state in PolicyDraft.OPEN else set()
    if draft.state == _State.DRAFT:
        acts |= {"propose", "edit"}
    if draft.state == _State.PROPOSED:
        acts |= {"reject"} | ({"confirm"} if user.pk != draft.proposed_by_id else set())
    return acts


def new_conflicts(draft: PolicyDraft) -> list[ConflictAt]:
    """Contradictions with other documents that publishing the draft would bring; none where it no longer goes together."""
    if draft.state not in PolicyDraft.OPEN:
        return []
    try:
        pack = pack_of_draft(draft)
    except Refused:
        return []
    book, day = current_book(), max(filter(None, (timezone.localdate(), draft.effective_on)))
    drafted = RuleBook([*(one for one in book.packs.values() if one.id != pack.id), pack])
    below = Q(path__startswith=draft.division.path)
    places = list(places_with_documents(drafted).filter(below))
    known = {one.pair for one in conflicts_in(book, places, day)}
    return [one for one in conflicts_in(drafted, places, day) if one.pair not in known]


def is_outdated(draft: PolicyDraft) -> bool:
    """Whether another version of the document has been published since it was drafted."""
    return draft.state in PolicyDraft.OPEN and draft.base_version != _current_version(draft.code)


def _unmoved(draft: PolicyDraft) -> PolicyDocument | None:
    document = PolicyDocument.objects.select_for_update().filter(code=draft.code).first()
    if (document.version if document else "") != draft.base_version:
        raise Refused("起草以后，这份文件已经发布了另一个版本。请按现行版本重新起草，再提请发布。")
    return document


def _current_version(code: str) -> str:
    return next(iter(PolicyDocument.objects.filter(code=code).values_list("version", flat=True)), "")


def _locked(draft_id: int, by, states, act: str, seen: str) -> PolicyDraft:
    rows = PolicyDraft.objects.select_for_update(of=("self",)).select_related("division", "proposed_by")
    draft = rows.get(pk=draft_id)
    access.require(by, PERMISSION, draft.division)
    if draft.state not in states:
        raise Refused(f"这份草稿{draft.get_state_display()}，不能{act}。请刷新页面。")
    if draft.digest != seen:
        raise Stale("您看到的草稿已经被修改过。请刷新页面，看过新的内容再操作。", draft)
    return draft


def _place(pack: PackSpec) -> Division:
    if pack.jurisdiction == NATIONAL:
        raise Refused("全国文件随程序提供，不在这里起草。")
    return place_of(pack.jurisdiction)


def place_of(code: str) -> Division:
    """The current place of a document; Refused where the code names none."""
    place = Division.objects.current().filter(code=code).first()
    if place is None:
        raise Refused(f"没有区划代码 {code}。jurisdiction 应是现行的区划代码，如 500000。")
    return place


def _permit(by, place: Division) -> None:
    if not access.covers(by, PERMISSION, place):
        told = f"政策包适用于{place}（{place.code}），不在您起草的范围内。请核对 jurisdiction，或请当地的考核人上传。"
        access.deny(by, PERMISSION, place, told)


def _said(text: str, refusal: str) -> None:
    if not text.strip():
        raise Refused(refusal)
