"""Finding records that may be one institution (查重), county by county, without comparing each with each.

Three reasons, strongest first: the same organisation number inside two codes, the same name, and names that share
most of their two-character pieces. Pairs that differ in a number, a direction or the kind of institution are not
similar, however alike they read: 第一人民医院 is not 第二人民医院.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from registry.imports.cells import match_key
from registry.jobs import advance, job_task
from registry.models import Division, DuplicatePair, Institution, InstitutionName, Job

LEAST_SIMILAR = 75  # per cent of shared pieces
COMMON = 40  # a piece that more records of a county have says nothing about two of them
MOST_IN_BLOCK = 60
MOST_ALIKE = 5
_TELLING = re.compile(r"[0-9０-９零一二三四五六七八九十百东南西北上下前后内外新老甲乙丙丁]")
_ENDINGS = ("股份有限公司", "有限责任公司", "有限公司")
# What says which kind of institution it is; the rest of a name says which one.
_KINDS = re.compile(
    r"(?:社区卫生服务(?:中心|站)|卫生服务(?:中心|站)|(?:中心)?卫生院|卫生(?:室|所|站)|门诊部|诊所|医务室"
    r"|中医院|(?:人民|中心|中医|中西医结合|妇幼保健|综合)?医院|(?:妇幼)?保健院|护理院|疾病预防控制中心)$"
)
Reason = DuplicatePair.Reason


@dataclass(slots=True)
class Record:
    """What the search looks at."""

    id: int
    name: str
    uscc: str
    licence: str
    kind: str
    names: list[str]

    @property
    def organisation(self) -> str:
        """The organisation number inside a unified code: it survives a change of the registering office."""
        return self.uscc[8:17] if len(self.uscc) == 18 else ""


@dataclass(slots=True)
class Found:
    first: int
    second: int
    reason: str
    score: int
    detail: str


def stem(name: str, places: Iterable[str] = ()) -> str:
    """A name without the places it lies in and without the form of its company."""
    key = match_key(name)
    for place in places:
        key = key.removeprefix(place)
    for ending in _ENDINGS:
        key = key.removesuffix(ending)
    return key


def pieces(text: str) -> set[str]:
    """Its two-character pieces."""
    return {text[i : i + 2] for i in range(len(text) - 1)} or {text}


def similar(one: str, other: str) -> int:
    """How alike two stems are, in per cent of shared pieces; 0 where a number, a direction or the place differs."""
    if Counter(_TELLING.findall(one)) != Counter(_TELLING.findall(other)):
        return 0
    if not _of_one_place(_KINDS.sub("", one), _KINDS.sub("", other)):
        return 0
    mine, theirs = pieces(one), pieces(other)
    return 200 * len(mine & theirs) // (len(mine) + len(theirs))


def _of_one_place(one: str, other: str) -> bool:
    """What is left of two names without their kinds: one within the other, or half of its pieces shared."""
    if not (one and other):
        return False  # the hospital of a city and that of its district are named by their places alone
    if one in other or other in one:
        return True
    mine, theirs = pieces(one), pieces(other)
    return 4 * len(mine & theirs) >= len(mine) + len(theirs)


def pairs(records: list[Record], places: list[str]) -> Iterator[Found]:
    """The pairs among the records of one county."""
    seen: set[tuple[int, int]] = set()
    for found in (*_by_code(records), *_by_name(records), *_by_pieces(records, places)):
        if (found.first, found.second) not in seen:
            seen.add((found.first, found.second))
            yield found


def _blocks(keys: dict) -> Iterator[tuple]:
    for key, block in sorted(keys.items()):
        if 1 < len(block) <= MOST_IN_BLOCK:
            for one, other in combinations(sorted(block.values(), key=lambda record: record.id), 2):
                yield key, one, other


def _by_code(records: list[Record]) -> Iterator[Found]:
    keys: dict[str, dict[int, Record]] = defaultdict(dict)
    for one in records:
        for key in {one.organisation, one.licence, one.uscc} - {""}:
            keys[key][one.id] = one
    for key, one, other in _blocks(keys):
        detail = f"组织机构代码同为 {key}" if len(key) == 9 else f"代码或登记号同为 {key}"
        yield Found(one.id, other.id, Reason.CODE, 100, detail)


def _by_name(records: list[Record]) -> Iterator[Found]:
    keys: dict[str, dict[int, Record]] = defaultdict(dict)
    for one in records:
        for name in one.names:
            keys[match_key(name)][one.id] = one
    for key, one, other in _blocks(keys):
        official = match_key(one.name) == match_key(other.name)
        detail = "名称相同" if official else f"“{key}”是一家的名称、另一家的其他名称"
        if _distinct(one, other):
            detail += "，代码不同"
        yield Found(one.id, other.id, Reason.NAME, 95 if official else 90, detail)


def _by_pieces(records: list[Record], places: list[str]) -> Iterator[Found]:
    stems = {one.id: stem(one.name, places) for one in records}
    by_id = {one.id: one for one in records}
    holders: dict[str, list[int]] = defaultdict(list)
    for pk, text in stems.items():
        for piece in pieces(text):
            holders[piece].append(pk)
    shared: Counter = Counter()
    for ids in holders.values():
        if 1 < len(ids) <= COMMON:
            shared.update(combinations(sorted(ids), 2))
    for (first, second), _ in sorted(shared.items()):
        one, other = by_id[first], by_id[second]
        if _distinct(one, other) or _other_kind(one, other):
            continue
        score = similar(stems[first], stems[second])
        if score >= LEAST_SIMILAR:
            detail = f"名称有 {score}% 相同" if score < 100 else "去掉地名和公司形式后名称相同"
            yield Found(first, second, Reason.SIMILAR, min(score, 89), detail)


def _distinct(one: Record, other: Record) -> bool:
    """Two organisation numbers are two organisations."""
    return bool(one.organisation and other.organisation and one.organisation != other.organisation)


def _other_kind(one: Record, other: Record) -> bool:
    return bool(one.kind and other.kind and one.kind[:2] != other.kind[:2])


# -- Over the register ----------------------------------------------------------------------------------------
def search_county(county: Division) -> int:
    """Bring the stored pairs of one county up to date; answers how many. Dismissed and merged pairs stay as they are."""
    found = list(pairs(_read(county), _places(county)))
    with transaction.atomic():
        stale = DuplicatePair.objects.filter(
            first__division=county, second__division=county, state=DuplicatePair.State.OPEN
        )
        kept = {(one.first, one.second) for one in found}
        gone = [
            pk for pk, *pair in stale.values_list("pk", "first_id", "second_id") if tuple(pair) not in kept
        ]
        DuplicatePair.objects.filter(pk__in=gone).delete()
        DuplicatePair.objects.bulk_create(
            (
                DuplicatePair(
                    first_id=one.first,
                    second_id=one.second,
                    reason=one.reason,
                    score=one.score,
                    detail=one.detail[:300],
                )
                for one in found
            ),
            ignore_conflicts=True,
            batch_size=1000,
        )
    return len(found)


def alike(county: Division, name: str) -> list[Record]:
    """Records of a county whose name is this one or near to it, the nearest first: what a newcomer may be already."""
    places = _places(county)
    wanted = stem(name, places)
    near = [
        (score, one)
        for one in _read(county)
        if (score := max(_nearness(name, wanted, other, places) for other in one.names)) >= LEAST_SIMILAR
    ]
    near.sort(key=lambda pair: (-pair[0], pair[1].name, pair[1].id))
    return [one for _, one in near[:MOST_ALIKE]]


def _nearness(name: str, wanted: str, other: str, places: list[str]) -> int:
    return 100 if match_key(other) == match_key(name) else similar(wanted, stem(other, places))


def _places(county: Division) -> list[str]:
    """The names that an institution of the county may begin with, in their order."""
    places = [match_key(county.name)]
    if county.parent_id:
        places = [match_key(county.parent.name), *places]
        if county.parent.parent_id:
            places = [match_key(county.parent.parent.name), *places]
    return places


def _read(county: Division) -> list[Record]:
    rows = Institution.objects.live().filter(division=county).order_by("pk")
    records = {
        pk: Record(pk, name, uscc, licence, kind or "", [name])
        for pk, name, uscc, licence, kind in rows.values_list(
            "pk", "name", "uscc", "licence_number", "institution_class_id"
        )
    }
    others = InstitutionName.objects.filter(
        institution__division=county, institution__merged_into__isnull=True
    ).exclude(kind__in=(InstitutionName.Kind.SHORT, InstitutionName.Kind.FORMER))
    for institution, name in others.order_by("pk").values_list("institution_id", "name"):
        records[institution].names.append(name)
    return list(records.values())


@transaction.atomic
def across_counties() -> None:
    """Pairs in different counties with one organisation number, over the whole register; what is no more is forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM registry_duplicatepair p USING registry_institution a, registry_institution b
               WHERE a.id = p.first_id AND b.id = p.second_id AND p.state = 'open' AND a.division_id <> b.division_id
                 AND (length(a.uscc) <> 18 OR length(b.uscc) <> 18 OR substr(a.uscc, 9, 9) <> substr(b.uscc, 9, 9)
                      OR a.merged_into_id IS NOT NULL OR b.merged_into_id IS NOT NULL)"""
        )
        cursor.execute(
            """INSERT INTO registry_duplicatepair (first_id, second_id, reason, score, detail, state, found_at, note)
               SELECT least(a.id, b.id), greatest(a.id, b.id), 'code', 100,
                      '组织机构代码同为 ' || substr(a.uscc, 9, 9) || '，不在同一区县', 'open', %s, ''
               FROM registry_institution a JOIN registry_institution b
                 ON substr(b.uscc, 9, 9) = substr(a.uscc, 9, 9) AND b.id > a.id AND b.division_id <> a.division_id
               WHERE length(a.uscc) = 18 AND length(b.uscc) = 18
                 AND a.merged_into_id IS NULL AND b.merged_into_id IS NULL
               ON CONFLICT DO NOTHING""",
            [timezone.now()],
        )


@job_task("registry.duplicates.search")
def search_duplicates(job: Job, *, path: str) -> dict:
    """查重: every county under a path, one short transaction each; repeating finds the same.

    New is what was not known when the search was begun, also where another worker carried it on.
    """
    inside = Division.objects.filter(path__startswith=path, institutions__isnull=False).distinct()
    counties = list(inside.select_related("parent__parent").order_by("code", "pk"))
    found = 0
    advance(job, 0, len(counties), "逐个区县查找")
    for number, county in enumerate(counties, start=1):
        found += search_county(county)
        advance(job, number, len(counties))
    across_counties()
    here = Q(first__division__path__startswith=path) | Q(second__division__path__startswith=path)
    new = DuplicatePair.objects.filter(here, found_at__gte=job.started_at).count()
    return {"found": found, "new": new}
