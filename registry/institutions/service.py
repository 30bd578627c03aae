"""Acts on one institution (机构维护). Each locks the record, asks the permission, checks, saves and leaves its reason."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from registry import access, audit
from registry.errors import Refused, Stale
from registry.imports.cells import match_key
from registry.imports.checker import Checked
from registry.imports.differences import changed_fields
from registry.imports.scope import scope_of
from registry.institutions import checking
from registry.models import Institution, InstitutionName, Waiver

STALE = "您打开这一页以后，别人已修改这家机构，没有保存。请对照后再改。"
_LIFE = ["status", "closed_on", "reopened_on"]
TAKEN = "统一社会信用代码或登记号刚被另一家机构使用，没有保存。请刷新后核对。"


def _locked(pk: int, by) -> Institution:
    held = Institution.objects.select_for_update(of=("self",)).get(pk=pk)
    access.require(by, "manage_institutions", held)
    if held.merged_into_id:
        raise Refused("这条记录已并入另一家机构，请在合并后的记录上修改。")
    return held


def _kept(institution: Institution, fields: list[str]) -> None:
    institution.version += 1
    try:
        with transaction.atomic():
            institution.save(update_fields=[*fields, "version"])
    except IntegrityError as error:
        if "institution_uscc_once" in str(error) or "institution_licence_once" in str(error):
            raise Refused(TAKEN) from None
        raise


@transaction.atomic
def edit(pk: int, raw: dict[str, str], *, version: int, reason: str, by) -> list[str]:
    """Save what was typed. Answers the warnings. Raises Faulty, or Stale with the record as it stands.

    What is sent twice is saved once: who asks for what the register says already is not stale.
    """
    held = _locked(pk, by)
    checked = checking.check(raw, scope_of(by), own=held)
    stated = checking.values_of(checked)
    if held.status == Institution.Status.CLOSED:
        stated.pop("status", None)  # reopening has an act of its own
    elif stated.get("status") == Institution.Status.CLOSED:
        raise Refused("注销请用“注销”，要写明日期和原因。")
    current = {name: getattr(held, name) for name in stated}
    changed = changed_fields(stated, current)
    gone, fresh = _second_names(held, checked.second_names)
    if held.version != version and (changed or gone or fresh):
        raise Stale(STALE, current=held)
    with audit.acting(by, reason=reason or "在线修改"):
        former = held.name
        for name in changed:
            setattr(held, name, stated[name])
        if {"level", "grade"} & set(changed):
            changed += _level_facts(held, checked, reason)
        InstitutionName.objects.filter(pk__in=gone).delete()
        InstitutionName.objects.bulk_create(fresh)
        if "name" in changed:
            _former_name(held, former)
        if changed or gone or fresh:
            _kept(held, changed)
        if "division_id" in changed:
            Waiver.objects.about("institution", [held.pk]).follow_institutions()
    return checking.warnings(checked)


def _level_facts(held: Institution, checked: Checked, reason: str) -> list[str]:
    facts = {
        "raw_level": checked.values.get("raw_level", ""),
        "raw_grade": checked.values.get("raw_grade", ""),
        "level_source": (reason or "在线修改")[:200],
        "level_on": timezone.localdate(),
    }
    for name, value in facts.items():
        setattr(held, name, value)
    return list(facts)


def _second_names(held: Institution, typed: list[str]) -> tuple[list[int], list[InstitutionName]]:
    """What must go and what must come for the second names to be what was typed; other kinds of names stay."""
    second = held.other_names.filter(kind=InstitutionName.Kind.SECOND).order_by("pk")
    wanted = {match_key(name): name for name in typed}
    gone = [one.pk for one in second if match_key(one.name) not in wanted]
    known = {match_key(name) for name in held.other_names.order_by("pk").values_list("name", flat=True)}
    fresh = [
        InstitutionName(institution=held, name=name, kind=InstitutionName.Kind.SECOND, source="在线修改")
        for key, name in wanted.items()
        if key not in known
    ]
    return gone, fresh


def _former_name(held: Institution, name: str) -> None:
    """A renamed institution stays findable under the name it had."""
    InstitutionName.objects.get_or_create(
        institution=held, name=name, defaults={"kind": InstitutionName.Kind.FORMER, "source": "在线修改"}
    )


@transaction.atomic
def create(raw: dict[str, str], *, reason: str, by) -> tuple[Institution, list[str]]:
    """Enter a new institution; answers it with the warnings. Raises Faulty for what the import would refuse, too."""
    checked = checking.check(raw, scope_of(by))
    stated = checking.values_of(checked)
    access.require(by, "manage_institutions", checked_place(stated))
    if stated.get("status") == Institution.Status.CLOSED:
        raise Refused("新登记的机构不能是注销状态。")
    one = Institution(**stated, name=checked.name) if "name" not in stated else Institution(**stated)
    with audit.acting(by, reason=reason):
        if one.level or one.grade:
            _level_facts(one, checked, reason)
        try:
            with transaction.atomic():
                one.save()
        except IntegrityError as error:
            if "institution_uscc_once" in str(error) or "institution_licence_once" in str(error):
                raise Refused(TAKEN) from None
            raise
        InstitutionName.objects.bulk_create(_second_names(one, checked.second_names)[1])
    return one, checking.warnings(checked)


def checked_place(stated: dict):
    """The division that the typed values name."""
    return Institution(division_id=stated["division_id"]).division


@transaction.atomic
def close(pk: int, *, on, reason: str, version: int, by) -> None:
    """注销 from a day on. Memberships and leads stay: ending them is a filing of its own.

    A roster closes without a day: for such an institution the day is added.
    """
    held = _locked(pk, by)
    if held.status == Institution.Status.CLOSED and held.closed_on:
        raise Refused("这家机构已经注销。")
    if held.version != version:
        raise Stale(STALE, current=held)
    if held.founded_on and on < held.founded_on:
        raise Refused(f"注销日期早于成立日期（{held.founded_on:%Y-%m-%d}），请核对。")
    if held.reopened_on and on < held.reopened_on:
        raise Refused(f"注销日期早于上次恢复开业的日期（{held.reopened_on:%Y-%m-%d}），请核对。")
    if on > timezone.localdate():
        raise Refused("注销日期晚于今天，请核对。")
    held.status, held.closed_on, held.reopened_on = Institution.Status.CLOSED, on, None
    with audit.acting(by, reason=f"注销：{reason}"):
        _kept(held, _LIFE)


@transaction.atomic
def reopen(pk: int, *, on, reason: str, version: int, by) -> None:
    """恢复开业 from a day on. Where the closing was a mistake, that is the day of the closing: then it never was closed."""
    held = _locked(pk, by)
    if held.status != Institution.Status.CLOSED:
        raise Refused("这家机构没有注销，无需恢复。")
    if held.version != version:
        raise Stale(STALE, current=held)
    if held.closed_on and on < held.closed_on:
        raise Refused(f"恢复开业日期早于注销日期（{held.closed_on:%Y-%m-%d}），请核对。")
    if on > timezone.localdate():
        raise Refused("恢复开业日期晚于今天，请核对。")
    held.status, held.closed_on, held.reopened_on = Institution.Status.OPEN, None, on
    with audit.acting(by, reason=f"恢复开业：{reason}"):
        _kept(held, _LIFE)
