"""The rules of an institution roster (名录规则), each over one row; what they state goes into `checked.values`."""

from registry.imports import cells, identity
from registry.imports.cells import CellFault
from registry.imports.checker import Checked, RowChecker
from registry.models import Institution

MOST_BEDS = 20_000
LENGTHS = {
    name: Institution._meta.get_field(name).max_length
    for name in ("name", "address", "legal_representative", "phone")
}
TEXTS = {"address": cells.spaced, "legal_representative": cells.optional, "phone": cells.optional}
_NO_GRADE_WITHOUT_LEVEL = frozenset("SABC")


def name_rule(checker: RowChecker, checked: Checked) -> None:
    if checked.blank("name"):
        if "name" not in checked.faulty:
            checker.error(
                checked, "name", "name-required", "没有填机构名称。", "请填执业许可证上的第一名称。"
            )
        return
    name = checker.take(checked, "name", cells.text) or ""
    if not any(character.isalpha() for character in name):
        checker.error(
            checked, "name", "name-not-a-name", f"“{name}”不像机构名称。", "请填执业许可证上的第一名称。"
        )
    elif len(name) > LENGTHS["name"]:
        _too_long(checker, checked, "name", name)
    checked.name = name[: LENGTHS["name"]]
    checked.values["name"] = checked.name


def _too_long(checker: RowChecker, checked: Checked, name: str, value: str) -> None:
    checker.error(
        checked,
        name,
        "too-long",
        f"内容有 {len(value)} 个字，最多 {LENGTHS[name]} 个字。",
        "请缩短，或核对是否粘贴了多余内容。",
    )


def code_rules(checker: RowChecker, checked: Checked) -> None:
    if code := checker.take(checked, "uscc", identity.uscc):
        checked.values["uscc"] = code
        if code[0] == "0":
            checker.warn(
                checked,
                "uscc",
                "uscc-department",
                "代码以 0 开头，没有这样的登记管理部门。",
                "请对照登记证书核对。",
            )
    if number := checker.take(checked, "licence_number", identity.licence_number):
        checked.values["licence_number"] = number


def class_rule(checker: RowChecker, checked: Checked) -> None:
    given = next(
        (name for name in ("institution_class", "class_middle", "class_major") if not checked.blank(name)),
        None,
    )
    if given is None:
        if not checked.faulty & {"institution_class", "class_middle", "class_major"}:
            checker.error(
                checked,
                "institution_class",
                "class-required",
                "没有填机构类别。",
                "请填 WS 218 的类别代码或名称，例如 A100。",
            )
        return
    found = checker.word(checked, given, checker.words.institution_class)
    if not found:
        return
    code, remark = found
    if code:
        checked.values["institution_class_id"] = code
    elif given not in checked.faulty:
        checker.error(
            checked, given, "class-required", "没有填机构类别。", "请填 WS 218 的类别代码或名称，例如 A100。"
        )
    if remark:
        checker.warn(checked, given, "class-name-differs", remark, "请核对代码和名称。")


def level_rule(checker: RowChecker, checked: Checked) -> None:
    """Level and grade, from two columns or one, kept with the sender's words; they may not contradict each other."""
    level, grade = checker.word(checked, "level", checker.words.level) or ("", "")
    level_beside, grade_beside = checker.word(checked, "grade", checker.words.grade) or ("", "")
    clash = (level and level_beside and level != level_beside) or (
        grade and grade_beside and grade != grade_beside
    )
    if clash:
        _contradiction(checker, checked, f"与医院级别“{cells.shown(checked.raw.get('level'))}”矛盾")
        return
    level, grade = level or level_beside, grade or grade_beside
    if level == Institution.Level.NONE and grade in _NO_GRADE_WITHOUT_LEVEL:
        _contradiction(checker, checked, "未定级的医院没有甲、乙、丙等")
        return
    if grade == Institution.Grade.SPECIAL and level and level != Institution.Level.THIRD:
        _contradiction(checker, checked, "特等只用于三级医院")
        return
    if level == Institution.Level.NONE and grade == Institution.Grade.UNRATED:
        grade = ""  # 未定级 and 未评 say the same thing twice
    if grade and not level and not checked.faulty & {"level", "grade"}:
        checker.warn(checked, "grade", "grade-without-level", "有等次而没有级别。", "请补填医院级别。")
    if level:
        checked.values["level"] = level
    if grade or level == Institution.Level.NONE:
        checked.values["grade"] = grade
    if level or grade:
        checked.values |= {
            "raw_level": cells.text(checked.raw.get("level"))[0][:40],
            "raw_grade": cells.text(checked.raw.get("grade"))[0][:40],
        }


