"""Options of a filter's select (选项)."""

from collections.abc import Iterable, Iterator
from typing import Any, Self

from django.utils.choices import BaseChoiceIterator


class Options(BaseChoiceIterator):
    """`forms.ChoiceField(label=…, required=False, choices=Options(Filing.Kind.choices))`: the empty one, then these.

    They never change: a form takes them as they are, where it looks a list through and copies it for each request.
    """

    def __init__(self, choices: Iterable[tuple[Any, Any]]):
        self.pairs = (("", ""), *((str(key), str(text)) for key, text in choices))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self
