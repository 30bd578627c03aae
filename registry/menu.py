"""Entries of the register in the top bar."""

from django.db.models import Q

from registry.models import ImportBatch
from registry.navigation import Entry, add
from registry.paging import capped_count


def waiting_imports(user) -> int:
    """Files that the person has read in, that ask for something, and that are neither applied nor let be."""
    asking = Q(creates__gt=0) | Q(updates__gt=0) | Q(errors__gt=0) | Q(decisions__gt=0)
    waiting = Q(asking, state=ImportBatch.State.STAGED) | Q(state=ImportBatch.State.MAPPING)
    return capped_count(ImportBatch.objects.filter(waiting, sent_by=user), 1000)[0]


add(
    Entry(
        "机构名录",
        "registry:institution_list",
        {"registry_admin": 10, "reviewer": 60, "planner": 60, "leader": 60},
    ),
    Entry("导入", "registry:import_list", {"registry_admin": 20}, count=waiting_imports),
    Entry("人员", "registry:people", {"security_admin": 10, "unit_admin": 95}),
    Entry("后台任务", "registry:job_list", {"system_admin": 10}),
    Entry("运行状态", "registry:system", {"system_admin": 20}),
    Entry("审计记录", "registry:audit_list", {"auditor": 10}),
    Entry("查阅与拒绝", "registry:audit_reads", {"auditor": 20}),
    Entry("审计链", "registry:audit_chain", {"auditor": 30}),
    Entry("工作日历", "registry:calendar", {"system_admin": 30}),
    Entry("新增申请", "registry:request_list", {"registry_admin": 30, "filer": 80}),
    Entry("重复合并", "registry:duplicate_list", {"registry_admin": 35}),
    Entry("行政区划", "registry:division_tree", {"registry_admin": 40}),
    Entry(
        "政策库",
        "registry:policy_library",
        {"filer": 90, "reviewer": 90, "registry_admin": 90, "planner": 90, "evaluator": 90, "leader": 90},
        areas=("registry:policy_drafts", "registry:waivers", "registry:policy_conflicts"),
        records=("evaluation:impact",),
    ),
)
