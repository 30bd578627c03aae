"""Merging two records of one institution (合并), and taking a merge back (撤销合并)."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from registry import access, audit
from registry.duplicates import fields
from registry.duplicates.dependents import DROP, JOIN, MOVE, Dependents, dependents
from registry.duplicates.journal import Journal, freeze, model_of, thaw
from registry.errors import Refused
from registry.imports.cells import match_key
from registry.models import Assignment, DuplicatePair, Institution, InstitutionName, Merge
from registry.texts import said

SHOWN = 5


@dataclass
class Preview:
    """What a merge would do, before it is done."""

    kept: Institution
    gone: Institution
    lines: list[fields.Line]
    dependents: list[Dependents]

    @property
    def conflicts(self) -> list[str]:
        return [one.note for kind in self.dependents for one in kind.conflicts]


def preview(kept: Institution, gone: Institution, chosen: dict[str, str] | None = None) -> Preview:
    """Facts side by side, and everything that points at the record that goes."""
    return Preview(kept, gone, fields.compare(kept, gone, chosen), dependents(kept, gone))


def _locked(*ids: int) -> dict[int, Institution]:
    """Both rows in one order, whichever way round two merges are asked for."""
    rows = Institution.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows}


@transaction.atomic
def merge(*, kept: int, gone: int, chosen: dict[str, str] | None = None, reason: str = "", by) -> Merge:
    """Take one record into another: facts as chosen (by key: kept or gone), every reference moved, an alias kept."""
    if kept == gone:
        raise Refused("要合并的是同一条记录。请选两家不同的机构。")
    reason = said(reason, "合并理由", 300)
    rows = _locked(kept, gone)
    stays, goes = rows[kept], rows[gone]
    for row in (stays, goes):
        access.require(by, "manage_institutions", row)
        if row.merged_into_id:
            raise Refused(f"“{row}”已经并入“{row.merged_into}”。请打开那一条再看。")
    found = preview(stays, goes, chosen)
    if found.conflicts:
        raise Refused("".join(found.conflicts[:SHOWN]))
    journal = Journal()
    with audit.acting(by, reason=f"合并：{goes.name}并入{stays.name}"[:300]):
        values = fields.taken(stays, goes, chosen or {})
        if values.get("main_institution") == stays:
            raise Refused(f"“{stays}”不能是自己的分支机构。“主要机构”请保留原值。")
        names = [stays.name, goes.name]
        journal.change(goes, merged_into=stays, version=goes.version + 1)
        journal.change(stays, **values, version=stays.version + 1)
        for kind in found.dependents:  # after the facts are taken: what repeats the name repeats the new one
            _move(kind, stays, journal)
        _keep_names(stays, names, goes, journal)
        _derive(stays, goes)
        made = Merge.objects.create(kept=stays, gone=goes, reason=reason, journal=journal.entries, by=by)
        _settle(stays, goes, by)
    return made


def _move(kind: Dependents, kept: Institution, journal: Journal) -> None:
    for one in kind.outcomes:
        if one.act == MOVE:
            journal.change(one.row, **kind.moved_to(kept))
        elif one.act == DROP:
            journal.drop(one.row)
        elif one.act == JOIN:
            journal.drop(one.row)
            journal.change(one.other, during=one.during)


def _keep_names(kept: Institution, names: list[str], gone: Institution, journal: Journal) -> None:
    """Whichever of the two names is not the official one any more stays findable as an alias."""
    known = {match_key(kept.name), *map(match_key, kept.other_names.values_list("name", flat=True))}
    for name in dict.fromkeys(names):
        if match_key(name) not in known:
            source = f"合并自 {gone.uscc or gone.pk} {gone.name}"[:200]
            journal.add(
                InstitutionName(institution=kept, name=name, kind=InstitutionName.Kind.ALIAS, source=source)
            )


def _derive(*institutions: Institution) -> None:
    """People's rights at both follow their assignments."""
    ids = [one.pk for one in institutions]
    people = Assignment.objects.filter(institution__in=ids).select_related("user")
    for user in {row.user for row in people}:
        for one in institutions:
            access.derive_permissions(user, one)


def _settle(kept: Institution, gone: Institution, by) -> None:
    first, second = sorted((kept.pk, gone.pk))
    DuplicatePair.objects.filter(first=first, second=second).update(
        state=DuplicatePair.State.MERGED, decided_by=by, decided_at=timezone.now()
    )


