"""Finding institutions as people type (查找机构): part of any name, pinyin initials, or the beginning of a code.

Words of two characters and more are answered by the index over two-character pieces (registry/models/derive.py);
of a single character every row in the person's area is looked at.
"""

import re

from django.db.models import Q, QuerySet

from registry.imports import cells
from registry.models import Institution
from registry.models.derive import Pieces, folded, pieces

MOST_WORDS = 5
_CODE = re.compile(r"(?=.*\d)[0-9A-Za-z-]{4,30}")


def _fits(word: str) -> Q:
    text = folded(word)
    found = Q(search_pieces__contains=pieces(text)) if len(text) > 1 else Q()
    if len(text) != 2:  # of two characters the piece itself is the answer
        found &= Q(search_text__contains=text)
    if _CODE.fullmatch(word):
        code = word.upper()
        found |= Q(uscc__startswith=code) & ~Q(uscc="")
        found |= Q(licence_number__startswith=code) & ~Q(licence_number="")
    return found


def matching(institutions: QuerySet, text: str) -> QuerySet:
    """Those institutions that every word of the text fits: by any of its names, initials, code or licence number."""
    words = cells.text(text)[0].split()[:MOST_WORDS]
    if not words:
        return institutions
    institutions = institutions.alias(search_pieces=Pieces("search_text"))
    for word in words:
        institutions = institutions.filter(_fits(word))
    return institutions


def visible_matches(user, text: str) -> QuerySet:
    """Live institutions that a person may see and the text fits."""
    return matching(Institution.objects.visible_to(user).live(), text)
