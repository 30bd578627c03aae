"""Words of rosters to values of the register (用词对照); what no word covers is said, never guessed."""

import re
import unicodedata

from registry.imports import cells
from registry.imports.cells import CellFault
from registry.models import AffiliationWord, EconomicType, HospitalGrade, Institution, InstitutionClass

_BRACKETS = re.compile(r"[()（）\s]")
_CODE_AND_NAME = re.compile(r"([A-Z](?:\d{1,3})?)[\s.、，．,:：\-—]*(.*)", re.IGNORECASE)
_BARE_LEVEL = re.compile(r"([三二一321])级(?:医院)?")
_LEVEL_DIGIT = {"三": "3", "二": "2", "一": "1"}
_GRADES = {
    "特等": "S", "特": "S", "特级": "S",
    "甲等": "A", "甲": "A", "甲级": "A",
    "乙等": "B", "乙": "B", "乙级": "B",
    "丙等": "C", "丙": "C", "丙级": "C",
    "合格": "P", "达标": "P",
    "未评": "U", "未定等": "U", "未评等": "U", "未定": "U", "未评定": "U", "未评审": "U", "无等次": "U", "无等": "U",
    "不分等": "U", "未分等": "U", "未定等次": "U", "其他": "U", "未定级": "U", "未评级": "U",
}  # fmt: skip
_NO_LEVEL = frozenset(
    (
        "未定级",
        "未评级",
        "未评",
        "未定",
        "无等级",
        "无级别",
        "未分级",
        "无级",
        "不定级",
        "未定等",
        "未评审",
        "未评定",
        "无等次",
        "未定级别",
    )
)
_OWNERSHIP = {
    "public": (
        "公立",
        "公办",
        "公有",
        "国有",
        "国营",
        "政府办",
        "政府",
        "全民",
        "集体",
        "公立医院",
        "国有全资",
        "集体全资",
        "公",
        "全民所有制",
        "集体所有制",
        "公立医疗机构",
    ),
    "private": (
        "民营",
        "私立",
        "民办",
        "私有",
        "私营",
        "社会办",
        "非公立",
        "社会办医",
        "非公",
        "民",
        "个体",
        "股份制",
        "民营医院",
        "非公有",
        "非公有制",
        "民营医疗机构",
        "社会资本",
        "中外合资",
        "外资",
    ),
}
_STATUS = {
    "open": ("开业", "营业", "正常", "运营", "运营中", "营业中", "正常营业", "正常运营", "在业", "有效", "正常执业", "执业", "执业中", "开放", "在营", "运行", "运行中", "正常运行", "正常开业", "已开业"),
    "preparing": ("筹建", "筹建中", "筹备", "筹备中", "在建", "建设中", "设置审批", "待开业", "未开业", "拟设置", "新建"),
    "suspended": ("停业", "歇业", "暂停", "停诊", "暂停营业", "暂停执业", "停业整顿", "停业中", "暂停运营", "休业", "停止营业"),
    "closed": ("注销", "已注销", "关闭", "已关闭", "撤销", "吊销", "已撤销", "已吊销", "终止", "关停", "撤并"),
}  # fmt: skip
_PROFIT = {
    "1": Institution.Profit.NON_PROFIT,
    "2": Institution.Profit.FOR_PROFIT,
    "9": Institution.Profit.OTHER,
}


def key(value: str) -> str:
    """Words compare without width, brackets and spaces."""
    return _BRACKETS.sub("", unicodedata.normalize("NFKC", value)).upper()


