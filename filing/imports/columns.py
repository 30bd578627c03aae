"""The four sheets of the workbook and their columns; what a sheet cannot say stays unknown."""

from registry.imports.table import Column

CONSORTIA, MEMBERS, GRIDS, CREDENTIALS = "医联体", "成员单位", "网格", "专科资质"

_NAME = Column("consortium", "医联体名称", ("医联体", "名称"), required=True)
_INSTITUTION = Column("institution", "机构", ("机构名称", "成员机构", "医疗机构", "单位名称"), required=True)

SHEETS: dict[str, tuple[Column, ...]] = {
    CONSORTIA: (
        _NAME,
        Column("kind", "类型", ("医联体类型", "模式"), required=True),
        Column("lead", "牵头单位", ("牵头医院", "牵头机构", "牵头医疗机构")),
        Column("founded_on", "成立日期", ("组建日期", "成立时间")),
        Column("first_submitted_on", "首次提交日期", ("提交日期", "申报日期")),
        Column("registered_on", "备案日期", ("备案时间",)),
        Column("registration_number", "备案编号", ("备案号",)),
        Column("authority", "备案机关区划代码", ("备案机关代码", "备案机关")),
        Column("approved_on", "审查同意日期", ("审批同意日期", "同意日期")),
        Column("closed_on", "终止日期", ("终止时间",)),
        Column("division", "区划代码", ("行政区划代码", "所在区划代码"), required=True),
        Column("scope", "范围"),
        Column("specialty", "专科", ("诊疗科目", "专科名称")),
        Column("specialty_focus", "以专科服务为主", ("专科服务为主",)),
        Column("closeness", "紧密程度"),
        Column("council_chair", "理事长"),
    ),
    MEMBERS: (
        _NAME,
        _INSTITUTION,
        Column("role", "角色", ("成员角色",)),
        Column("joined_on", "加入日期", ("加入时间",)),
        Column("left_on", "退出日期", ("退出时间",)),
        Column("remote_enabled_on", "远程开通日期", ("远程医疗开通日期",)),
    ),
    GRIDS: (
        Column("grid", "网格名称", ("网格",), required=True),
        Column("division", "区划代码", ("行政区划代码", "乡镇街道代码"), required=True),
        Column("consortium", "责任医联体", ("负责医联体", "医联体名称")),
        Column("start", "起", ("起始日期", "开始日期", "自")),
        Column("last", "止", ("截止日期", "结束日期", "至")),
    ),
    CREDENTIALS: (
        _INSTITUTION,
        Column("subject", "诊疗科目", ("专科", "专科名称"), required=True),
        Column("level", "级别", ("资质级别",), required=True),
        Column("kind", "类别", ("资质类别",)),
        Column("society_level", "学会级别"),
        Column("society_post", "学会任职", ("任职",)),
    ),
}

WORDS: dict[str, dict[str, str]] = {
    "scope": {"市内": "in_city", "跨省市": "cross_province", "跨省": "cross_province"},
    "specialty_focus": {"否": "none", "中医": "tcm", "妇幼": "mch", "其他": "other", "其它": "other"},
    "closeness": {"紧密型": "tight", "紧密": "tight", "非紧密型": "loose", "松散型": "loose"},
    "role": {
        "": "member",
        "成员": "member",
        "成员单位": "member",
        "参与": "participant",
        "参与单位": "participant",
        "企业": "company",
        "共享中心": "shared_centre",
    },
    "credential_level": {"国家级": "national", "省级": "province", "市级": "city"},
    "credential_kind": {
        "": "",
        "临床重点专科": "clinical",
        "重点专科": "clinical",
        "重点学科": "discipline",
        "建设项目": "project",
        "临床重点专科建设项目": "project",
    },
    "society_level": {"": "", "国家级": "national", "全国": "national", "省级": "province", "市级": "city"},
}
UNKNOWN_LEAD = frozenset(("", "待定", "未定", "未确定", "待确定"))
