"""Entries of filing in the top bar."""

from filing.models import Filing
from registry.navigation import Entry, add
from registry.paging import capped_count


def waiting_for_hospital(user) -> int:
    """Drafts and returns that the person's hospitals have to work on."""
    return capped_count(Filing.objects.of_hospitals(user).filter(status__in=Filing.EDITABLE), 1000)[0]


def waiting_for_reviewer(user) -> int:
    """Cases that wait for the person's bureau or one below."""
    return capped_count(Filing.objects.reviewed_by(user).waiting_for_authority(), 1000)[0]


add(
    Entry("备案", "filing:list", {"filer": 10, "signer": 10}, count=waiting_for_hospital),
    Entry("我的医联体", "filing:mine", {"filer": 15, "signer": 15}),
    Entry("审查规则", "filing:rules_list", {"authority_admin": 10}),
    Entry("备案审查", "filing:queue", {"reviewer": 10}, count=waiting_for_reviewer, areas=("filing:list",)),
    Entry("办理统计", "filing:supervision", {"reviewer": 20, "leader": 25}),
)
