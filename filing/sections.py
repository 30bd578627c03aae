"""The form as data (备案表): sections and fields, each bound to the clauses that ask for it.

What a consortium of one kind need not say is left out for it by ``kinds``. A field with a ``column`` is kept on
the filing itself, every other in the content of its section. ``declares`` names the fact (申报事实) that the field
states: only its owner can state it, and it counts once the reviewer has accepted it.
"""

from filing.fields import Field, Section
from filing.fields_of_changes import CHANGE_FIELDS
from registry import telephones
from registry.models import Consortium

FORM_VERSION = "2026-2"
GRID_KINDS = ("city_group", "county_community")
NEW = ("establish", "approval")
CHANGING = ("change", "close")


def _same(*words: str) -> tuple[tuple[str, str], ...]:
    return tuple((word, word) for word in words)


YES_NO = (("yes", "是"), ("no", "否"))
COOPERATION = _same(
    "人才共享", "检查互认", "处方流动", "服务衔接", "专科共建", "业务指导", "科研协作", "项目协作", "托管"
)
REMOTE_SERVICES = _same("远程医疗", "远程影像心电", "远程教学", "远程培训")

CONSORTIUM = Section(
    "A",
    "医联体",
    fields=(
        *CHANGE_FIELDS,
        Field(
            "name",
            "医联体名称",
            clauses=("CQ-73", "CQ-74", "CQ-75", "CQ-76"),
            column="name",
            wide=True,
            help="用牵头医院执业许可证上的第一名称",
            part="name",
        ),
        Field(
            "consortium_kind",
            "类型",
            "choice",
            ("CQ-03",),
            tuple(Consortium.Kind.choices),
            column="consortium_kind",
            filings=NEW,
        ),
        Field(
            "specialty_focus",
            "以专科服务为主",
            "choice",
            ("CQ-40",),
            tuple(Consortium.Focus.choices),
            kinds=GRID_KINDS,
            help="中医、妇幼等专科服务为主的医联体，服务网格可以与其他医联体重叠，由审核人确认",
            part="grids",
        ),
        Field(
            "founded_on",
            "成立日期",
            "date",
            ("CQ-83",),
            column="founded_on",
            help="章程或协议书生效的那一天，不是揭牌日",
            filings=("establish",),
        ),
        Field(
            "founding_basis",
            "日期依据",
            "choice",
            (),
            (("agreement", "协议书最后签署日"), ("charter", "章程生效日")),
            help="提交时要附上这份文件",
            filings=("establish",),
        ),
        Field(
            "scope",
            "范围",
            "choice",
            ("CQ-49",),
            tuple(Consortium.Scope.choices),
            kinds=("specialty_alliance",),
            filings=NEW,
        ),
        Field("specialty", "诊疗科目", "subject", ("CQ-77",), kinds=("specialty_alliance",), filings=NEW),
        Field(
            "specialty_text",
            "专科名称",
            clauses=("CQ-75", "CQ-77"),
            kinds=("specialty_alliance",),
            max_length=60,
            help="不用诊疗科目名录中的名称时，在承诺部分写明理由",
            filings=NEW,
        ),
        Field(
            "closeness",
            "紧密程度",
            "choice",
            choices=tuple(Consortium.Closeness.choices),
            required=False,
            kinds=(*GRID_KINDS, "urban_rural_link"),
            part="governance",
        ),
        Field("planned", "依据规划组建", "choice", ("CQ-24", "CQ-72"), YES_NO, required=False, filings=NEW),
        Field("plan_line", "规划名称和条目", clauses=("CQ-24",), required=False, filings=NEW),
        Field(
            "cooperation",
            "合作方式",
            "multi",
            ("CQ-17",),
            COOPERATION,
            kinds=("city_group",),
            declares="cooperation_modes",
            wide=True,
            part="governance",
        ),
        Field(
            "grid_ids",
            "服务网格",
            "grids",
            ("CQ-07", "CQ-40"),
            required=False,
            kinds=GRID_KINDS,
            part="grids",
            wide=True,
            help="列出牵头医院和成员单位所在区县已划定的网格；备案后由本医联体负责，已由他方负责的不能选入",
        ),
        Field(
            "grids",
            "服务网格说明",
            "long",
            ("CQ-07",),
            required=False,
            kinds=GRID_KINDS,
            wide=True,
            help="尚未划定网格的，写明街道、乡镇，由规划部门划定后指定",
            max_length=1000,
            part="grids",
        ),
        Field(
            "capacity",
            "可容纳的成员数",
            "number",
            ("YN-33",),
            required=False,
            kinds=("specialty_alliance",),
            part="governance",
        ),
    ),
)
LEAD = Section(
    "B",
    "牵头医院",
    fields=(
        Field(
            "lead",
            "牵头医疗机构",
            "institution",
            ("CQ-18", "CQ-80", "CQ-82"),
            column="lead",
            wide=True,
            help="名录中的资料有误时，请联系名录管理员更正",
            part="lead",
        ),
        Field(
            "radiating_capacity",
            "区域辐射能力说明",
            "long",
            ("CQ-18",),
            required=False,
            kinds=("city_group",),
            declares="radiating_capacity",
            wide=True,
            max_length=2000,
            help="牵头医院为三级医院、但不是市级医院时填写，附有关数据；由审核人认定",
            part="lead",
        ),
        Field(
            "remote_office",
            "远程医疗协作管理机构",
            "text",
            ("CQ-60",),
            kinds=("telemedicine_network",),
            declares="remote_office",
            help="名称、设立文件和负责人",
            part="governance",
        ),
        Field(
            "platform",
            "远程运行平台",
            "text",
            ("CQ-60", "CQ-92"),
            kinds=("telemedicine_network",),
            declares="platform",
            help="名称和运营单位",
            part="governance",
        ),
        Field(
            "remote_services",
            "远程服务",
            "multi",
            ("CQ-58", "CQ-61"),
            REMOTE_SERVICES,
            kinds=("telemedicine_network",),
            declares="remote_services",
            wide=True,
            part="governance",
        ),
        Field("contact", "联系人", max_length=60, filings=(*NEW, *CHANGING)),
        Field(
            "contact_phone",
            "联系电话",
            "phone",
            max_length=60,
            help=telephones.HELP,
            filings=(*NEW, *CHANGING),
        ),
        Field("contact_email", "电子邮箱", "email", required=False, filings=(*NEW, *CHANGING)),
    ),
)
MEMBERS = Section(
    "C",
    "成员单位",
    "members",
    part="members",
    help="按名称、简称、拼音首字母或统一社会信用代码查找",
    clauses=("CQ-05", "CQ-16", "CQ-19", "CQ-25", "CQ-26", "CQ-30", "CQ-41", "CQ-53", "CQ-62", "CQ-67"),
)
GOVERNANCE = Section(
    "D",
    "组织管理",
    fields=(
        Field(
            "board_kind",
            "管理机构",
            "choice",
            ("CQ-87",),
            (("council", "理事会"), ("committee", "管理委员会"), ("office", "专门机构"), ("none", "未设")),
            required=False,
            part="governance",
        ),
        Field("board_founded_on", "设立日期", "date", required=False, part="governance"),
        Field("council_chair", "理事长", max_length=60, required=False, part="governance"),
        Field(
            "charter_lead",
            "章程中牵头医院负总责、分工负责、防治结合的条款",
            clauses=("CQ-09", "YN-11"),
            required=False,
            declares="lead_overall_responsibility",
            wide=True,
            help="写明章程页码",
            part="governance",
        ),
        Field(
            "charter_tiers",
            "章程中区县、乡、村三级分工协作的条款",
            clauses=("CQ-28", "WH-30", "YN-35"),
            required=False,
            kinds=("county_community",),
            declares="division_of_labour",
            wide=True,
            help="写明章程页码",
            part="governance",
        ),
        Field(
            "charter_mechanism",
            "章程中组织管理和内部协作机制的条款",
            clauses=("CQ-87",),
            required=False,
            declares="cooperation_mechanism",
            wide=True,
            help="写明章程页码",
            part="governance",
        ),
        Field(
            "referral",
            "双向转诊流程",
            clauses=("CQ-88", "WH-22", "WH-36", "WH-47", "YN-30"),
            required=False,
            declares="referral_procedure",
            wide=True,
            help="写明文件名称或章程页码",
            part="governance",
        ),
    ),
)
MATERIALS = Section("E", "材料", "materials", help="提交后由系统生成备案表，不必另行填写", clauses=("CQ-84",))
COMMITMENT = Section(
    "F",
    "承诺",
    fields=(
        Field("handler", "经办人", max_length=60, filings=(*NEW, *CHANGING)),
        Field(
            "deviation_reason",
            "未按“原则上”要求办理的理由",
            "long",
            ("CQ-25", "CQ-32", "CQ-77"),
            required=False,
            wide=True,
            max_length=2000,
            filings=(*NEW, "change"),
        ),
        Field(
            "truthful",
            "本单位承诺所填内容和所附材料真实、准确、完整",
            "bool",
            wide=True,
            short="真实性承诺",
            filings=(*NEW, *CHANGING),
        ),
    ),
)
SECTIONS = (CONSORTIUM, LEAD, MEMBERS, GOVERNANCE, MATERIALS, COMMITMENT)
BY_KEY = {section.key: section for section in SECTIONS}
