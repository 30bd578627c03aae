"""Words of the policy documents and the codes that facts are recorded in (政策用词).

A pack may add its own words: in Chongqing 市级 is the municipality itself, that is province level (readings A7).
"""

from functools import cache

CONSORTIUM_KINDS = {
    "城市医疗集团": "city_group",
    "县域医共体": "county_community",
    "专科联盟": "specialty_alliance",
    "远程医疗协作网": "telemedicine_network",
    "城乡医联体": "urban_rural_link",
}
AFFILIATIONS = {
    "国家": "national",
    "省级": "province",
    "地市级": "city",
    "区县级": "county",
    "乡镇街道": "township",
    "村": "village",
    "社会办": "none",
    "军队": "military",
}
LEVELS = {"三级": "3", "二级": "2", "一级": "1", "未定级": "0"}
GRADES = {"特等": "S", "甲等": "A", "乙等": "B", "丙等": "C", "未评": "U"}
SCOPES = {"市内": "in_city", "跨省市": "cross_province"}
CREDENTIAL_LEVELS = {"国家级": "national", "省级": "province", "地市级": "city"}
CREDENTIAL_KINDS = {"临床重点专科": "clinical", "重点学科": "discipline", "建设项目": "project"}
OWNERSHIPS = {"公立": "public", "民营": "private"}
CLOSENESS = {"紧密型": "tight", "非紧密型": "loose"}
# Kinds of institution that the documents count and compare; their WS 218 classes are in registry/facts/kinds.py.
INSTITUTION_KINDS = {
    "医院": "hospital",
    "综合医院": "general_hospital",
    "中医医院": "tcm_hospital",
    "专科医院": "specialised_hospital",
    "妇幼保健院": "mch_hospital",
    "区县医院": "county_hospital",
    "社区卫生服务机构": "community_health",
    "社区卫生服务中心": "community_health_centre",
    "乡镇卫生院": "township_health",
    "村级医疗机构": "village_health",
    "护理院": "nursing_home",
    "专业康复机构": "rehabilitation",
    "基层医疗卫生机构": "primary_care",
    "公共卫生机构": "public_health",
}
# 以专科服务为主, as filed and reviewed (readings A12).
FOCUSES = {"否": "none", "中医": "tcm", "妇幼": "mch", "其他": "other"}
DIVISION_LEVELS = {"省级": "province", "地市级": "city", "区县级": "county"}
# Posts in a society in rising order (委员 < 常委 < 副主委 < 主委), with the spellings seen in lists.
POSTS = {"委员": "1", "常委": "2", "副主委": "3", "主委": "4"}

WORDS = {
    "consortium_kind": CONSORTIUM_KINDS,
    "affiliation": AFFILIATIONS,
    "level": LEVELS,
    "grade": GRADES,
    "scope": SCOPES,
    "credential_level": CREDENTIAL_LEVELS,
    "credential_kind": CREDENTIAL_KINDS,
    "ownership": OWNERSHIPS,
    "closeness": CLOSENESS,
    "institution_kind": INSTITUTION_KINDS,
    "focus": FOCUSES,
    "division_level": DIVISION_LEVELS,
    "post": POSTS,
}


@cache
def word(group: str, code: str) -> str:
    """The Chinese word for a code, e.g. word("institution_kind", "nursing_home") is 护理院."""
    return next((chinese for chinese, known in WORDS[group].items() if known == code), code)


def words(group: str, codes) -> str:
    """Several codes as Chinese words with 、 between them."""
    return "、".join(word(group, code) for code in codes)
