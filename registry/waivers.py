"""Lifting a rule for one subject (豁免), and approving a deviation from a weaker rule (批准偏离).

A rule is lifted by the level that issued it, or one above: a county does not lift the rule of its city, and a rule of
the state is lifted by the province at the lowest. A document may name a lower level for some of its rules
(`[[named.waived_by]]`). A deviation from a rule that itself says 原则上 is approved by the subject's own authority.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from registry import access, waiver_messages
from registry.errors import Refused
from registry.models import Consortium, Division, Rule, User, Waiver
from registry.policy.check import LARGEST_NUMBER, find_check
from registry.policy.lifting import Level, lifting_level
from registry.policy.pack import NATIONAL, RuleSpec
from registry.policy.param_words import param_word
from registry.policy.subjects import SUBJECTS
from registry.policy.verdict import Outcome
from registry.uploads import clean_name, receive
from registry.waiver_subjects import CONSORTIUM, LiftableKind, kind_of, kind_of_record

PERMISSION = "grant_waivers"
# Numbers of checks of which less is easier; of all others (at most, days, years) more is.
EASED_BY_LESS = ("at_least", "percent", "planned", "total")


def liftable(rule: Rule, kind: str = Waiver.Kind.WAIVER) -> str:
    """Why a rule cannot be lifted, or deviated from; blank when it can."""
    if rule.retired_at is not None or not rule.check_name:
        return f"{rule.provision} 不是现行的系统判定条款，无需豁免。"
    if kind_of(rule.subject) is None:
        return f"{rule.provision} 判定的是{SUBJECTS[rule.subject]}，不能豁免。确需调整的，请修订政策文件。"
    weight = RuleSpec.from_body(rule.body).weight
    if weight not in (Outcome.FAIL, Outcome.DEVIATION):
        return f"{rule.provision} 没有达到时只作{weight.label}，无需豁免。"
    if kind == Waiver.Kind.DEVIATION and weight is not Outcome.DEVIATION:
        return f"{rule.provision} 的要求是“{rule.modality}”，没有达到即为不符合，不能批准偏离；确有依据的请用豁免。"
    return ""


def binds(rule: Rule, subject: Any) -> bool:
    """Whether the rule is about such a subject in this place at all."""
    known = kind_of(rule.subject)
    if known is None or known is not kind_of_record(subject):
        return False
    kinds, code = rule.body["kinds"], rule.document.jurisdiction
    here = code == NATIONAL or f"/{code}/" in known.place_of(subject).path
    return here and (not kinds or not isinstance(subject, Consortium) or subject.kind in kinds)


@dataclass(frozen=True)
class Threshold:
    """A number of a rule in whose place a waiver may put an easier one (适当放宽条件), from ``least`` to ``most``."""

    was: int
    least: int
    most: int

    def refusal(self, number: int) -> str:
        """Why a number is no easier one, blank where it is."""
        if self.least <= number <= self.most:
            return ""
        easier = f"大于 {self.was}" if self.least > self.was else f"小于 {self.was}"
        return f"填的是 {number}，没有放宽：原为 {self.was}，放宽后应{easier}。"


def thresholds(rule: Rule) -> dict[str, Threshold]:
    """The numbers that a waiver may ease. Nought in a number that may be left out asks for nothing."""
    check, found = find_check(rule.check_name), {}
    for name, param in (check.params if check else {}).items():
        was = rule.body["params"].get(name)
        if (
            param.type is not int
            or was is None
            or (was == 0 and (name in EASED_BY_LESS or not param.required))
        ):
            continue
        least, most = (0, was - 1) if name in EASED_BY_LESS else (was + 1, LARGEST_NUMBER)
        found[name] = Threshold(was, least, most)
    return found


def may_grant(user: User, place: Division, rule: Rule, kind: str) -> bool:
    """Whether the person may do this for a subject in the place: see the rule at the head of the module."""
    if kind == Waiver.Kind.DEVIATION:
        return access.covers(user, PERMISSION, place)
    return holds_at(user, PERMISSION, level_of(rule, place), place)


def holds_at(user: User, permission: str, level: Level, place: Division) -> bool:
    """Whether the person holds the permission at a level of the places over a subject, or above it."""
    paths, _ = access.reach(user, permission)
    if any(level.path.startswith(path) for path in paths):
        return True
    return level.path == place.path and access.covers(user, permission, place)


def level_of(rule: Rule, place: Division) -> Level:
    """Who may lift a stored rule for a subject in the place."""
    document = rule.document
    named = document.body.get("named", {})
    return lifting_level(rule.provision, document.jurisdiction, document.issuer, named, place.path)


def _eased(rule: Rule, replaced: Mapping[str, int]) -> None:
    """Refused where a number in the place of the rule's own asks for as much, or for more."""
    known = thresholds(rule)
    for name, number in replaced.items():
        if name not in known:
            raise Refused(f"{rule.provision} 的“{param_word(name)}”没有可以放宽的数。")
        if refusal := known[name].refusal(number):
            raise Refused(f"{param_word(name)}：{refusal}")


