"""The form as data: what each place and kind of filing is asked, and that old filings keep their questions."""

import csv

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from filing import materials, signing, supplements, transitions
from filing.documents.edition import edition
from filing.form import form_of
from filing.models import Filing, SigningRule
from filing.sections import SECTIONS
from registry import access, scanning
from registry.errors import Refused
from registry.models import Consortium
from registry.policy.load import read_packs
from tests.factories import AuthorityFactory, CityFactory, InstitutionFactory, UserFactory
from tests.factories.changes import answer
from tests.factories.filing import Case, pdf
from tests.factories.registry import ProvinceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2020-10-13T10:00:00+08:00"):
        yield


def keys(filing) -> set[str]:
    return {f"{section.key}.{field.key}" for section in form_of(filing).sections for field in section.fields}


def in_place(province: str, city: str, consortium_kind: str, **more) -> Filing:
    root = ProvinceFactory(code=province, name="某省")
    division = CityFactory(code=city, name="某市", kind="", parent=root)
    bureau = AuthorityFactory(division=division, level="city")
    lead = InstitutionFactory(division=division)
    return Filing(consortium_kind=consortium_kind, authority=bureau, lead=lead, applicant=lead, **more)


def test_chuzhou_asks_for_the_council_and_unified_management():
    asked = form_of(in_place("340000", "341100", "city_group"))
    for key in ("council_chair", "board_kind"):
        assert asked.find("D", key).required
    for key in ("unified_management", "council_rules", "unchanged"):
        assert asked.find("D", key).clauses[0].startswith("CZ-")
    assert "D.unified_management" not in keys(in_place("340000", "341100", "specialty_alliance"))
    assert not form_of(in_place("340000", "340200", "city_group")).find("D", "council_chair").required


PLACES = {
    "chongqing-2018": ("500000", "500100"),
    "zhejiang-2020": ("330000", "330100"),
    "chuzhou-2020": ("340000", "341100"),
    "yunnan": ("530000", "530100"),
    "wuhu-2019": ("340000", "340200"),
}
ASKED = [
    (pack.id, rule.id, rule.params["declaration"], kind)
    for pack in read_packs()
    for rule in pack.rules
    if rule.params.get("asked") == "备案"
    for kind in rule.kinds
]


def test_there_are_facts_that_the_rules_want_with_the_filing():
    assert {row[0] for row in ASKED} == PLACES.keys()


@pytest.mark.parametrize(("pack", "rule", "fact", "kind"), ASKED)
def test_what_a_rule_wants_declared_with_the_filing_is_asked_by_the_form(pack, rule, fact, kind):
    form = form_of(in_place(*PLACES[pack], kind))
    asked = [field for section in form.sections for field in section.fields if field.declares == fact]
    assert [rule in field.clauses for field in asked] == [True]


def test_each_place_wants_its_own_files():
    def wanted(*place, **more):
        return {material.kind for material in form_of(in_place(*place, **more)).materials}

    assert wanted("340000", "340200", "city_group") == {"government"}
    assert wanted("340000", "340200", "urban_rural_link") == {"hospital"}
    assert wanted("530000", "530100", "city_group") == {"plan"}
    assert wanted("500000", "500100", "city_group") == set()


def test_chongqing_asks_alliances_for_their_credentials():
    assert {"B.credential_level", "B.leader_name", "B.society_post"} <= keys(
        in_place("500000", "500100", "specialty_alliance")
    )
    assert "B.credential_level" not in keys(in_place("500000", "500100", "city_group"))


@pytest.mark.parametrize("kind", Consortium.Kind.values)
def test_every_kind_of_consortium_has_its_form(kind):
    form = form_of(in_place("500000", "500100", kind))
    assert [section.key for section in form.sections] == list("ABCDEF")
    assert ("grid_ids" in {f.key for f in form.sections[0].fields}) == (
        kind in ("city_group", "county_community")
    )


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["name"], "ABEF"),
        (["members"], "ABCEF"),
        (["governance"], "ABDEF"),
        (["members", "governance", "grids", "lead", "name", "documents"], "ABCDEF"),
    ],
)
def test_a_change_asks_what_belongs_to_its_parts(parts, expected):
    filing = in_place("500000", "500100", "city_group", kind="change", parts=parts)
    assert "".join(section.key for section in form_of(filing).sections) == expected
    assert ("A.name" in keys(filing)) == ("name" in parts)
    assert "A.founded_on" not in keys(filing) and "A.effective_on" in keys(filing)


