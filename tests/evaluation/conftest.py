"""A small law for compliance runs: one document of Chongqing with three rules, so that every verdict is foreseen."""

import pytest

from registry.policy.load import load_packs
from tests.factories import (
    AuthorityFactory,
    ConsortiumFactory,
    CountyFactory,
    InstitutionClassFactory,
    InstitutionFactory,
    LeadFactory,
    MembershipFactory,
    ProvinceFactory,
)

TEXT = """成员单位应当包含社区卫生服务机构、护理院中至少1类医疗机构。
三级医院可以跨网格提供服务。
医共体应当覆盖乡镇卫生院。"""
PACK = """
[document]
id = "small-law"
title = "测试用规划"
short_title = "测试规划"
number = ""
issuer = "重庆市卫生健康委员会"
jurisdiction = "500000"
status = "formal"
issued_on = 2018-12-28
effective_from = 2018-12-28
plan_from = 2018-01-01
plan_to = 2020-12-31
parents = []
text = "small-law.txt"

[[rule]]
id = "T-01"
clause = "一(一)"
quote = "成员单位应当包含社区卫生服务机构、护理院中至少1类医疗机构"
modality = "应当"
handling = "check"
subject = "consortium"
applies_to = "城市医疗集团"
kinds = ["城市医疗集团"]
check = "member_kinds_at_least"
params = { of = ["社区卫生服务机构", "护理院"], at_least = AT_LEAST }

[[rule]]
id = "T-02"
clause = "一(二)"
quote = "三级医院可以跨网格提供服务"
modality = "可以"
handling = "check"
subject = "consortium"
applies_to = "各类医联体"
check = "permission"
params = { says = "三级医院可以跨网格" }

[[rule]]
id = "T-03"
clause = "一(三)"
quote = "医共体应当覆盖乡镇卫生院"
modality = "应当"
handling = "check"
subject = "consortium"
applies_to = "医共体"
kinds = ["县域医共体"]
check = "permission"
params = { says = "见名录" }
"""


@pytest.fixture
def publish(tmp_path):
    """Publish the law, or another version of it that asks for more kinds of members."""

    def publish(at_least: int = 1) -> None:
        (tmp_path / "texts").mkdir(exist_ok=True)
        (tmp_path / "texts" / "small-law.txt").write_text(TEXT)
        (tmp_path / "small-law.toml").write_text(PACK.replace("AT_LEAST", str(at_least)))
        load_packs(tmp_path)

    return publish


@pytest.fixture
def law(db, publish):
    publish()


@pytest.fixture
def chongqing(db):
    return ProvinceFactory()


@pytest.fixture
def commission(chongqing):
    return AuthorityFactory(division=chongqing)


@pytest.fixture
def yuzhong(chongqing):
    return CountyFactory(code="500103", name="渝中区", parent__parent=chongqing)


@pytest.fixture
def good(yuzhong):
    """A group with a community health centre: T-01 holds."""
    consortium = ConsortiumFactory(name="甲医疗集团", division=yuzhong)
    LeadFactory(consortium=consortium, institution__division=yuzhong)
    MembershipFactory(consortium=consortium, institution__division=yuzhong)
    return consortium


@pytest.fixture
def bad(yuzhong):
    """A group whose only member is another hospital: T-01 does not hold."""
    consortium = ConsortiumFactory(name="乙医疗集团", division=yuzhong)
    LeadFactory(consortium=consortium, institution__division=yuzhong)
    hospital = InstitutionFactory(division=yuzhong, institution_class=InstitutionClassFactory(code="A100"))
    MembershipFactory(consortium=consortium, institution=hospital)
    return consortium
