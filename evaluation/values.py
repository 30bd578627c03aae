"""Figures from a workbook (指标值导入): every fault at its cell, and nothing written while there is one."""

import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from evaluation.models import Campaign, Indicator, IndicatorValue, Participant
from evaluation.workbook import SHEET
from registry import access
from registry.errors import Refused
from registry.imports import cells
from registry.imports.cells import CellFault
from registry.imports.issues import Issue, Severity, stops
from registry.imports.limits import MB, FileRefused, Limits
from registry.imports.source import open_source
from registry.imports.table import Column, Table, read_table

LIMITS = Limits(file_bytes=10 * MB, unpacked_bytes=100 * MB, rows=50_000, columns=64, cells=1_000_000)
COLUMNS = (
    Column("participant", "考核对象", ("医联体", "医联体名称"), required=True),
    Column("indicator", "指标编号", ("编号", "指标代码"), required=True),
    Column("name", "指标", ("指标名称",)),
    Column("numerator_label", "分子名称"),
    Column("numerator", "分子", ("分子值",), required=True),
    Column("denominator_label", "分母名称"),
    Column("denominator", "分母", ("分母值",), required=True),
    Column("data_source", "数据来源", ("来源",)),
    Column("evidence", "佐证材料", ("佐证", "依据材料")),
)
PLACES = Decimal("0.0001")
LARGEST = Decimal(10) ** 13


@dataclass(frozen=True)
class Entry:
    """A row of the workbook that holds figures."""

    participant_id: int
    indicator_id: int
    numerator: Decimal
    denominator: Decimal | None
    data_source: str
    evidence: str

    @property
    def key(self) -> tuple[int, int]:
        return self.participant_id, self.indicator_id

    def same_as(self, value: IndicatorValue) -> bool:
        """True when the stored value says the same."""
        return (value.numerator, value.denominator, value.data_source, value.evidence) == (
            self.numerator,
            self.denominator,
            self.data_source,
            self.evidence,
        )


@dataclass
class Reading:
    """What a workbook holds: entries, rows left blank, and what is wrong."""

    entries: list[Entry] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    blank: int = 0

    @property
    def clean(self) -> bool:
        return not stops(self.issues)


@dataclass(frozen=True)
class Applied:
    """How many figures an import has added, changed and left as they were."""

    created: int
    updated: int
    unchanged: int


def read(path: str | Path, campaign: Campaign) -> Reading:
    """Read a workbook against the campaign. Raises FileRefused when it cannot be read at all."""
    reading = Reading()
    with open_source(path, LIMITS) as source:
        sheet = source.sheet(SHEET) or source.sheets[0]
        table = read_table(sheet, COLUMNS)
        if table is None:
            raise FileRefused("no-header", f"在工作表“{sheet.name}”中找不到表头。请使用本考核下载的填报表。")
        if not table.missing:
            _rows(table, campaign, reading)
        reading.issues.extend(table.issues)
    if not reading.entries and reading.clean:
        raise FileRefused("no-rows", "表中没有填写任何指标值。请填写后再导入。")
    return reading


@transaction.atomic
def apply(campaign_id: int, entries: list[Entry], *, by) -> Applied:
    """Write the entries as one act, while the campaign still collects."""
    campaign = (
        Campaign.objects.select_for_update(of=("self",)).select_related("authority").get(pk=campaign_id)
    )
    access.require(by, "evaluate", campaign.authority)
    if not campaign.collecting:
        raise Refused(f"考核当前为“{campaign.get_state_display()}”，只有填报中才能录入指标值。")
    stored = {
        (value.participant_id, value.indicator_id): value
        for value in IndicatorValue.objects.filter(participant__campaign=campaign)
    }
    fresh = [entry for entry in entries if entry.key not in stored]
    changed = [entry for entry in entries if entry.key in stored and not entry.same_as(stored[entry.key])]
    now = timezone.now()
    IndicatorValue.objects.bulk_create(
        _value(IndicatorValue(participant_id=one.participant_id, indicator_id=one.indicator_id), one, by, now)
        for one in fresh
    )
    IndicatorValue.objects.bulk_update(
        [_value(stored[one.key], one, by, now) for one in changed],
        [
            "numerator",
            "denominator",
            "data_source",
            "evidence",
            "entered_through",
            "reported_by",
            "reported_at",
        ],
    )
    return Applied(len(fresh), len(changed), len(entries) - len(fresh) - len(changed))


def _value(value: IndicatorValue, entry: Entry, by, now) -> IndicatorValue:
    value.numerator, value.denominator = entry.numerator, entry.denominator
    value.data_source, value.evidence = entry.data_source, entry.evidence
    value.entered_through = IndicatorValue.Source.EXCEL
    value.reported_by, value.reported_at = by, now
    return value


