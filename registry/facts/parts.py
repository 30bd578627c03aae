"""Parts of facts that were not read (没有读的部分), because no rule that binds the subjects asks for them.

A check says which parts it reads (``reads=`` of :func:`registry.policy.check.check`). What none of the rules reads is
left out of the facts. Whoever asks for it all the same is told NotRead, and the subject is read once more with that
part. So a forgotten declaration costs time and never changes a verdict.
"""

from typing import Any


class NotRead(LookupError):
    """A check asks for a ``part`` that these facts leave out."""

    def __init__(self, part: str):
        super().__init__(part)
        self.part = part


class Unread:
    """Stands in place of a part that was not read; whatever is asked of it, it refuses."""

    __slots__ = ("part",)

    def __init__(self, part: str):
        self.part = part

    def _refuse(self, *asked: Any) -> Any:
        raise NotRead(self.part)

    __iter__ = __len__ = __bool__ = __contains__ = __getitem__ = __truediv__ = _refuse

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what copying looks for
            raise AttributeError(name)
        raise NotRead(self.part)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unread) and other.part == self.part

    def __hash__(self) -> int:
        return hash(self.part)


def leave_out(facts: Any) -> None:
    """Put Unread in place of the parts that ``facts.unread`` names; called when facts are made."""
    for part in facts.unread:
        object.__setattr__(facts, part, Unread(part))
