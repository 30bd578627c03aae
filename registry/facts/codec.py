"""Facts as JSON-able values and back (事实的存取), so that a verdict can be given again from its receipt."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints


def encode(value: Any) -> Any:
    """Facts as JSON-able values; fields that are derived or hold their default are left out."""
    if is_dataclass(value):
        return {
            field.name: encode(getattr(value, field.name))
            for field in fields(value)
            if field.init and getattr(value, field.name) != field.default
        }
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    return value


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
