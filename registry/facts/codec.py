"""Facts as JSON-able values and back (事实的存取), so that a verdict can be given again from its receipt."""

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache, lru_cache
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any, ClassVar, Union, get_args, get_origin, get_type_hints

from registry.facts.parts import Unread


class Shared:
    """Facts that many others hold, such as the place and kind of a group of members: spelled once for all of them."""

    __slots__ = ()
    spellings_kept: ClassVar[int] = 20_000


def encode(value: Any) -> Any:
    """Facts as JSON-able values; fields that are derived, not read or at their default are left out."""
    if is_dataclass(value):
        return {
            field.name: encode(getattr(value, field.name))
            for field in fields(value)
            if field.init
            and (item := getattr(value, field.name)).__class__ is not Unread
            and item != field.default
        }
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    return value


def spell(value: Any) -> str:
    """What :func:`encode` makes of facts as JSON text in its one spelling (``pack.canonical``), made in one pass.

    A consortium with its members is some hundred values: to build them as lists and mappings first takes several times
    as long as judging them.
    """
    return _SPELLED[value.__class__](value)


def _spell_list(values: tuple | list) -> str:
    return f"[{','.join([_SPELLED[value.__class__](value) for value in values])}]" if values else "[]"


def _spell_mapping(values: Mapping) -> str:
    items = [f"{encode_basestring(key)}:{spell(item)}" for key, item in sorted(values.items())]
    return f"{{{','.join(items)}}}"


def _speller(kind: type) -> Callable[[Any], str]:
    """The spelling of one class of facts: what is read of it, and what each field is when it is left out."""
    kept = sorted((field for field in fields(kind) if field.init), key=lambda field: field.name)
    layout = [(f'"{field.name}":', field.default) for field in kept]
    read = attrgetter(*(field.name for field in kept))
    if len(kept) == 1:
        only = read
        read = lambda value: (only(value),)  # noqa: E731 (attrgetter answers a tuple for several names alone)

    def spelled(value: Any) -> str:
        parts = [
            name + (encode_basestring(item) if item.__class__ is str else _SPELLED[item.__class__](item))
            for (name, default), item in zip(layout, read(value), strict=True)
            if item.__class__ is not Unread and item != default
        ]
        return f"{{{','.join(parts)}}}"

    return lru_cache(kind.spellings_kept)(spelled) if issubclass(kind, Shared) else spelled


class _Spellings(dict[type, Callable[[Any], str]]):
    """How values of each class are spelled; told once for a class that is met."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        if is_dataclass(kind):
            self[kind] = _speller(kind)
        else:
            near = next((one for one in (str, date, Mapping, tuple, list) if issubclass(kind, one)), None)
            if near is None:
                raise TypeError(f"{kind.__name__} is no fact")
            self[kind] = self[near]
        return self[kind]


_SPELLED = _Spellings(
    {
        str: encode_basestring,
        int: str,
        float: float.__repr__,
        bool: lambda value: "true" if value else "false",
        types.NoneType: lambda value: "null",
        date: lambda value: f'"{value.isoformat()}"',
        tuple: _spell_list,
        list: _spell_list,
        Mapping: _spell_mapping,
    }
)


def decode(kind: Any, value: Any) -> Any:
    """The value of a declared type from what :func:`encode` made of it."""
    if value is None:
        return None
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        chosen = [option for option in get_args(kind) if option is not types.NoneType]
        return decode(chosen[0], value) if len(chosen) == 1 else value
    if origin is tuple:
        return tuple(decode(get_args(kind)[0], item) for item in value)
    if origin in (dict, Mapping):
        return {key: decode(get_args(kind)[1], item) for key, item in value.items()}
    if is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: decode(hints[name], item) for name, item in value.items()})
    if kind is date:
        return date.fromisoformat(value)
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
