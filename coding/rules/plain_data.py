"""Frozen dataclasses as JSON and back, so that what was delivered can be kept and made again.

Known are text, numbers, truth values, dates, times, enumerations of text, tuples of one kind, None, and dataclasses of
these. A field whose metadata is `NOT_KEPT` is left out. What a dataclass got since has its default when it is read.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from types import MappingProxyType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

NOT_KEPT: Mapping[str, bool] = MappingProxyType({"kept": False})
T = TypeVar("T")


class NotPlain(Exception):
    """A kind of value that is not kept, or a kept value of another kind than its field; no value is named."""


def as_json(value: object) -> Any:
    """The value as dicts, lists, text, numbers, true, false and null. NotPlain."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: as_json(getattr(value, one.name)) for one in fields(value) if one.metadata.get("kept", True)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, tuple):
        return [as_json(one) for one in value]
    if value is None or isinstance(value, str | int | bool):
        return value
    raise NotPlain(type(value).__name__)


def from_json(kind: type[T], raw: Any) -> T:
    """The value of a type as `as_json` wrote it. NotPlain."""
    try:
        return read(kind, raw)  # type: ignore[no-any-return]
    except (TypeError, ValueError, AttributeError) as wrong:
        raise NotPlain(kind.__name__) from wrong


def read(kind: Any, raw: Any) -> Any:
    origin = get_origin(kind)
    if origin in {Union, UnionType}:
        return None if raw is None else read(next(one for one in get_args(kind) if one is not type(None)), raw)
    if origin is tuple:
        kinds = get_args(kind)
        return tuple(read(kinds[0] if kinds[-1] is ... else kinds[place], one) for place, one in enumerate(raw))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        known = [one.name for one in fields(kind) if one.init and one.metadata.get("kept", True)]
        return kind(**{name: read(hints[name], raw[name]) for name in known if name in raw})  # type: ignore[operator]
    if issubclass(kind, Enum):
        return kind(raw)
    if issubclass(kind, date):
        return kind.fromisoformat(raw)
    if type(raw) is not kind:
        raise TypeError
    return raw
