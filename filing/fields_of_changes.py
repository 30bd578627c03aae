"""What only a change or an end is asked (变更、终止的栏目)."""

from filing.fields import Field

CHANGE_FIELDS = (
    Field(
        "effective_on",
        "生效日期",
        "date",
        column="effective_on",
        filings=("change",),
        future=True,
        help="变更从这一天起生效；牵头医院、网格和没有另填日期的成员单位按这一天记入名录，成员另填加入、退出日期的按所填日期",
    ),
    Field(
        "change_reason",
        "变更原因和依据",
        "long",
        filings=("change",),
        wide=True,
        max_length=2000,
        help="写明决定变更的会议、文件或协议",
    ),
    Field(
        "closed_on",
        "终止日期",
        "date",
        column="effective_on",
        filings=("close",),
        future=True,
        help="当日起医联体不再存在，成员关系和网格责任到前一天为止",
    ),
    Field(
        "close_reason",
        "终止原因",
        "choice",
        choices=(
            ("agreement", "各方协商解散"),
            ("merged", "并入其他医联体"),
            ("plan", "规划调整"),
            ("lead", "牵头医院撤并或不再牵头"),
            ("other", "其他"),
        ),
        filings=("close",),
    ),
    Field("close_basis", "说明和依据", "long", filings=("close",), wide=True, max_length=2000),
    Field(
        "arrangements",
        "终止后的安排",
        "long",
        filings=("close",),
        wide=True,
        max_length=2000,
        help="在诊转诊患者、共享中心、派驻人员和未了协议怎样处理",
    ),
    Field(
        "old_lead_stays",
        "原牵头医院",
        "choice",
        choices=(("member", "转为成员单位"), ("leaves", "退出医联体")),
        filings=("change",),
        part="lead",
        required=False,
        help="更换牵头医院时填写",
    ),
)