def _contradiction(checker: RowChecker, checked: Checked, why: str) -> None:
    name = "level" if checked.blank("grade") else "grade"
    seen = cells.shown(checked.raw.get(name))
    checker.error(checked, name, "level-grade-contradict", f"“{seen}”{why}。", "请按评审结果改正级别或等次。")


def place_rule(checker: RowChecker, checked: Checked) -> None:
    names = tuple(
        cells.optional(checked.raw[name])[0] if checked.raw.get(name) else ""
        for name in ("province", "city", "county")
    )
    at = next(
        (one for one in ("division", "county", "city", "province") if one in checker.header.fields),
        "division",
    )
    if checked.faulty & {"division", "province", "city", "county"}:
        return
    try:
        found, repaired = _found_place(checker, checked.raw.get("division", ""), names)
    except CellFault as fault:
        checker.error(
            checked, at, fault.rule, fault.message, _suggestion(checker, checked, fault) or fault.remedy
        )
        return
    if repaired:
        checker.repaired(checked, at, found.place.code)
    for rule, message in found.warnings:
        checker.warn(checked, at, rule, message, "请核对；改为现行代码后不再提醒。")
    place = checked.place = found.place
    if not checker.scope.holds(place.id) and not (found.township and checker.scope.holds(found.township)):
        checker.error(
            checked, at, "outside-area", f"{checker.places.full_name(place)}不在您的导入范围（{checker.scope.label}）。",
            "请删去这一行，或请该地管理员导入。",
        )  # fmt: skip
        return
    if place.level != "county" and checker.places.has_counties(place):
        checker.warn(
            checked, at, "division-not-county", f"{place.code} {place.name}不是区县。", "请填到区县一级。"
        )
    checked.values["division_id"] = place.id
    if found.township:
        checked.values["township_id"] = found.township
    _township(checker, checked, place)


def _found_place(checker: RowChecker, raw, names):
    memo = checker.memo("place")
    key = (type(raw), raw, names)
    if key not in memo:
        try:
            memo[key] = (checker.places.of_cell(raw, names, checker.scope.divisions), None)
        except CellFault as fault:
            memo[key] = (None, fault)
    answer, fault = memo[key]
    if fault:
        raise fault
    return answer


def _suggestion(checker: RowChecker, checked: Checked, fault: CellFault) -> str:
    """A county that the institution's own name begins with is offered, not taken."""
    if fault.rule != "division-unknown" or not checked.name:
        return ""
    county = checker.places.named_in(checked.name, checker.scope.divisions)
    return f"机构名称对应 {county.code} {county.name}，如属实请改为 {county.code}。" if county else ""


def _township(checker: RowChecker, checked: Checked, place) -> None:
    raw = checked.raw.get("township")
    if raw is None or raw == "":
        return
    try:
        township = checker.places.township(place, cells.shown(raw))
    except CellFault as fault:
        # What cannot be placed stays unknown; the rest of the row is still right.
        checker.warn(checked, "township", fault.rule, fault.message, fault.remedy)
        return
    if township:
        checked.values["township_id"] = township


def affiliation_rule(checker: RowChecker, checked: Checked) -> None:
    municipality = bool(checked.place and checked.place.in_municipality)
    affiliation = checker.word(
        checked,
        "affiliation",
        lambda raw: checker.words.affiliation(raw, municipality=municipality),
        memo_key=str(municipality),
    )
    if affiliation == Institution.Affiliation.CITY and municipality:
        checker.warn(
            checked, "affiliation", "affiliation-in-municipality", "直辖市没有地市级隶属，市属机构应为省级（直辖市本级）。",
            "市属填“市级”或“省级”，区县属填“区县级”。",
        )  # fmt: skip
    if affiliation:
        checked.values["affiliation"] = affiliation


