"""Values of a sweep's parameters and seeds: lists and ranges, as written in a TOML file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from kadita.base.errors import did_you_mean

MOST = 100_000  # values of one parameter, seeds, or points of a sweep


def values_of(given: Any) -> tuple[Any, ...]:
    """Return the values of a list, or of a range ``{from, to, step}`` or ``{from, to, count}``, ends included.

    Ranges are computed in decimal arithmetic: from 0 to 0.3 by 0.1 includes 0.3.

    Raises:
        ValueError: neither of them, no values, an endless range, or a repeated value.
    """
    if isinstance(given, Mapping):
        return _range(given)
    if not isinstance(given, list | tuple):
        raise ValueError(f"expected a list, or a range such as {{ from = 1, to = 2, step = 0.5 }}; got {given!r}")
    if not given:
        raise ValueError("expected at least one value; got an empty list")
    _check_number(len(given))
    _check_once(given)
    return tuple(given)


def seeds_of(given: Any) -> tuple[int, ...]:
    """Return the seeds given by their number N (1, 2, ..., N), by a list, or by ``"first..last"``.

    Raises:
        ValueError: none of these, no seeds, or a repeated seed.
    """
    if isinstance(given, str):
        first, dots, last = (part.strip() for part in given.partition(".."))
        if dots and first.isdecimal() and last.isdecimal() and int(first) <= int(last):
            _check_number(int(last) - int(first) + 1)
            given = range(int(first), int(last) + 1)
    elif _is_integer(given):
        if given < 1:
            raise ValueError(f"expected at least one seed; got {given}")
        _check_number(given)
        given = range(1, given + 1)
    if not isinstance(given, list | tuple | range) or not given or not all(map(_is_integer, given)):
        raise ValueError(f'expected a number of seeds, a list, or a range such as "1..20"; got {given!r}')
    for seed in given:
        if not 0 <= seed < 2**64:
            raise ValueError(f"expected seeds from 0 to 2^64 - 1; got {seed}")
    _check_once(given)
    return tuple(given)


def _range(given: Mapping[str, Any]) -> tuple[Any, ...]:
    known = ("from", "to", "step", "count")
    for key in given:
        if key not in known:
            raise ValueError(
                f"there is no '{key}' in a range{did_you_mean(key, known)}; it has from, to, step or count"
            )
    if "from" not in given or "to" not in given or ("step" in given) == ("count" in given):
        raise ValueError(f"expected from, to, and either step or count; got {', '.join(given) or 'nothing'}")
    for key, number in given.items():
        if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
            raise ValueError(f"{key}: expected a number; got {number!r}")
    first, last = (Decimal(repr(given[key])) for key in ("from", "to"))
    if "count" in given:
        count = given["count"]
        if not isinstance(count, int) or count < 1 or (count == 1) != (first == last):
            raise ValueError(f"count: expected an integer of at least 2 values from {first} to {last}; got {count}")
        step = (last - first) / max(1, count - 1)
        integers = all(isinstance(given[key], int) for key in ("from", "to")) and step == int(step)
    else:
        step = Decimal(repr(given["step"]))
        if step == 0 or (last - first) / step < 0:
            raise ValueError(f"expected a step that leads from {first} to {last}; got {step}")
        ratio = (last - first) / step
        count = int(ratio) + 1 if ratio < MOST else MOST + 1
        integers = all(isinstance(number, int) for number in given.values())
    _check_number(count)
    return tuple(int(value) if integers else float(value) for value in (first + i * step for i in range(count)))


def _is_integer(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)


def _check_number(count: int) -> None:
    if count > MOST:
        raise ValueError(f"expected at most {MOST} values; got {'more' if count == MOST + 1 else count}")


def _check_once(given: Sequence[Any]) -> None:
    seen = set()
    for value in given:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        key = value if number else repr(value)  # 1 and 1.0 are equal; true is not 1; lists cannot be hashed
        if key in seen:
            raise ValueError(f"expected each value once; got {value!r} twice")
        seen.add(key)


NUMBER = {"type": "number"}
LIST = {"type": "array", "minItems": 1, "uniqueItems": True}
RANGE = {
    "type": "object",
    "properties": {"from": NUMBER, "to": NUMBER, "step": NUMBER, "count": {"type": "integer", "minimum": 1}},
    "required": ["from", "to"],
    "oneOf": [{"required": ["step"]}, {"required": ["count"]}],
    "additionalProperties": False,
}
SEED = {"type": "integer", "minimum": 0}
Values = Annotated[tuple[Any, ...], BeforeValidator(values_of), WithJsonSchema({"anyOf": [LIST, RANGE]})]
Seeds = Annotated[
    tuple[int, ...],
    BeforeValidator(seeds_of),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                LIST | {"items": SEED},
                {"type": "string", "pattern": r"^\s*\d+\s*\.\.\s*\d+\s*$"},
            ]
        }
    ),
]
