"""Parameters and ranges in words: default, type and limits, as settings are written."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

from kadita.base.numerals import in_full

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

LIMITS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}


def default_in_words(field: FieldInfo) -> str:
    """Return the default of a parameter as a setting, or ``required``."""
    from pydantic_core import PydanticUndefined

    if field.default is PydanticUndefined:
        return "required" if field.default_factory is None else as_setting(field.get_default(call_default_factory=True))
    return as_setting(field.default)


def as_setting(value: Any) -> str:
    """Return a value as written in a setting."""
    from kadita.base.tables import as_table

    if value is None:
        return "none"
    table = as_table(value)
    return (
        (str(value) or '""')
        if table is None
        else "{" + ", ".join(f"{k} = {as_setting(v)}" for k, v in table.items()) + "}"
    )


def type_in_words(field: FieldInfo) -> str:
    """Return the type of a parameter, with its limits: ``integer, >= 2``."""
    from pydantic import PydanticUserError, TypeAdapter

    try:
        adapter: TypeAdapter[Any] = TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type]
        return _type(adapter.json_schema())
    except PydanticUserError:  # a type that the plugin defines
        return getattr(field.annotation, "__name__", "value")


def range_in_words(low: float, high: float) -> str:
    """Return the range of a metric: ``0 to 1``, ``at least 0``."""
    if math.isinf(high):
        return f"at least {low:g}"
    return f"at most {high:g}" if math.isinf(low) else f"{low:g} to {high:g}"


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(_type(s) for s in schema["anyOf"])
    if "prefixItems" in schema:
        return f"[{', '.join(_type(s) for s in schema['prefixItems'])}]"
    if "$ref" in schema:
        return "{name = number, ...}"
    if schema.get("type") == "object":
        return "{name = value, ...}"
    words = [str(schema.get("type", "table")).replace("null", "none")]
    words += [f"{sign} {in_full(schema[key])}" for key, sign in LIMITS.items() if key in schema]
    return ", ".join(words)
