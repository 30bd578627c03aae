"""Initials as people type them."""

import pytest

from registry.pinyin import initials


@pytest.mark.parametrize(
    "name, letters",
    [
        ("重庆医科大学附属第一医院", "cqykdxfsdyyy"),
        ("长兴县中医院", "cxxzyy"),
        ("长寿区人民医院", "csqrmyy"),
        ("单县中心医院", "sxzxyy"),
        ("渝中区解放碑街道社区卫生服务中心", "yzqjfbjdsqwsfwzx"),
        ("北京大学第三医院（海淀院区）", "bjdxdsyyhdyq"),
        ("和睦家医院A区", "hmjyyaq"),
        ("👍医院", "yy"),
        ("", ""),
    ],
)
def test_initials(name, letters):
    assert initials(name) == letters
