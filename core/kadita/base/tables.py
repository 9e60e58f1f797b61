"""Parameters that are tables (models, TypedDicts, dataclasses, mappings), and single keys of them."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from kadita.base.errors import KaditaError, did_you_mean

ANY = "*"  # stands for all keys of a mapping


def check_keys(path: str, annotation: Any, value: Any) -> None:
    """Check that a table, and tables in it, have only keys that their type declares.

    Args:
        path: name of the parameter, for messages: ``schooling.weights``.
        annotation: of the parameter.
        value: which was given.

    Raises:
        KaditaError: an unknown key.
    """
    if isinstance(value, list | tuple):
        items = [get_args(t)[0] for t in _alternatives(annotation) if get_origin(t) in (list, tuple) and get_args(t)]
        for item, element in [(items[0], element) for element in value if len(items) == 1]:
            check_keys(path, item, element)
    declared = [keys for t in _alternatives(annotation) if (keys := _keys(t)) is not None]
    if not isinstance(value, Mapping) or not declared:
        return
    known = {key: hint for keys in declared for key, hint in keys.items()}
    for key, part in value.items():
        if key in known:
            check_keys(f"{path}.{key}", known[key], part)
        elif ANY not in known:
            raise KaditaError(
                f"{path} has no key '{key}'{did_you_mean(str(key), known)}; there are: {', '.join(known)}"
            )
        else:
            check_keys(f"{path}.{key}", known[ANY], part)


def _alternatives(annotation: Any) -> Iterator[Any]:
    """Yield the types that an annotation allows."""
    if get_origin(annotation) is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, types.UnionType):
        for one in get_args(annotation):
            yield from _alternatives(one)
    else:
        yield annotation


def _keys(table: Any) -> dict[str, Any] | None:
    """Return the keys of a type with their types; None if it is no table. `ANY` stands for keys without a name."""
    origin = get_origin(table) or table
    if not isinstance(origin, type):
        return None
    if issubclass(origin, BaseModel):
        keys = {name: field.annotation for name, field in origin.model_fields.items()}
        keys |= {field.alias: field.annotation for field in origin.model_fields.values() if field.alias}
        return keys | ({ANY: Any} if origin.model_config.get("extra") == "allow" else {})
    if hasattr(origin, "__required_keys__") or is_dataclass(origin):  # a TypedDict, or a dataclass
        return get_type_hints(origin)
    if issubclass(origin, Mapping):
        return {ANY: get_args(table)[1] if len(get_args(table)) == 2 else Any}
    return None


def with_key(path: str, value: Any, key: str, new: Any) -> dict[str, Any]:
    """Return a table with one key set; a key with dots is that of a table in it. Other keys stay as they are.

    >>> with_key("weights", {"order": 1, "spread": {"x": 2, "y": 3}}, "spread.x", 5)
    {'order': 1, 'spread': {'x': 5, 'y': 3}}

    Raises:
        KaditaError: the value is no table.
    """
    table = as_table(value)
    if table is None:
        raise KaditaError(f"{path} is no table with a key '{key}': --set {path}=VALUE")
    first, dot, rest = key.partition(".")
    return table | {first: with_key(f"{path}.{first}", table.get(first), rest, new) if dot else new}


def as_table(value: Any) -> dict[str, Any] | None:
    """Return a model, a dataclass or a mapping by keys, and None as an empty table; None if the value is no table."""
    if value is None:
        return {}
    if isinstance(value, BaseModel):
        return {field.alias or name: getattr(value, name) for name, field in type(value).model_fields.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return dict(value) if isinstance(value, Mapping) else None