def test_every_question_is_bound_to_clauses_that_exist():
    with (settings.BASE_DIR / "fixtures/policies/provisions.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        known = {next(iter(row.values())) for row in csv.DictReader(file)}
    fields = [field for section in SECTIONS for field in section.fields]
    fields += [field for _, field in supplements.added_fields()]
    wanted = [m for s in supplements.supplements() for m in s.materials]
    assert {clause for field in [*fields, *wanted] for clause in field.clauses} <= known
    added = [field.key for _, field in supplements.added_fields()]
    assert len(added) == len(set(added)) and not set(added) & {f.key for s in SECTIONS for f in s.fields}


@pytest.mark.parametrize(
    "wrong",
    [
        'pack = "x"\nhide = ["A.nothing"]',
        'pack = "x"\nunknown = 1',
        'pack = "x"\n[[field]]\nsection = "D"\nkey = "k"\nlabel = "l"\nclauses = []',
        'pack = "x"\n[[field]]\nsection = "C"\nkey = "k"\nlabel = "l"\nclauses = ["CZ-26"]',
        'pack = "x"\n[[field]]\nsection = "D"\nkey = "k"\nlabel = "l"\nkind = "choice"\nclauses = ["CZ-26"]',
        'pack = "x"\nmaterials = [{ kind = "nonsense", clauses = ["CZ-26"] }]',
    ],
)
def test_a_wrong_supplement_does_not_load_and_says_where(tmp_path, wrong):
    file = tmp_path / "wrong.toml"
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(supplements.BadSupplement, match=r"wrong\.toml"):
        supplements.read(file)


def test_a_printed_filing_shows_the_questions_of_its_day(client, monkeypatch):
    """Five years later the form asks otherwise; what was submitted is printed as the hospital saw it."""
    case = Case().registered()
    filled_in = edition(case.filing.versions.get().form_version)
    from dataclasses import replace

    from filing import form

    newer = tuple(
        replace(s, title=f"新{s.title}", fields=tuple(replace(f, label=f"新{f.label}") for f in s.fields))
        for s in SECTIONS
    )
    monkeypatch.setattr(form, "SECTIONS", newer)
    monkeypatch.setattr(form, "FORM_VERSION", "2031-1")
    with time_machine.travel("2025-10-13T10:00:00+08:00"):
        client.force_login(case.filer)
        text = client.get(reverse("filing:form_print", args=[case.filing.pk])).text
    assert "紧密程度" in text and "新紧密程度" not in text and "新医联体名称" not in text
    assert filled_in in text and "2031" not in text


# -- Two signatures -----------------------------------------------------------------------------------------
def signer_of(hospital):
    person = UserFactory()
    access.grant(person, "signer", hospital)
    return person


@pytest.fixture
def case():
    return Case().draft()


def test_two_persons_sign_where_the_authority_or_the_hospital_says_so(case):
    assert not signing.by_two(case.filing)
    SigningRule.objects.create(authority=case.commission, two_persons=True)
    assert signing.by_two(case.filing)
    SigningRule.objects.create(institution=case.hospital, two_persons=False)
    assert not signing.by_two(case.filing), "a hospital's own setting goes first"


def test_a_signer_sets_the_rule_of_the_own_hospital_alone(client, case):
    signer, url = signer_of(case.hospital), reverse("filing:signing")
    client.force_login(signer)
    assert "未设置" in client.get(url).text
    client.post(url, {"kind": "institution", "unit": case.hospital.pk, "two_persons": "1"})
    assert signing.by_two(case.filing)
    other = InstitutionFactory()
    for kind, unit in (("institution", other), ("authority", case.commission), ("nonsense", other)):
        wrong = {"kind": kind, "unit": unit.pk, "two_persons": "1"}
        assert client.post(url, wrong).status_code == 404
    client.force_login(case.filer)
    assert client.get(url).status_code == 404
    client.force_login(case.reviewer)
    client.post(url, {"kind": "authority", "unit": case.commission.pk, "two_persons": "0"})
    assert signing.by_two(case.filing), "the hospital's own setting goes first"


def test_the_filer_prepares_and_another_person_confirms(case):
    SigningRule.objects.create(institution=case.hospital)
    signer, pk = signer_of(case.hospital), case.filing.pk
    for person in (case.filer, signer):
        with pytest.raises(Refused, match="送负责人确认"):
            transitions.submit(pk, by=person)
    signing.prepare(pk, by=case.filer)
    with pytest.raises(Refused, match="由负责人提交"):
        transitions.submit(pk, by=case.filer)
    transitions.submit(pk, by=signer)
    event = case.fresh().filing.events.last()
    assert (event.by, event.details["prepared_by"]) == (signer, str(case.filer))


def test_whoever_prepared_does_not_confirm_and_a_later_change_takes_it_back(case):
    SigningRule.objects.create(institution=case.hospital)
    signer, pk = signer_of(case.hospital), case.filing.pk
    signing.prepare(pk, by=signer)
    with pytest.raises(Refused, match="不能自己确认"):
        transitions.submit(pk, by=signer)
    signing.prepare(pk, by=case.filer)
    answer(case.filing, "B", case.filer, contact="何静")
    assert case.fresh().filing.prepared_at is None
    with pytest.raises(Refused, match="送负责人确认"):
        transitions.submit(pk, by=signer)


# -- Files --------------------------------------------------------------------------------------------------
def real_pdf(pages: int, password: str = "") -> SimpleUploadedFile:
    import io

    from pypdf import PdfWriter

    writer, buffer = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if password:
        writer.encrypt(password)
    writer.write(buffer)
    return SimpleUploadedFile("章程.pdf", buffer.getvalue())


def test_pages_are_counted_and_a_locked_file_refused(case):
    assert materials.add(case.filing.pk, "charter", real_pdf(12), by=case.filer).pages == 12
    assert materials.add(case.filing.pk, "other", pdf("残缺.pdf"), by=case.filer).pages is None
    with pytest.raises(Refused, match="打开密码"):
        materials.add(case.filing.pk, "charter", real_pdf(1, "secret"), by=case.filer)


@pytest.mark.parametrize(
    ("command", "words"),
    [("false", "没有通过查毒"), ("no-such-scanner", "没有运行成功"), ("sh -c 'exit 2'", "没有运行成功")],
)
def test_a_file_that_the_scanner_does_not_pass_is_not_kept(case, settings, command, words):
    settings.MATERIAL_SCANNER = command
    before = case.filing.materials.count()
    with pytest.raises(Refused, match=words):
        materials.add(case.filing.pk, "other", pdf("附件.pdf"), by=case.filer)
    assert case.filing.materials.count() == before


def test_a_clean_file_names_its_scanner(settings):
    settings.MATERIAL_SCANNER = "/bin/grep -q PDF"
    assert scanning.scan(pdf()) == "grep"


def test_only_the_preview_may_stand_in_a_frame_of_our_own(client, case):
    client.force_login(case.filer)
    url = reverse("filing:material", args=[case.filing.materials.get(kind="charter").pk])
    for query, frame, ancestors in (("?inline=1", "SAMEORIGIN", "'self'"), ("", "DENY", "'none'")):
        response = client.get(url + query)
        assert b"".join(response.streaming_content)
        assert response["X-Frame-Options"] == frame
        assert f"frame-ancestors {ancestors}" in response["Content-Security-Policy"]


@pytest.mark.parametrize("day", ["0001-01-01", "1111-11-11"])
def test_a_founding_day_that_nobody_can_mean_is_refused(client, case, day):
    client.force_login(case.filer)
    version = case.filing.sections.get(key="A").version
    answered = client.post(
        reverse("filing:section", args=[case.filing.pk, "A"]), {"founded_on": day, "version": version}
    )
    assert answered.status_code == 422 and "请核对年份" in answered.text
