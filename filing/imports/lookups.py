"""What the words of the workbook mean in the register: looked up once for the whole file, never guessed."""

from collections import defaultdict
from collections.abc import Iterable

from stdnum.cn import uscc

from registry.imports.cells import match_key
from registry.models import (
    Authority,
    Institution,
    InstitutionName,
    PolicyDocument,
    TreatmentSubject,
)
from registry.policy.vocabulary import CONSORTIUM_KINDS

NARROW = str.maketrans("（）", "()")
WIDE = str.maketrans("()", "（）")


def spellings(name: str) -> set[str]:
    """A name as written and with the other width of its brackets."""
    return {name, name.translate(NARROW), name.translate(WIDE)}


class Institutions:
    """Institutions by 统一社会信用代码, official name or alias, for the mentions of one workbook."""

    def __init__(self, mentions: Iterable[str]):
        wanted = {spelling for mention in mentions if mention for spelling in spellings(mention)}
        live = Institution.objects.live().select_related("division")
        self._by_code = {one.uscc: one for one in live.filter(uscc__in=wanted)}
        self._official, self._other = defaultdict(list), defaultdict(list)
        for one in live.filter(name__in=wanted).order_by("pk"):
            self._official[match_key(one.name)].append(one)
        names = InstitutionName.objects.filter(name__in=wanted, institution__merged_into__isnull=True)
        for row in names.select_related("institution__division").order_by("pk"):
            if row.institution not in self._other[match_key(row.name)]:
                self._other[match_key(row.name)].append(row.institution)

    def find(self, mention: str, near) -> list[Institution]:
        """Those that the mention may mean: one is an answer, several need a decision. The official name comes
        before an alias, and the same county, city and province (`near`, a division) before farther ones."""
        if mention in self._by_code:
            return [self._by_code[mention]]
        key = match_key(mention)
        found = self._official.get(key) or self._other.get(key) or []
        return _nearest(found, near) if near is not None else found


def _nearest(found: list[Institution], near) -> list[Institution]:
    parts = near.path.strip("/").split("/")
    for depth in range(len(parts), 0, -1):
        prefix = "/" + "/".join(parts[:depth]) + "/"
        if close := [one for one in found if one.division.path.startswith(prefix)]:
            return close
    return found


def is_company(mention: str) -> bool:
    """A lead that is no institution but a company: by the words of its name, or a code beginning with 9."""
    return "公司" in mention or (mention.startswith("9") and uscc.is_valid(mention))


def company_of(mention: str) -> tuple[str, str]:
    """(name, code) of a company written as name, or name with its code in brackets or behind a space."""
    for part in mention.translate(NARROW).replace("(", " ").replace(")", " ").split():
        if uscc.is_valid(part.upper()):
            name = mention.translate(NARROW).replace(part, "").replace("()", "").strip()
            return name or part.upper(), part.upper()
    return mention, ""


class Subjects:
    """诊疗科目 by code or by name, with or without the ending 专业 (readings A18)."""

    def __init__(self):
        self._by_code, self._by_name, self._by_stem = {}, defaultdict(list), defaultdict(list)
        for one in TreatmentSubject.objects.order_by("code"):
            self._by_code[one.code] = one
            self._by_name[match_key(one.name)].append(one)
            self._by_stem[match_key(one.name.removesuffix("专业"))].append(one)

    def find(self, mention: str) -> TreatmentSubject | None:
        """The subject, or None for words that the catalogue does not have (they are kept as text)."""
        if mention in self._by_code:
            return self._by_code[mention]
        word = match_key(mention)
        # 儿科 is subject 07 by its full name, though 50.04 儿科专业 has the same stem.
        for found in (self._by_name.get(word, []), self._by_stem.get(word, [])):
            if len(found) == 1:
                return found[0]
        return None


class Authorities:
    """备案机关 by the code of its division or management area, or by name."""

    def __init__(self):
        self._known = {}
        for one in Authority.objects.order_by("pk"):
            for key in (one.code, one.name, one.short_name):
                self._known.setdefault(key, one)

    def find(self, mention: str) -> Authority | None:
        return self._known.get(mention)


class Kinds:
    """医联体类型 in the product's words or in the words of a document that binds the place."""

    def __init__(self):
        self._packs = [
            (document.jurisdiction, document.body.get("vocabulary", {}).get("consortium_kind", {}))
            for document in PolicyDocument.objects.order_by("pk")
        ]

    def words(self, division) -> dict[str, str]:
        """Word to kind for a place; a document's own meaning of a word comes before the general one."""
        words = {}
        for _, local in self._packs:
            words.update(local)
        words.update(CONSORTIUM_KINDS)
        for jurisdiction, local in self._packs:
            if division is not None and f"/{jurisdiction}/" in division.path:
                words.update(local)
        return words
