"""Finding institutions by name while filling in the form (按名称查找机构)."""

import re

from django.db.models import Q

from registry.models import Institution

AT_MOST = 20


def find_institutions(user, query: str) -> list[Institution]:
    """Open institutions that the person may see: by parts of a name, pinyin initials or 统一社会信用代码."""
    words = query.split()[:5]
    if not words:
        return []
    rows = Institution.objects.visible_to(user).live().filter(status=Institution.Status.OPEN)
    for word in words:
        match = Q(name__icontains=word) | Q(other_names__name__icontains=word)
        if re.fullmatch(r"[0-9A-Za-z]{18}", word):
            match = Q(uscc=word.upper())
        elif re.fullmatch(r"[A-Za-z]+", word):
            match |= Q(pinyin__icontains=word.lower())
        rows = rows.filter(pk__in=Institution.objects.filter(match).values("pk"))
    return list(rows.select_related("institution_class", "division").order_by("name", "pk")[:AT_MOST])
