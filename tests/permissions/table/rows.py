"""A row of the permission matrix, and the groups of people that its tables name."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.permissions import world as w

EVERYBODY = tuple(actor for actor in w.ACTORS if actor != "anonymous")


def both(*roles: str) -> tuple[str, ...]:
    """A role wherever it is held: above the things of the world, and elsewhere."""
    return (*roles, *(f"{role}_elsewhere" for role in roles))


MANAGERS = ("security_admin", *both("unit_admin"), "hospital_admin")
NEAR = ("security_admin", "unit_admin", "hospital_admin")  # over the filer of the world's hospital
HOSPITALS = ("filer", "other_filer")
COMMISSION = both(*(role for role in w.STAFF if role not in w.WITHOUT_REGISTER))
DIRECTORY = tuple(role for role in w.STAFF if role not in w.WITHOUT_REGISTER)  # who sees the institutions
VIEWERS = (
    "reviewer",
    "planner",
    "evaluator",
    "leader",
)  # of grids and compliance, over the things of the world


@dataclass(frozen=True)
class Row:
    """One URL and method; `arguments` makes what the URL is about."""

    inside: tuple[str, ...] = ()
    seeing: tuple[str, ...] = ()
    public: bool = False
    arguments: Callable | None = None

    def expected(self) -> dict[str, str]:
        cells = dict.fromkeys(w.ACTORS, "404")
        cells |= dict.fromkeys(self.seeing, "403")
        cells |= dict.fromkeys(self.inside, "in")
        cells["anonymous"] = "in" if self.public else "sign-in"
        return cells


def rows(method: str, arguments, inside, seeing, *urls: str) -> dict[tuple[str, str], Row]:
    return {(url, method): Row(inside, seeing, arguments=arguments) for url in urls}
