"""Which place a cell means (区划识别): codes of 6, 9 and 12 digits, retired codes, names; never a guess between two."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property

from registry.imports import cells
from registry.imports.cells import CellFault, match_key
from registry.models import Division, ManagementArea
from registry.places.codes import Codes, Meaning, Place

_DIGITS = re.compile(r"(?<!\d)\d{2,12}(?!\d)")
_SUFFIX = re.compile(r"(?:特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|省|市)$")
_CODE_AND_NAME = re.compile(r"(\d{9})\d*(?:[.、,:\-—]?(\D.*))?")
_TOWN_SUFFIX = re.compile(r"(?:街道办事处|办事处|街道|地区|镇|(?:民族)?乡|苏木)$")
_COUNTY_ENDS = ("区", "县", "市", "旗")
_MOST_LIKELY = 3
_FILLERS = frozenset(("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"))


@dataclass(slots=True)
class Found:
    """The answer: division, township where the code or its column says one, and what was noticed on the way."""

    place: Place
    township: int | None = None
    warnings: list[tuple[str, str]] = field(default_factory=list)

    def warn(self, rule: str, message: str) -> "Found":
        self.warnings.append((rule, message))
        return self


def _short(name: str) -> str:
    return _SUFFIX.sub("", name) or name


class Places(Codes):
    """Codes and names; the names of townships county by county when asked for."""

    def __init__(self):
        super().__init__()
        self._areas = dict(ManagementArea.objects.order_by("pk").values_list("code", "name"))
        self._parents = {one.parent for one in self.by_id.values() if one.current}

    # -- By code --------------------------------------------------------------------------------------------
    def by_code(self, code: str) -> Found:
        """The place of a code of 2, 4, 6, 9 or 12 digits. Raises CellFault when it is unknown or has no one heir."""
        if not code.isdigit() or len(code) not in (2, 4, 6, 9, 12):
            raise CellFault(
                "division-code-length",
                f"行政区划代码“{code}”应为 6 位数字（也可用 9 位、12 位）。",
                "请填 6 位国标代码，例如 500103。",
            )
        county = code[:6].ljust(6, "0")
        rest = code[6:9]
        found = self._county(county)
        if rest and rest != "000":
            self._add_township(found, code[:9])
        return found

    def _county(self, code: str) -> Found:
        meaning = self.find(code)
        if meaning.place or meaning.retired:
            return self._heir(code, meaning)
        if code in self._areas:
            raise CellFault(
                "division-area",
                f"{code} {self._areas[code]} 是功能区，没有国家行政区划代码。",
                "请填所在区县的代码，并在“乡镇街道”列填写所在乡镇、街道。",
            )
        raise CellFault("division-unknown", f"区划表里没有 {code}。", "请按现行行政区划代码填写。")

    @staticmethod
    def _heir(code: str, meaning: Meaning) -> Found:
        if meaning.place and not meaning.retired:
            return Found(meaning.place)
        name = meaning.retired
        if heir := meaning.place:
            return Found(heir).warn(
                "division-retired", f"{code} {name}已停用，按沿革对应到 {heir.code} {heir.name}。"
            )
        if meaning.heirs:
            options = "、".join(f"{one.code} {one.name}" for one in meaning.heirs)
            raise CellFault(
                "division-split", f"{code} {name}已停用，分入 {options}。", "请填其中现在所在的一个。"
            )
        raise CellFault(
            "division-retired", f"{code} {name}已停用，没有登记继任区划。", "请按现行行政区划代码填写。"
        )

    # -- By name --------------------------------------------------------------------------------------------
    @cached_property
    def _names(self) -> dict[str, list[Place]]:
        """Every way to write a place's name; drawn up for the first file that names places in words."""
        names: dict[str, list[Place]] = {}
        for place in self.by_id.values():
            if place.name in _FILLERS:
                continue
            chain = [one for one in self.chain(place) if one.name not in _FILLERS]
            spellings = {""}
            for one in chain[:-1]:
                forms = ("", one.name, _short(one.name))
                spellings = {before + form for before in spellings for form in forms}
            endings = {place.name} | ({_short(place.name)} if place.level != "county" else set())
            for before in spellings:
                for end in endings:
                    names.setdefault(match_key(before + end), []).append(place)
        return names

    def chain(self, place: Place) -> list[Place]:
        """The place under its ancestors, province first."""
        chain = [place]
        while chain[0].parent is not None:
            chain.insert(0, self.by_id[chain[0].parent])
        return chain

    def by_name(self, *parts: str, within=None) -> Found:
        """The one place that these names (province, city, county; any may be empty) mean."""
        given = list(dict.fromkeys(match_key(part) for part in parts if part and part not in _FILLERS))
        if not given:
            raise CellFault("division-required", "没有填行政区划。", "请填行政区划代码，或省、市、区县名称。")
        said = "".join(part for part in parts if part)
        candidates = self._names.get("".join(given)) or self._names.get(given[-1]) or []
        candidates = [place for place in candidates if self._under(place, given[:-1])]
        current = {place.id: place for place in candidates if place.current}
        if len(current) > 1 and within is not None:
            inside = {pk: place for pk, place in current.items() if pk in within}
            current = inside or current
        if len(current) > 1:  # 吉林市 lies in 吉林省: the lower one is meant only when nothing else fits
            exact = {pk: p for pk, p in current.items() if match_key(p.name) == given[-1]}
            current = exact if len(exact) == 1 else current
        if len(current) == 1:
            return Found(next(iter(current.values())))
        if current:
            options = "、".join(
                self.full_name(place) + f"（{place.code}）" for place in list(current.values())[:5]
            )
            raise CellFault("division-ambiguous", f"“{said}”可以是 {options}。", "请填 6 位行政区划代码。")
        if candidates:
            retired = candidates[-1].name
            heirs = self.heirs([place.id for place in candidates])
            one = heirs[0] if len(heirs) == 1 else None
            return self._heir(candidates[0].code, Meaning(one, retired, heirs))
        likely = self._likely(given, within)
        asked = f"是否为{'、'.join(f'{place.name}（{place.code}）' for place in likely)}？" if likely else ""
        raise CellFault(
            "division-unknown",
            f"区划表里没有“{said}”。{asked}",
            "请填全称或 6 位行政区划代码。" if likely else "请填现行的 6 位行政区划代码，例如 500103。",
        )

    def _likely(self, given: list[str], within) -> list[Place]:
        """The counties that may be meant by names without their end (渝中, 石柱): named to the sender, never taken."""
        found = {
            place.id: place
            for word in ("".join(given), given[-1])
            for end in _COUNTY_ENDS
            for place in self._names.get(word + end, ())
        }
        if not found and len(given[-1]) > 1:  # 石柱土家族自治县
            found = {
                place.id: place
                for place in self._current.values()
                if place.level == "county" and match_key(place.name).startswith(given[-1])
            }
        likely = [place for place in found.values() if place.current and self._under(place, given[:-1])]
        inside = [place for place in likely if within is None or place.id in within]
        likely = inside or likely
        return likely if len(likely) <= _MOST_LIKELY else []

    def _under(self, place: Place, above: list[str]) -> bool:
        forms = {match_key(form) for one in self.chain(place) for form in (one.name, _short(one.name))}
        return all(name in forms or any(name.endswith(form) for form in forms) for name in above)

    def has_counties(self, place: Place) -> bool:
        """True when the place is divided further down to counties."""
        return place.id in self._parents

    def named_in(self, text: str, within=None) -> Place | None:
        """The one county whose name begins a text (after the names of its city or province)."""
        found = [
            place
            for place in self._current.values()
            if place.level == "county"
            and (within is None or place.id in within)
            and place.name in text[: len(place.name) + 8]
        ]
        longest = max((len(place.name) for place in found), default=0)
        best = [place for place in found if len(place.name) == longest]
        return best[0] if len(best) == 1 else None

    def full_name(self, place: Place) -> str:
        return "".join(one.name for one in self.chain(place) if one.name not in _FILLERS)

    # -- A cell ---------------------------------------------------------------------------------------------
    def of_cell(self, raw, names: tuple[str, ...] = (), within=None) -> tuple[Found, bool]:
        """What a cell of codes or names means, with the separate name columns beside it; (answer, repaired)."""
        seen = cells.text(raw)[0] if isinstance(raw, str) else cells.code(raw)[0]
        folded = unicodedata.normalize("NFKC", seen)
        digits = _DIGITS.search(folded)
        if (digits and len(digits[0]) >= 6) or folded.replace(" ", "").isdigit():
            code, repaired = cells.code(digits[0] if digits else folded)
            beside = match_key(_DIGITS.sub("", folded).strip(" ()（）-—.0"))
            found = self._code_beside_names(code, tuple(part for part in (*names, beside) if part), within)
            return found, repaired or (isinstance(raw, str) and code != raw and not beside)
        if folded and any("一" <= character <= "鿿" for character in folded):
            return self.by_name(folded, within=within), False
        if folded:
            return self.by_code(folded), False
        return self.by_name(*names, within=within), False

    def _code_beside_names(self, code: str, names: tuple[str, ...], within) -> Found:
        try:
            named = self.by_name(*names, within=within).place if any(names) else None
        except CellFault:
            named = None
        try:
            found = self.by_code(code)
        except CellFault as fault:
            if named is None or named.code[:2] != code[:2] or fault.rule == "division-area":
                raise
            return Found(named).warn(
                "division-by-name",
                f"{code} 不能用（{fault.message}），按区划名称取 {named.code} {named.name}。",
            )
        if named and named.level == "county" and named.id != found.place.id:
            found.warn(
                "division-name-differs",
                f"代码 {code} 是{self.full_name(found.place)}，与表中名称“{named.name}”不一致，按代码导入。",
            )
        return found

    # -- Townships ------------------------------------------------------------------------------------------
    def _load_townships(self, county: Place) -> dict[str, list[tuple[int, str, str]]]:
        if county.townships is None:
            county.townships = {}
            rows = Division.objects.filter(
                level=Division.Level.TOWNSHIP, parent_id=county.id, valid_to__isnull=True
            ).order_by("code")
            for pk, code, name, unit in rows.values_list("pk", "code", "name", "physical_unit_id"):
                # A second code of the same place answers to the code alone: its name would be ambiguous.
                names = set() if unit else {match_key(name), match_key(_TOWN_SUFFIX.sub("", name))}
                for word in {code, *names}:
                    county.townships.setdefault(word, []).append((pk, code, name))
        return county.townships

    def _add_township(self, found: Found, code: str) -> None:
        known = self._load_townships(found.place).get(code)
        heir = known[0][0] if known else None
        if heir is None and (meaning := self.find(code)).retired and meaning.place:
            heir = meaning.place.id
        if heir is None:
            raise CellFault(
                "township-unknown",
                f"区划表里没有乡镇、街道代码 {code}。",
                "请核对代码，或只填 6 位区县代码。",
            )
        found.township = heir

    def township(self, county: Place, raw) -> int | None:
        """Id of a township of a county by code or name; None when blank. Raises CellFault when unknown."""
        value, _ = cells.optional(raw)
        if not value:
            return None
        known = self._load_townships(county)
        word = match_key(value)
        digits = unicodedata.normalize("NFKC", value).replace(" ", "")
        if code := _CODE_AND_NAME.fullmatch(digits):
            found = known.get(code[1], [])
            if found and code[2] and match_key(code[2]) != match_key(found[0][2]):
                raise CellFault(
                    "township-name-differs",
                    f"代码 {code[1]} 是{found[0][2]}，与表中“{code[2]}”不一致。",
                    "请核对，只填代码或只填名称。",
                )
        else:
            found = known.get(word) or known.get(match_key(_TOWN_SUFFIX.sub("", value))) or []
            exact = [one for one in found if match_key(one[2]) == word]
            found = exact or found
        if len(found) == 1:
            return found[0][0]
        if found:
            options = "、".join(name for _, _, name in found)
            raise CellFault("township-ambiguous", f"“{value}”可以是 {options}。", "请写全名或填 9 位代码。")
        raise CellFault(
            "township-unknown",
            f"{county.name}没有“{value}”。",
            "请按现行名称填写所在乡镇、街道，不清楚时留空。",
        )
