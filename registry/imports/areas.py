"""Areas that acts on the register keep apart (互斥范围): an area and whatever lies above or below it.

An area is the path of an authority; the empty path is the whole register.
"""

import zlib
from collections.abc import Sequence

from django.db import connection

from registry.imports.scope import Scope

LOCK_CLASS = 5_152  # namespace of the advisory locks of areas
EVERYTHING = ""


def areas_of(scope: Scope) -> list[str]:
    """Paths of the areas one imports into, without those that another one contains."""
    if scope.divisions is None:
        return [EVERYTHING]
    paths = sorted(authority.path for authority in scope.authorities)
    return [path for path in paths if not any(path != one and path.startswith(one) for one in paths)]


def overlap(some: Sequence[str], others: Sequence[str]) -> bool:
    """True when a place could lie in both."""
    return any(one.startswith(other) or other.startswith(one) for one in some for other in others)


def hold(areas: Sequence[str]) -> None:
    """Keep everybody out of these areas until the transaction ends; waits for whoever is inside.

    An area is locked alone and what lies above it together with others: so two areas wait for each other only when
    one contains the other. Everybody locks in the order of the paths, hence no deadlock.
    """
    own = set(areas)
    for path in sorted({above for area in areas for above in _above(area)} | own):
        lock = "pg_advisory_xact_lock" if path in own else "pg_advisory_xact_lock_shared"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {lock}(%s, %s)", [LOCK_CLASS, zlib.crc32(path.encode()) - 2**31])


def _above(path: str) -> list[str]:
    """The paths of what contains an area: of /1/2/3/ the whole register, /1/ and /1/2/."""
    if path == EVERYTHING:
        return []
    parts = path.strip("/").split("/")
    return [EVERYTHING, *("/" + "/".join(parts[:depth]) + "/" for depth in range(1, len(parts)))]