@transaction.atomic
def grant(
    *,
    by: User,
    subject: Any,
    rule: Rule,
    kind: str,
    reason: str,
    approver: str = "",
    document: str = "",
    upload: UploadedFile | None = None,
    until: dt.date | None = None,
    replaced: Mapping[str, int] | None = None,
) -> Waiver:
    """批准 from today on; the verdict then says who, when, why and by which document."""
    today = timezone.localdate()
    known = kind_of_record(subject)
    subject = _locked(known, subject)
    place = known.place_of(subject)
    access.require(by, PERMISSION, place)
    if refusal := liftable(rule, kind):
        raise Refused(refusal)
    if not binds(rule, subject):
        raise Refused(f"{rule.provision} 不适用于{kind_word(subject)}，无需豁免。")
    if not may_grant(by, place, rule, kind):
        raise Refused(
            f"{rule.provision} 出自《{rule.document.short_title}》，由{level_of(rule, place).words}豁免，"
            "本级不能免去上级的要求。请把理由和材料报上级。"
        )
    _whole(kind, reason, document, upload)
    _eased(rule, replaced if kind == Waiver.Kind.WAIVER and replaced else {})
    if until and until < today:
        raise Refused(f"有效期 {until} 已经过去，请选今天或以后的日期，长期有效的留空。")
    if not known.there(today).filter(pk=subject.pk).exists():
        raise Refused(f"{subject.name}今天不在名录中或已经终止，无需豁免。")
    own = Waiver.objects.about(known.subject, [subject.pk])
    if own.filter(provision=rule.provision).holding_on(today).exists():
        raise Refused(f"{subject.name}的 {rule.provision} 已有有效的豁免或批准。要改动先撤销它。")
    waiver = Waiver(
        kind=kind, provision=rule.provision, reason=reason.strip(), document=document.strip(),
        approver=approver.strip(), granted_by=by, granted_on=today, until=until,
        replaced=dict(replaced or {}) if kind == Waiver.Kind.WAIVER else {}, **_pointing_at(known, subject),
    )  # fmt: skip
    if upload is not None:
        _attach(waiver, upload)
    try:
        with transaction.atomic():
            waiver.save()
    except IntegrityError:
        raise Refused("这条规定今天批准后又撤销过，请明天再批准，以免同一天两次的记录分不清。") from None
    transaction.on_commit(partial(waiver_messages.granted, waiver.pk), robust=True)
    return waiver


@transaction.atomic
def revoke(waiver_id: int, *, by: User, reason: str) -> Waiver:
    """撤销 from today on; what was judged while it held stays as it was judged."""
    rows = Waiver.objects.select_for_update(of=("self",))
    waiver = rows.select_related("consortium__division", "division").get(pk=waiver_id)
    access.require(by, PERMISSION, waiver.place)
    if not may_revoke(by, waiver):
        raise Refused("这项豁免出自上级的规定，由上级撤销。")
    today = timezone.localdate()
    if waiver.revoked_on:
        raise Refused(f"已于 {waiver.revoked_on} 撤销。请刷新页面。")
    if waiver.until and waiver.until < today:
        raise Refused(f"已于 {waiver.until} 到期，无需撤销。")
    if not reason.strip():
        raise Refused("请写明撤销的原因。")
    waiver.revoked_on, waiver.revoked_by, waiver.revoke_reason = today, by, reason.strip()
    waiver.save(update_fields=["revoked_on", "revoked_by", "revoke_reason"])
    transaction.on_commit(partial(waiver_messages.revoked, waiver.pk), robust=True)
    return waiver


def may_revoke(user: User, waiver: Waiver) -> bool:
    """Whoever might grant it today may take it back; a rule that is gone is the subject's own authority's affair."""
    rule = rule_of(waiver)
    if rule is None:
        return access.covers(user, PERMISSION, waiver.place)
    return may_grant(user, waiver.place, rule, waiver.kind)


def rule_of(waiver: Waiver) -> Rule | None:
    """The latest version of the rule that a waiver lifts."""
    rows = Rule.objects.filter(provision=waiver.provision).select_related("document")
    return rows.order_by("-pk").first()


def kind_word(subject: Any) -> str:
    """What the subject is, as a refusal names it: 专科联盟, 机构, 网格 …"""
    return subject.get_kind_display() if isinstance(subject, Consortium) else kind_of_record(subject).word


def _locked(known: LiftableKind, subject: Any) -> Any:
    rows = type(subject).objects.select_for_update(of=("self",))
    return (rows.select_related(known.place) if known.place else rows).get(pk=subject.pk)


def _pointing_at(known: LiftableKind, subject: Any) -> dict[str, Any]:
    if known.subject == CONSORTIUM:
        return {"subject_type": CONSORTIUM, "consortium": subject}
    return {
        "subject_type": known.subject, "subject_id": subject.pk, "subject_name": subject.name[:300],
        "division": known.place_of(subject),
    }  # fmt: skip


def _whole(kind: str, reason: str, document: str, upload: UploadedFile | None) -> None:
    if not reason.strip():
        raise Refused("请写明理由。")
    if kind == Waiver.Kind.WAIVER and not document.strip():
        raise Refused("豁免须写明批准文件的名称和文号。")
    if kind == Waiver.Kind.WAIVER and upload is None:
        raise Refused("豁免须上传批准文件的扫描件。")


def _attach(waiver: Waiver, upload: UploadedFile) -> None:
    content = receive(upload)
    waiver.file_name = clean_name(upload.name or "", content.extension)
    waiver.file_type, waiver.file_sha256 = content.content_type, content.sha256
    waiver.file.save(waiver.file_name, upload, save=False)