# -- Rows ---------------------------------------------------------------------------------------------------
def _rows(table: Table, campaign: Campaign, reading: Reading) -> None:
    participants = {cells.match_key(one.name): one for one in campaign.participants.all()}
    indicators = {one.code: one for one in campaign.scheme.indicators.all()}
    seen: dict[tuple[int, int], int] = {}
    for number, raw, _ in table.rows():
        row = _Row(table, number, raw, reading.issues)
        participant = row.participant(participants)
        indicator = row.indicator(indicators)
        if participant is None or indicator is None:
            continue
        if cells.is_blank(raw.get("numerator")) and cells.is_blank(raw.get("denominator")):
            reading.blank += 1
            continue
        entry = row.entry(participant, indicator)
        if entry is None:
            continue
        if entry.key in seen:
            row.fault("indicator", "duplicate-row", f"与第 {seen[entry.key]} 行重复。", "请只保留其中一行。")
            continue
        seen[entry.key] = number
        reading.entries.append(entry)


class _Row:
    """One row while it is read; faults go to the shared list with the address of their cell."""

    def __init__(self, table: Table, number: int, raw: dict, issues: list[Issue]):
        self.table, self.number, self.raw, self.issues = table, number, raw, issues

    def fault(self, name: str, rule: str, message: str, remedy: str) -> None:
        self.issues.append(
            Issue(
                sheet=self.table.sheet.name,
                row=self.number,
                letter=self.table.header.letter(name),
                column=self.table.header.title(name),
                value=cells.shown(self.raw.get(name)),
                rule=rule,
                severity=Severity.ERROR,
                message=message,
                remedy=remedy,
            )
        )

    def participant(self, known: dict[str, Participant]) -> Participant | None:
        name, _ = cells.text(self.raw.get("participant"))
        found = known.get(cells.match_key(name))
        if found is None:
            message = f"“{name}”不是本次考核的对象。" if name else "没有写考核对象。"
            self.fault("participant", "unknown-participant", message, "请照填报表原有的名称填写。")
        return found

    def indicator(self, known: dict[str, Indicator]) -> Indicator | None:
        code, _ = cells.text(self.raw.get("indicator"))
        found = known.get(code.upper())
        if found is None:
            message = f"方案中没有编号为“{code}”的指标。" if code else "没有写指标编号。"
            self.fault("indicator", "unknown-indicator", message, "请照填报表原有的编号填写。")
        return found

    def entry(self, participant: Participant, indicator: Indicator) -> Entry | None:
        top = self.figure("numerator", indicator.numerator_label, required=True)
        needed = indicator.needs_denominator
        bottom = self.figure("denominator", indicator.denominator_label, required=needed) if needed else None
        if top is None or (needed and bottom is None) or not self.plausible(indicator, top, bottom):
            return None
        return Entry(
            participant.pk,
            indicator.pk,
            top,
            bottom,
            self.words("data_source", 120),
            self.words("evidence", 300),
        )

    def figure(self, name: str, label: str, *, required: bool) -> Decimal | None:
        try:
            number = figure(self.raw.get(name))
        except CellFault as fault:
            self.fault(name, fault.rule, fault.message, fault.remedy)
            return None
        if number is None and required:
            self.fault(name, "missing-figure", f"没有填{label}。", "请填原始数；这一项没有数据时，整行留空。")
        return number

    def plausible(self, indicator: Indicator, top: Decimal, bottom: Decimal | None) -> bool:
        if bottom is not None and bottom == 0:
            self.fault(
                "denominator",
                "zero-denominator",
                f"{indicator.denominator_label}不能为 0。",
                "请核对后填写。",
            )
            return False
        if indicator.formula == Indicator.Formula.PROPORTION and top > bottom:
            self.fault(
                "numerator",
                "part-exceeds-whole",
                f"{indicator.numerator_label}（{cells.shown(self.raw['numerator'])}）大于"
                f"{indicator.denominator_label}（{cells.shown(self.raw['denominator'])}）。",
                "占比的分子不能大于分母，请核对两个数是否填反。",
            )
            return False
        return True

    def words(self, name: str, length: int) -> str:
        return cells.text(self.raw.get(name, ""))[0][:length]


def figure(raw) -> Decimal | None:
    """A reported figure such as 18200, 1,234.5 or 9812.35; None when blank. Raises CellFault."""
    if raw is None or cells.is_blank(raw):
        return None
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise _not_a_figure(raw)
    if isinstance(raw, str):
        plain = unicodedata.normalize("NFKC", cells.text(raw)[0]).replace(",", "").replace(" ", "")
        if plain.endswith(("%", "‰")):
            raise CellFault("rate-instead-of-figure", f"“{raw}”是比例。", "请填原始数，比例由系统计算。")
    else:
        plain = repr(raw)
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise _not_a_figure(raw) from None
    if not number.is_finite() or number < 0 or number >= LARGEST:
        raise CellFault("figure-range", f"数值 {cells.shown(raw)} 不合理。", "请填不小于 0 的数。")
    if isinstance(raw, float):
        return number.quantize(PLACES)
    if number != number.quantize(PLACES):
        raise CellFault("too-precise", f"“{raw}”的小数超过 4 位。", "请保留至多 4 位小数。")
    return number.quantize(PLACES)


def _not_a_figure(raw) -> CellFault:
    return CellFault(
        "not-a-figure", f"“{cells.shown(raw)}”不是数。", "请填阿拉伯数字，不带单位，例如 18200。"
    )
