"""What each sheet's row says, as plain data with the records it names already found."""

import datetime as dt
from dataclasses import dataclass, field

from django.utils import timezone

from filing.imports.columns import UNKNOWN_LEAD, WORDS
from filing.imports.lookups import Authorities, Institutions, Kinds, Subjects, company_of, is_company
from registry.imports.reader import Row
from registry.models import Authority, Division, Institution, TreatmentSubject
from registry.places.codes import Codes


@dataclass
class ConsortiumRow:
    """A row of 医联体."""

    row: Row
    name: str
    kind: str
    local_kind: str
    division: Division
    lead: Institution | None = None
    company: tuple[str, str] = ("", "")
    authority: Authority | None = None
    founded_on: dt.date | None = None
    first_submitted_on: dt.date | None = None
    registered_on: dt.date | None = None
    registration_number: str = ""
    approved_on: dt.date | None = None
    closed_on: dt.date | None = None
    specialty: TreatmentSubject | None = None
    values: dict[str, str] = field(default_factory=dict)


@dataclass
class MemberRow:
    """A row of 成员单位; `left_on` is the last day that belongs to the membership (readings A39)."""

    row: Row
    consortium: str
    institution: Institution
    role: str
    joined_on: dt.date | None = None
    left_on: dt.date | None = None
    remote_enabled_on: dt.date | None = None


@dataclass
class GridLine:
    """A row of 网格."""

    row: Row
    grid: str
    division: Division
    consortium: str = ""
    start: dt.date | None = None
    last: dt.date | None = None


@dataclass
class CredentialRow:
    """A row of 专科资质."""

    row: Row
    institution: Institution
    subject: TreatmentSubject | None
    subject_text: str
    level: str
    kind: str
    society_level: str
    society_post: str


@dataclass
class Lookups:
    """Everything that rows are read against."""

    places: Codes
    institutions: Institutions
    subjects: Subjects
    authorities: Authorities
    kinds: Kinds


def division(row: Row, name: str, lookups: Lookups) -> Division | None:
    """The place that a code names; a retired code is mapped and reported."""
    code = row.code(name)
    if not code:
        if row.ok:
            row.note(name, "required", "缺少区划代码。", "请填六位（区县）或九位（乡镇街道）代码。")
        return None
    meaning = lookups.places.find(code)
    if meaning.place is None and meaning.heirs:
        listed = "、".join(f"{one.code} {one.name}" for one in meaning.heirs[:8])
        row.decide(
            name,
            "retired-division",
            f"代码 {code}（{meaning.retired}）已分入几个区划：{listed}。",
            "请改填其中一个。",
        )
        return None
    if meaning.place is None:
        row.note(name, "unknown-division", f"没有代码为 {code} 的行政区划。", "请核对六位或九位区划代码。")
        return None
    if meaning.retired:
        row.warn(
            name,
            "retired-division",
            f"代码 {code}（{meaning.retired}）已停用，按继任的 {meaning.place.code}（{meaning.place.name}）处理。",
            "请核对后改用现行代码。",
        )
    return lookups.places.division(meaning.place)


def institution(row: Row, name: str, lookups: Lookups, near: Division | None) -> Institution | None:
    """The institution that a cell names by code, official name or alias."""
    mention = row.text(name, limit=300, required=True)
    return _found(row, name, mention, lookups, near) if mention else None


def _found(row: Row, name: str, mention: str, lookups: Lookups, near) -> Institution | None:
    found = lookups.institutions.find(mention, near)
    if len(found) == 1:
        return found[0]
    if found:
        listed = "、".join(
            f"{one.name}（{one.division.name}{'，' + one.uscc if one.uscc else ''}）" for one in found[:5]
        )
        row.decide(
            name, "ambiguous-institution", f"“{mention}”可能是：{listed}。", "请改填统一社会信用代码。"
        )
    else:
        row.note(
            name,
            "unknown-institution",
            f"机构名录中没有“{mention}”。",
            "请核对名称或统一社会信用代码；确有此机构的，先导入机构名录。",
        )
    return None