def short_list_rules(checker: RowChecker, checked: Checked) -> None:
    for name in ("ownership", "profit", "status"):
        if value := checker.word(checked, name, getattr(checker.words, name)):
            checked.values[name] = str(value)
    given = checked.raw.get("economic_type")
    if given not in (None, ""):
        try:
            checked.values["economic_type"] = checker.words.economic_type(given)
        except CellFault as fault:
            checker.warn(
                checked, "economic_type", fault.rule, fault.message + "这一格没有导入。", fault.remedy
            )
        if not checked.values.get("economic_type"):
            checked.values.pop("economic_type", None)


def text_rules(checker: RowChecker, checked: Checked) -> None:
    for name, read in TEXTS.items():
        value = checker.take(checked, name, read)
        if value and len(value) > LENGTHS[name]:
            _too_long(checker, checked, name, value)
        elif value:
            checked.values[name] = value


def beds_rule(checker: RowChecker, checked: Checked) -> None:
    beds = checker.take(checked, "beds", cells.whole_number)
    if beds is not None and beds > MOST_BEDS:
        checker.error(checked, "beds", "number-range", f"核定床位数 {beds:,} 不合理。", "请核对后重新录入。")
    elif beds is not None:
        checked.values["beds"] = beds


def founded_rule(checker: RowChecker, checked: Checked) -> None:
    founded = checker.take(checked, "founded_on", cells.date, date1904=checker.date1904)
    if founded and founded > checker.today:
        checker.error(
            checked,
            "founded_on",
            "date-future",
            f"成立日期 {founded} 晚于今天（{checker.today}）。",
            "请核对年份。",
        )
    elif founded:
        checked.values["founded_on"] = founded.isoformat()


def relation_rules(checker: RowChecker, checked: Checked) -> None:
    """Second names and the main institution."""
    for name in checker.take(checked, "second_names", cells.names) or ():
        if len(name) > LENGTHS["name"]:
            checker.error(checked, "second_names", "too-long", "第二名称过长。", "几个名称请用“；”分开。")
        elif cells.match_key(name) != cells.match_key(checked.name):
            checked.second_names.append(name)
    checked.main = checker.take(checked, "main_institution", cells.optional) or ""


def demo_rule(checker: RowChecker, checked: Checked) -> None:
    demo = checker.word(checked, "is_demo", _is_demo)
    if demo is not None:
        checked.values["is_demo"] = demo


def _is_demo(raw) -> bool | None:
    value = cells.text(raw)[0] if isinstance(raw, str) else raw
    return True if value in ("示例", "虚构", "演示", "演示数据", "示例数据") else cells.yes_no(raw)[0]


def military_rule(checker: RowChecker, checked: Checked) -> None:
    military = checker.word(checked, "is_military", lambda raw: cells.yes_no(raw)[0])
    belongs = checked.values.get("affiliation")
    if military is None and belongs == Institution.Affiliation.MILITARY:
        military = True  # 隶属军队 says it already
    if military is False and belongs == Institution.Affiliation.MILITARY:
        checker.error(
            checked,
            "is_military",
            "military-contradict",
            "隶属关系是军队，部队医院却填“否”。",
            "请改正其中一项。",
        )
        return
    if military and belongs and belongs != Institution.Affiliation.MILITARY:
        checker.warn(
            checked,
            "is_military",
            "military-affiliation",
            "是部队医院，隶属关系却不是军队。",
            "请核对隶属关系。",
        )
    if military is not None:
        checked.values["is_military"] = military


RULES = (
    name_rule,
    code_rules,
    class_rule,
    level_rule,
    place_rule,
    affiliation_rule,
    short_list_rules,
    text_rules,
    beds_rule,
    founded_rule,
    relation_rules,
    demo_rule,
    military_rule,
)
