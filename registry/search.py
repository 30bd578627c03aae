"""Finding institutions as people type (查找机构): part of a name, pinyin initials, or the beginning of a code."""

import re

from django.db.models import Q, QuerySet

from registry.models import Institution, InstitutionName

MOST_WORDS = 5
_CODE = re.compile(r"(?=.*\d)[0-9A-Za-z-]{4,30}")
_INITIALS = re.compile(r"[A-Za-z]{2,}")


def matching(institutions: QuerySet, text: str) -> QuerySet:
    """Those institutions that every word of the text fits: by name or other name, initials, code or licence number."""
    for word in text.split()[:MOST_WORDS]:
        other = InstitutionName.objects.filter(name__icontains=word).values("institution")
        fits = Q(name__icontains=word) | Q(pk__in=other)
        if _CODE.fullmatch(word):
            fits |= Q(uscc__startswith=word.upper()) | Q(licence_number__startswith=word.upper())
        if _INITIALS.fullmatch(word):
            fits |= Q(pinyin__contains=word.lower())
        institutions = institutions.filter(fits)
    return institutions


def visible_matches(user, text: str) -> QuerySet:
    """Live institutions that a person may see and the text fits."""
    return matching(Institution.objects.visible_to(user).live(), text)
