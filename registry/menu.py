"""Entries of the register in the top bar."""

from django.db.models import Q

from registry.models import DuplicatePair, ImportBatch
from registry.navigation import Entry, add
from registry.paging import capped_count


def waiting_imports(user) -> int:
    """Files that the person has read in, that ask for something, and that are neither applied nor let be."""
    asking = Q(creates__gt=0) | Q(updates__gt=0) | Q(errors__gt=0) | Q(decisions__gt=0)
    waiting = Q(asking, state=ImportBatch.State.STAGED) | Q(state=ImportBatch.State.MAPPING)
    return capped_count(ImportBatch.objects.filter(waiting, sent_by=user), 1000)[0]


def open_pairs(user) -> int:
    """Pairs of records that look alike in the area that the person keeps."""
    open_ones = DuplicatePair.objects.visible_to(user).filter(
        state=DuplicatePair.State.OPEN, first__merged_into=None, second__merged_into=None
    )
    return capped_count(open_ones, 1000)[0]


add(
    Entry(
        "机构名录",
        "registry:institution_list",
        {"registry_admin": 10, "reviewer": 60, "planner": 60, "leader": 60},
    ),
    Entry("导入", "registry:import_list", {"registry_admin": 20}, count=waiting_imports),
    Entry("工作日历", "registry:calendar", {"system_admin": 30}),
    Entry("新增申请", "registry:request_list", {"registry_admin": 30, "filer": 80}),
    Entry("重复合并", "registry:duplicate_list", {"registry_admin": 30}, count=open_pairs),
    Entry("行政区划", "registry:division_tree", {"registry_admin": 40}),
    Entry(
        "政策库",
        "registry:policy_library",
        {"filer": 90, "reviewer": 90, "registry_admin": 90, "planner": 90, "evaluator": 90, "leader": 90},
    ),
)
