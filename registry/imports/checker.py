"""One row of a roster (逐行校验): raw cells to values of the register, with every fault of the row at once."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils import timezone

from registry.imports import cells
from registry.imports.cells import CellFault
from registry.imports.issues import Issue, Severity
from registry.imports.scope import Scope
from registry.imports.staging import as_json
from registry.imports.table import Table
from registry.imports.vocabulary import Vocabulary
from registry.places.cells import Places
from registry.places.codes import Place

LONGEST = 400
ERROR_VALUES = frozenset(("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"))


@dataclass(slots=True)
class Checked:
    """A row as understood. `values` holds stated fields only: a blank cell never says that something is empty."""

    number: int
    raw: dict
    cells: str  # every cell of the row as it is kept, as a JSON list
    name: str = ""
    values: dict = field(default_factory=dict)
    second_names: list[str] = field(default_factory=list)
    place: Place | None = None
    main: str = ""
    issues: list[Issue] = field(default_factory=list)
    faulty: set[str] = field(default_factory=set)
    stated: str = ""  # the values as JSON, where they are known in this form already

    @property
    def stopped(self) -> bool:
        return bool(self.issues) and any(issue.severity is Severity.ERROR for issue in self.issues)

    @property
    def undecided(self) -> bool:
        return bool(self.issues) and any(issue.severity is Severity.DECISION for issue in self.issues)

    def blank(self, name: str) -> bool:
        """True when the cell of a field is empty or the column is not there."""
        return cells.is_blank(self.raw.get(name))


class RowChecker:
    """What the checks of one table share: its header, the lists that were loaded once, and the memory of words."""

    def __init__(self, table: Table, words: Vocabulary, places: Places, scope: Scope):
        self.table, self.header = table, table.header
        self.words, self.places, self.scope = words, places, scope
        self.date1904 = table.sheet.date1904
        self.today = timezone.localdate()
        self._memo: dict[str, dict] = {}
        scan = table.sheet.scan
        self._hidden = scan.hidden_rows if scan else frozenset()
        self._formulas = self._by_row(scan.formulas if scan else {})
        self._errors = self._by_row(scan.errors if scan else {})
        self.marked_rows = frozenset({*self._hidden, *self._formulas, *self._errors})

    def _by_row(self, found: dict[tuple[int, int], object]) -> dict[int, list[tuple[str, object]]]:
        fields = {column + 1: name for name, column in self.header.fields.items()}
        rows: dict[int, list[tuple[str, object]]] = {}
        for (row, column), fact in found.items():
            if column in fields:
                rows.setdefault(row, []).append((fields[column], fact))
        return rows

    def check(self, number: int, raw: dict, row: list, rules: tuple[Callable, ...]) -> Checked:
        """Every rule is run on every row, so that all its faults are told at once."""
        checked = Checked(number, raw, as_json([_kept(value) for value in row]))
        self._look_at_cells(checked)
        for rule in rules:
            rule(self, checked)
        if number in self._hidden:
            self.warn(
                checked,
                "name",
                "hidden-row",
                f"第 {number} 行在表中是隐藏的，仍作为一行处理。",
                "不要导入时请从表中删除这一行。",
            )
        return checked

    def _look_at_cells(self, checked: Checked) -> None:
        """Formulas and error values, which no later rule should meet."""
        for name, text in self._errors.get(checked.number, ()):
            self._error_value(checked, name, str(text))
        for name, cached in self._formulas.get(checked.number, ()):
            if name in checked.faulty:
                continue
            if cached:
                self.warn(
                    checked,
                    name,
                    "formula",
                    "单元格是公式，按文件里保存的结果导入。",
                    "请核对结果，或粘贴为数值。",
                )
            else:
                self.error(
                    checked, name, "formula-without-value", "单元格是公式，但文件里没有保存它的结果。",
                    "请在 Excel 中打开并保存一次，或粘贴为数值。",
                )  # fmt: skip
        for name, value in checked.raw.items():
            if name not in checked.faulty and isinstance(value, str) and value[:1] in ("#", "="):
                if value.strip() in ERROR_VALUES:
                    self._error_value(checked, name, value.strip())
                elif value[0] == "=":
                    self.warn(
                        checked,
                        name,
                        "formula-text",
                        "内容是公式文字，按普通文字处理，不会执行。",
                        "请改为填写值。",
                    )
        for name in checked.faulty:
            checked.raw[name] = ""

    def _error_value(self, checked: Checked, name: str, text: str) -> None:
        checked.raw[name] = text
        self.error(checked, name, "cell-error", f"单元格是公式错误值 {text}。", "请改正公式，或直接填写值。")

    def memo(self, name: str) -> dict:
        """Answers already found for equal cells."""
        return self._memo.setdefault(name, {})

    # -- Converting -----------------------------------------------------------------------------------------
    def take(self, checked: Checked, name: str, convert: Callable, **options):
        """The converted cell; None when blank or faulty. A repair is noted beside the value."""
        raw = checked.raw.get(name)
        if raw is None or raw == "":
            return None
        try:
            value, repaired = convert(raw, **options)
        except CellFault as fault:
            self.fault(checked, name, fault)
            return None
        if repaired:
            self.repaired(checked, name, value)
        return value

    def word(self, checked: Checked, name: str, convert: Callable, memo_key: str = ""):
        """A word of a short list; equal cells are looked up once."""
        raw = checked.raw.get(name)
        if raw is None or raw == "":
            return None
        memo = self.memo(name + memo_key)
        if (known := memo.get((type(raw), raw))) is None:
            try:
                known = (convert(raw), None)
            except CellFault as fault:
                known = (None, fault)
            memo[type(raw), raw] = known
        value, fault = known
        if fault:
            self.fault(checked, name, fault)
        return value

    # -- Telling --------------------------------------------------------------------------------------------
    def fault(self, checked: Checked, name: str, fault: CellFault) -> None:
        self.error(checked, name, fault.rule, fault.message, fault.remedy)

    def error(self, checked: Checked, name: str, rule: str, message: str, remedy: str) -> None:
        checked.faulty.add(name)
        self._note(checked, name, Severity.ERROR, rule, message, remedy)

    def repaired(self, checked: Checked, name: str, value) -> None:
        self._note(checked, name, Severity.REPAIR, "repaired", f"已整理为“{_display(value)}”。")

    def decide(self, checked: Checked, name: str, rule: str, message: str, remedy: str) -> None:
        self._note(checked, name, Severity.DECISION, rule, message, remedy)

    def warn(self, checked: Checked, name: str, rule: str, message: str, remedy: str = "") -> None:
        self._note(checked, name, Severity.WARNING, rule, message, remedy)

    def _note(
        self, checked, name: str, severity: Severity, rule: str, message: str, remedy: str = ""
    ) -> None:
        checked.issues.append(
            Issue(
                rule=rule,
                severity=severity,
                message=message,
                remedy=remedy,
                sheet=self.table.sheet.name,
                row=checked.number,
                letter=self.header.letter(name),
                column=self.header.title(name) or self.table.aliases.columns[name].title,
                value=cells.shown(checked.raw.get(name))[:400].replace("\0", ""),
            )
        )


def _kept(value) -> str:
    """A cell as it is kept beside the row."""
    shown = value if type(value) is str else cells.shown(value)
    if len(shown) > LONGEST or "\0" in shown:
        return shown[:LONGEST].replace("\0", "")
    return shown


def _display(value) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "；".join(value) if isinstance(value, list) else str(value)