def read_consortium(row: Row, lookups: Lookups) -> ConsortiumRow | None:
    place = division(row, "division", lookups)
    name = row.text("consortium", limit=300, required=True)
    word = row.text("kind", limit=40)
    kind = row.word("kind", lookups.kinds.words(place), required=True)
    lead, company = _lead(row, lookups, place)
    dates = {
        key: row.date(key)
        for key in ("founded_on", "first_submitted_on", "registered_on", "approved_on", "closed_on")
    }
    _check_dates(row, dates)
    specialty_text = row.text("specialty", limit=60)
    values = {key: row.word(key, WORDS[key]) for key in ("scope", "specialty_focus", "closeness")}
    authority = _authority(row, lookups)
    read = ConsortiumRow(
        row=row,
        name=name,
        kind=kind,
        local_kind=word,
        division=place,
        lead=lead,
        company=company,
        authority=authority,
        specialty=lookups.subjects.find(specialty_text) if specialty_text else None,
        registration_number=row.text("registration_number", limit=60),
        values={
            **values,
            "specialty_text": specialty_text,
            "council_chair": row.text("council_chair", limit=60),
        },
        **dates,
    )
    if read.registration_number and not read.registered_on:
        row.note(
            "registered_on",
            "number-without-date",
            "有备案编号而没有备案日期。",
            "请补填备案日期，或删去备案编号。",
        )
    return read if row.ok else None


def _lead(row: Row, lookups: Lookups, near: Division | None) -> tuple[Institution | None, tuple[str, str]]:
    mention = row.text("lead", limit=300)
    if mention in UNKNOWN_LEAD:
        return None, ("", "")
    if not lookups.institutions.find(mention, near) and is_company(mention):
        return None, company_of(mention)
    return _found(row, "lead", mention, lookups, near), ("", "")


def _authority(row: Row, lookups: Lookups) -> Authority | None:
    mention = row.text("authority", limit=100)
    if not mention:
        return None
    authority = lookups.authorities.find(mention)
    if authority is None:
        row.note(
            "authority",
            "unknown-authority",
            f"没有区划代码为“{mention}”的卫生健康行政部门。",
            "请填该机关所在区划或管理区的代码，例如 500000。",
        )
    return authority


def _check_dates(row: Row, dates: dict[str, dt.date | None]) -> None:
    today = timezone.localdate()
    titles = {"founded_on": "成立日期", "first_submitted_on": "首次提交日期", "registered_on": "备案日期"}
    for key, title in titles.items():
        if dates[key] and dates[key] > today:
            row.note(key, "future-date", f"{title}不能晚于今天（{today}）。", "请核对年份。")
    order = (
        ("founded_on", "closed_on", "终止日期不能早于成立日期。"),
        ("first_submitted_on", "registered_on", "备案日期不能早于首次提交日期。"),
    )
    for earlier, later, message in order:
        if dates[earlier] and dates[later] and dates[later] < dates[earlier]:
            row.note(later, "dates-out-of-order", message, "请核对两个日期。")


def read_member(row: Row, lookups: Lookups, near: Division | None) -> MemberRow | None:
    consortium = row.text("consortium", limit=300, required=True)
    found = institution(row, "institution", lookups, near)
    read = MemberRow(
        row=row,
        consortium=consortium,
        institution=found,
        role=row.word("role", WORDS["role"]),
        joined_on=row.date("joined_on"),
        left_on=row.date("left_on"),
        remote_enabled_on=row.date("remote_enabled_on"),
    )
    if read.joined_on and read.left_on and read.left_on < read.joined_on:
        row.note("left_on", "dates-out-of-order", "退出日期不能早于加入日期。", "请核对两个日期。")
    return read if row.ok else None


def read_grid(row: Row, lookups: Lookups) -> GridLine | None:
    name = row.text("grid", limit=100, required=True)
    place = division(row, "division", lookups)
    read = GridLine(
        row=row,
        grid=name,
        division=place,
        consortium=row.text("consortium", limit=300),
        start=row.date("start"),
        last=row.date("last"),
    )
    if place is not None and place.level not in (Division.Level.TOWNSHIP, Division.Level.COUNTY):
        row.note(
            "division",
            "too-large",
            f"“{place.name}”不是乡镇街道或区县。",
            "请填六位区县代码或九位乡镇街道代码。",
        )
    if read.start and read.last and read.last < read.start:
        row.note("last", "dates-out-of-order", "“止”不能早于“起”。", "请核对两个日期。")
    return read if row.ok else None


def read_credential(row: Row, lookups: Lookups) -> CredentialRow | None:
    found = institution(row, "institution", lookups, None)
    text = row.text("subject", limit=60, required=True)
    read = CredentialRow(
        row=row,
        institution=found,
        subject=lookups.subjects.find(text) if text else None,
        subject_text=text,
        level=row.word("level", WORDS["credential_level"], required=True),
        kind=row.word("kind", WORDS["credential_kind"]),
        society_level=row.word("society_level", WORDS["society_level"]),
        society_post=row.text("society_post", limit=40),
    )
    return read if row.ok else None
