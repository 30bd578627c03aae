"""The example of docs/policy-packs.md, run: the files that it shows, the mistakes, and the verdicts that it promises."""

import re
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from registry.policy import drafts
from tests.actors import evaluator_of
from tests.factories import (
    AuthorityFactory,
    CityFactory,
    ConsortiumFactory,
    CountyFactory,
    InstitutionClassFactory,
    InstitutionFactory,
    LeadFactory,
    MembershipFactory,
    ProvinceFactory,
)

pytestmark = pytest.mark.django_db
GUIDE = (settings.BASE_DIR / "docs" / "policy-packs.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n```\w*\n(.*?)```", GUIDE, re.DOTALL))
OUTPUTS = re.findall(r"<!-- output: (.+?) -->\n```\n(.*?)```", GUIDE, re.DOTALL)
SLIPS = re.findall(r"<!-- slip: (.+?) => (.+?) -->", GUIDE)
PACK = "chengdu-2026.toml"


@pytest.fixture(autouse=True)
def day(time_machine):
    time_machine.move_to("2026-03-02T02:00:00Z")


@pytest.fixture
def folder(tmp_path):
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


@pytest.fixture
def city():
    province = ProvinceFactory(code="510000", name="四川省")
    return CityFactory(code="510100", name="成都市", kind="", parent=province)


def validated(folder) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("validate_pack", str(folder / PACK), stdout=out)
    except SystemExit as stopped:
        return out.getvalue(), stopped.code
    return out.getvalue(), 0


def test_the_slips_of_the_guide_are_told_as_it_shows(folder, city):
    source = FILES[PACK]
    for right, wrong in SLIPS:
        assert source.count(right) == 1
        source = source.replace(right, wrong)
    (folder / PACK).write_text(source, encoding="utf-8")
    assert len(SLIPS) == 3
    assert validated(folder) == (OUTPUTS[0][1], 1)
    (folder / PACK).write_text(FILES[PACK], encoding="utf-8")
    assert validated(folder) == (OUTPUTS[1][1], 0)


def test_its_pack_published_by_two_judges_its_consortium_as_it_shows(city):
    commission = AuthorityFactory(division=city)
    one, other = evaluator_of(commission), evaluator_of(commission)
    draft = drafts.start(
        by=one, source=FILES[PACK], text=FILES["texts/chengdu-2026.txt"], note="新办法", name=PACK
    )
    drafts.propose(draft.pk, by=one, effective_on=draft.created_at.date(), seen=draft.digest)
    drafts.confirm(draft.pk, by=other, seen=draft.digest)
    district = CountyFactory(code="510104", name="锦江区", parent=city)
    group = ConsortiumFactory(name="示例医疗集团", division=district)
    hospital = InstitutionFactory(municipal_hospital=True, division=district, name="示例医院")
    LeadFactory(consortium=group, institution=hospital)
    for _ in range(4):
        centre = InstitutionFactory(community_centre=True, division=district)
        MembershipFactory(consortium=group, institution=centre)
    nursing = InstitutionClassFactory(code="A710", name="护理院")
    home = InstitutionFactory(division=district, institution_class=nursing, name="示例护理院")
    MembershipFactory(consortium=group, institution=home)
    out = StringIO()
    call_command("check_compliance", consortium="示例医疗集团", stdout=out)
    assert out.getvalue() == OUTPUTS[2][1]


def test_the_guide_names_every_file_it_needs():
    assert set(FILES) == {PACK, "texts/chengdu-2026.txt"}
    assert [command.split()[0] for command, _ in OUTPUTS] == [
        "validate_pack", "validate_pack", "check_compliance"
    ]  # fmt: skip