# -- Undo -----------------------------------------------------------------------------------------------------
@transaction.atomic
def undo(merge_id: int, *, by) -> Merge:
    """Take a merge back, row by row; refused with the reason where a later change stands on it."""
    seen = Merge.objects.get(pk=merge_id)
    rows = _locked(seen.kept_id, seen.gone_id)
    made = Merge.objects.select_for_update(of=("self",)).get(pk=merge_id)
    kept, gone = rows[made.kept_id], rows[made.gone_id]
    for row in (kept, gone):
        access.require(by, "manage_institutions", row)
    if made.undone_at:
        raise Refused("这次合并已经撤销过了。")
    if kept.merged_into_id:
        raise Refused(f"“{kept}”后来并入了“{kept.merged_into}”，请先撤销那一次合并。")
    if standing := obstacles(made):
        raise Refused("合并之后又有改动，不能撤销：" + "；".join(standing[:SHOWN]) + "。")
    with audit.acting(by, reason=f"撤销合并：{gone.name}"[:300]):
        try:
            with transaction.atomic():
                for entry in reversed(made.journal):
                    _take_back(entry)
        except IntegrityError as error:
            raise Refused(
                "合并之后，同样的代码或记录已另行登记，不能撤销。请先处理后来登记的那一条。"
            ) from error
        for row in (kept, gone):
            type(row).objects.filter(pk=row.pk).update(version=row.version + 1)
        _derive(kept, gone)
        made.undone_by, made.undone_at = by, timezone.now()
        made.save(update_fields=["undone_by", "undone_at"])
        pair = sorted((kept.pk, gone.pk))
        DuplicatePair.objects.filter(first=pair[0], second=pair[1], state=DuplicatePair.State.MERGED).update(
            state=DuplicatePair.State.OPEN, decided_by=None, decided_at=None
        )
    return made


def obstacles(made: Merge) -> list[str]:
    """Which rows of a merge are no longer as it left them, in words."""
    found = []
    for entry in made.journal:
        if entry["op"] != "change":
            continue
        model = model_of(entry)
        row = model._base_manager.filter(pk=entry["pk"]).first()
        label = model._meta.verbose_name
        if row is None:
            found.append(f"{label}（编号 {entry['pk']}）已删除")
            continue
        now = freeze(row)["fields"]
        changed = [name for name, (_, after) in _last(made, entry).items() if now[name] != after]
        if changed:
            titles = "、".join(str(model._meta.get_field(name).verbose_name) for name in changed)
            found.append(f"{label}“{row}”的{titles}已改动")
    return list(dict.fromkeys(found))


def _last(made: Merge, entry: dict) -> dict:
    """The fields of an entry that no later entry of the same merge changed again."""
    later = made.journal[made.journal.index(entry) + 1 :]
    again = {
        name
        for other in later
        if other["op"] == "change" and (other["model"], other["pk"]) == (entry["model"], entry["pk"])
        for name in other["fields"]
    }
    return {name: pair for name, pair in entry["fields"].items() if name not in again}


def _take_back(entry: dict) -> None:
    model = model_of(entry)
    if entry["op"] == "add":
        model._base_manager.filter(pk=entry["pk"]).delete()
    elif entry["op"] == "drop":
        thaw(entry["before"]).save(force_insert=True)
    else:
        before = thaw(entry["before"])
        before.save(update_fields=list(entry["fields"]))


# -- Pairs ----------------------------------------------------------------------------------------------------
@transaction.atomic
def dismiss(pair_id: int, *, note: str = "", by) -> DuplicatePair:
    """不是重复: remembered, so that the pair does not come up again."""
    pair = DuplicatePair.objects.select_for_update(of=("self",)).get(pk=pair_id)
    _permit_pair(pair, by)
    if pair.state != DuplicatePair.State.OPEN:
        raise Refused(f"这一对已是“{pair.get_state_display()}”，请刷新后再看。")
    return _decide(pair, DuplicatePair.State.DISMISSED, note, by)


@transaction.atomic
def reopen(pair_id: int, *, by) -> DuplicatePair:
    """Take a dismissal back."""
    pair = DuplicatePair.objects.select_for_update(of=("self",)).get(pk=pair_id)
    _permit_pair(pair, by)
    if pair.state != DuplicatePair.State.DISMISSED:
        raise Refused(f"这一对是“{pair.get_state_display()}”，不需要重新打开。")
    pair.state, pair.note, pair.decided_by, pair.decided_at = DuplicatePair.State.OPEN, "", None, None
    pair.save(update_fields=["state", "note", "decided_by", "decided_at"])
    return pair


def _permit_pair(pair: DuplicatePair, by) -> None:
    for one in (pair.first, pair.second):
        access.require(by, "manage_institutions", one)


def _decide(pair: DuplicatePair, state: str, note: str, by) -> DuplicatePair:
    pair.state, pair.note, pair.decided_by, pair.decided_at = state, note.strip()[:300], by, timezone.now()
    pair.save(update_fields=["state", "note", "decided_by", "decided_at"])
    return pair


def merges_of(institution: Institution):
    """Merges that a record took part in and that stand, newest first."""
    either = Q(kept=institution) | Q(gone=institution)
    return (
        Merge.objects.filter(either, undone_at__isnull=True)
        .select_related("kept", "gone", "by")
        .order_by("-pk")
    )