def _turned(table: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {key(word): value for value, words in table.items() for word in (value, *words)}


class Vocabulary:
    """The words of one import, loaded once: classes, grades, affiliations, economic types from the database."""

    def __init__(self):
        self._ownership, self._status = _turned(_OWNERSHIP), _turned(_STATUS)
        self._load_classes()
        self._grades = {}
        for grade in HospitalGrade.objects.all():
            for word in (grade.canonical, *grade.aliases):
                self._grades[key(word)] = (grade.level, grade.grade)
        self._affiliations = {
            key(word.word): (word.affiliation, word.in_municipality or word.affiliation)
            for word in AffiliationWord.objects.all()
        }
        for value, label in Institution.Affiliation.choices:
            self._affiliations.setdefault(key(value), (value, value))
            self._affiliations.setdefault(key(label), (value, value))
        self._economic = dict(EconomicType.objects.values_list("code", "name"))
        self._economic_names = {key(_other(name)): code for code, name in self._economic.items()}

    def _load_classes(self) -> None:
        self.classes: dict[str, str] = {}
        self._class_names: dict[str, list[str]] = {}
        parents = set()
        for code, name, parent in InstitutionClass.objects.values_list("code", "name", "parent_id"):
            self.classes[code] = name
            parents.add(parent)
            for spelling in _spellings(name):
                self._class_names.setdefault(spelling, []).append(code)
        # One name often stands at two tiers (A1 and A100): the finest one is meant.
        for spelling, codes in self._class_names.items():
            leaves = [code for code in codes if code not in parents]
            self._class_names[spelling] = leaves or [max(codes, key=len)]

    # -- Class ----------------------------------------------------------------------------------------------
    def institution_class(self, raw) -> tuple[str, str]:
        """(code, warning) of a WS 218 class given as code, name, or both."""
        value, _ = cells.optional(raw)
        if not value:
            return "", ""
        folded = unicodedata.normalize("NFKC", value).strip()
        found = _CODE_AND_NAME.fullmatch(folded)
        if found and found[1].upper() in self.classes:
            code, name = found[1].upper(), found[2].strip()
            if name and key(_other(name)) not in _spellings(self.classes[code]):
                return code, f"代码 {code} 是“{self.classes[code]}”，与表中“{name}”不一致，按代码导入。"
            return code, ""
        codes = self._class_names.get(key(_other(folded)), [])
        if found and not codes and found[2]:
            codes = self._class_names.get(key(_other(found[2])), [])
        if len(codes) == 1:
            return codes[0], ""
        if codes:
            options = "、".join(f"{code} {self.classes[code]}" for code in codes)
            raise CellFault("class-ambiguous", f"“{value}”可以是 {options}。", "请填其中一个代码。")
        raise CellFault(
            "class-unknown",
            f"机构类别“{value}”不认识。",
            "请填 WS 218 的类别代码或名称，例如 A100 或 综合医院。",
        )

    # -- Level and grade ------------------------------------------------------------------------------------
    def level(self, raw) -> tuple[str, str]:
        """(level, grade) that one cell states; grade is "" where the cell says nothing about it."""
        value, _ = cells.optional(raw)
        word = key(value).translate({ord("Ⅲ"): "三", ord("Ⅱ"): "二", ord("Ⅰ"): "一"})
        word = re.sub(r"^III(?=级|甲|乙|丙|特)", "三", word)
        word = re.sub(r"^II(?=级|甲|乙|丙|特)", "二", word)
        word = re.sub(r"^I(?=级|甲|乙|丙|特)", "一", word)
        if not word:
            return "", ""
        if found := _BARE_LEVEL.fullmatch(word):
            return _LEVEL_DIGIT.get(found[1], found[1]), ""
        if word in ("1", "2", "3", "三", "二", "一"):
            return _LEVEL_DIGIT.get(word, word), ""
        if word in _NO_LEVEL:
            return Institution.Level.NONE, ""
        if word in self._grades:
            return self._grades[word]
        if word.endswith("医院") and word.removesuffix("医院") in self._grades:
            return self._grades[word.removesuffix("医院")]
        if word in _GRADES:
            return "", _GRADES[word]
        raise CellFault(
            "level-unknown", f"医院级别“{value}”不认识。", "请填 三级、二级、一级或未定级，也可写三级甲等。"
        )

    def grade(self, raw) -> tuple[str, str]:
        """(level, grade) that the column of grades states: mostly the grade alone, sometimes both."""
        value, _ = cells.optional(raw)
        word = key(value)
        if not word:
            return "", ""
        if word in _GRADES:
            return "", _GRADES[word]
        try:
            return self.level(raw)
        except CellFault:
            raise CellFault(
                "grade-unknown", f"医院等次“{value}”不认识。", "请填 特等、甲等、乙等、丙等、合格或未评。"
            ) from None

    # -- Short lists ----------------------------------------------------------------------------------------
    def affiliation(self, raw, *, municipality: bool) -> str:
        """隶属关系; in a municipality 市级 means its top level (readings A7)."""
        value, _ = cells.optional(raw) if raw != "无" else ("无", False)
        if not value:
            return ""
        words = (key(value), key(value).removesuffix("管理"), key(value).removesuffix("单位"))
        for word in words:
            if word in self._affiliations:
                return self._affiliations[word][municipality]
        raise CellFault(
            "affiliation-unknown",
            f"隶属关系“{value}”不认识。",
            "请填 国家、省级、地市级、区县级、乡镇街道、村、社会办或军队。",
        )

    def ownership(self, raw) -> str:
        return self._word(raw, self._ownership, "ownership-unknown", "所有制", "请填 公立 或 民营。")

    def status(self, raw) -> str:
        return self._word(raw, self._status, "status-unknown", "运营状态", "请填 开业、筹建、停业或注销。")

    def _word(self, raw, table: dict[str, str], rule: str, title: str, remedy: str) -> str:
        value, _ = cells.optional(raw)
        if not value:
            return ""
        if (word := key(value)) in table:
            return table[word]
        raise CellFault(rule, f"{title}“{value}”不认识。", remedy)

    def profit(self, raw) -> str:
        value, _ = cells.optional(raw)
        word = key(value)
        if not word:
            return ""
        if word[0] in _PROFIT and (len(word) == 1 or not word[1].isdigit()):
            return _PROFIT[word[0]]
        if word.startswith(("非营利", "非盈利", "不以营利")) or word in (
            "否",
            "公益",
            "公益性",
            "政府办非营利性",
        ):
            return Institution.Profit.NON_PROFIT
        if word.startswith(("营利", "盈利")) or word == "是":
            return Institution.Profit.FOR_PROFIT
        if "非营利" in word:
            return Institution.Profit.NON_PROFIT
        if word.startswith(("其他", "其它")):
            return Institution.Profit.OTHER
        raise CellFault("profit-unknown", f"营利性质“{value}”不认识。", "请填 非营利性 或 营利性。")

    def economic_type(self, raw) -> str:
        """Code of GB/T 12402 given as code, name, or both."""
        value, _ = cells.optional(raw)
        if not value:
            return ""
        folded = unicodedata.normalize("NFKC", value)
        digits = re.match(r"\d{3}(?!\d)", folded)
        if digits and digits[0] in self._economic:
            return digits[0]
        if (word := key(_other(folded))) in self._economic_names:
            return self._economic_names[word]
        raise CellFault(
            "economic-type-unknown",
            f"经济类型“{value}”不认识。",
            "请填 GB/T 12402 的三位代码，例如 110（国有全资）。",
        )


def _other(name: str) -> str:
    return name.replace("其它", "其他")


def _spellings(name: str) -> set[str]:
    """A class name with its bracketed part read in, and left out."""
    return {key(_other(name)), key(_other(re.sub(r"[（(][^）)]*[）)]", "", name)))}
