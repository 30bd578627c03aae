"""Finding institutions by name while filling in the form (按名称查找机构)."""

from registry.models import Institution
from registry.search import visible_matches

AT_MOST = 20


def find_institutions(user, query: str) -> list[Institution]:
    """Open institutions that the person may see: by parts of a name, pinyin initials or codes."""
    if not query.strip():
        return []
    found = visible_matches(user, query).filter(status=Institution.Status.OPEN)
    return list(found.select_related("institution_class", "division").order_by("name", "pk")[:AT_MOST])
