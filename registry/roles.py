"""The roles (角色): what each is called, what it may do, and at what kind of unit it is assigned.

A role is code with a sentence that a manager can read. Who holds one, and where, is asked of registry.access.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """角色. `unit` says what it is assigned at: an authority, an institution, either of them (unit), or the system."""

    code: str
    label: str
    sentence: str
    unit: str
    permissions: frozenset[str]


def _role(code: str, label: str, sentence: str, unit: str, *permissions: str) -> tuple[str, Role]:
    return code, Role(code, label, sentence, unit, frozenset(permissions))


ROLES: dict[str, Role] = dict(
    [
        _role(
            "filer",
            "经办人",
            "为本医院填写和提交备案、答复补正意见、填报考核数据；看得到本医院牵头或参加的医联体。",
            "institution",
            "edit_filing",
            "view_own_consortia",
            "report_values",
        ),
        _role(
            "signer",
            "负责人",
            "确认并提交本医院经办人填好的备案，也可以自己填写；看得到本医院牵头或参加的医联体。",
            "institution",
            "edit_filing",
            "confirm_filing",
            "view_own_consortia",
        ),
        _role(
            "reviewer",
            "审核人",
            "审查报送本机关及下级机关的备案；查看本辖区机构、医联体、网格和合规检查。",
            "authority",
            "view_filings",
            "review_filings",
            "view_institutions",
            "view_grids",
            "view_compliance",
        ),
        _role(
            "authority_admin",
            "机关管理员",
            "设定本机关的审查规则：办理期限、复核和撤销时限；看不到备案内容。",
            "authority",
            "configure_authority",
        ),
        _role(
            "registry_admin",
            "名录管理员",
            "导入和维护本辖区的机构名录与行政区划。",
            "authority",
            "view_institutions",
            "manage_institutions",
            "import_institutions",
        ),
        _role(
            "planner",
            "规划处",
            "在本辖区划分网格、指定责任医联体，查看覆盖情况。",
            "authority",
            "view_institutions",
            "view_grids",
            "plan_grids",
            "view_compliance",
        ),
        _role(
            "evaluator",
            "考核人",
            "组织本辖区的年度考核，运行合规检查并跟踪整改；起草政策规定、预览影响、经另一人确认后发布，批准豁免和偏离。",
            "authority",
            "view_institutions",
            "view_grids",
            "view_compliance",
            "run_compliance",
            "view_evaluation",
            "evaluate",
            "draft_policies",
            "grant_waivers",
        ),
        _role(
            "leader",
            "委领导",
            "查看本辖区的总览、备案、网格、合规和考核，不作任何改动。",
            "authority",
            "view_overview",
            "view_filings",
            "view_institutions",
            "view_grids",
            "view_compliance",
            "view_evaluation",
        ),
        _role(
            "system_admin",
            "系统管理员",
            "查看后台任务和运行状态；看不到备案内容。",
            "system",
            "operate_system",
        ),
        _role(
            "unit_admin",
            "单位管理员",
            "邀请本单位及下级单位的人员，安排和结束他们的任职，重设密码；不能改动自己的任职，看不到备案内容。",
            "unit",
            "manage_unit_users",
        ),
        _role("security_admin", "安全管理员", "管理人员与任职；看不到备案内容。", "system", "manage_users"),
        _role("auditor", "审计员", "查看审计记录；看不到备案内容。", "system", "read_audit"),
    ]
)
INSTITUTION_PERMISSIONS = ("edit_filing", "confirm_filing", "view_own_consortia", "report_values")
UNIT_MODELS = {"authority": "Authority", "institution": "Institution"}
UNIT_KINDS = {
    "system": (),
    "unit": tuple(UNIT_MODELS),
}  # every other role is assigned at its one kind of unit


def role_choices() -> list[tuple[str, str]]:
    return [(role.code, role.label) for role in ROLES.values()]


def roles_with(permission: str) -> list[str]:
    """Codes of the roles that carry a permission."""
    return [role.code for role in ROLES.values() if permission in role.permissions]


def unit_kinds(role: Role) -> tuple[str, ...]:
    """The kinds of unit at which a role is assigned; none for the roles that run the system."""
    return UNIT_KINDS.get(role.unit, (role.unit,))
