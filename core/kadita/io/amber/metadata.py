"""Metadata of kadita files in any container: identities, species, configuration, attributes of the school."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.io.amber.convention import convention
from kadita.school.arena import Arena
from kadita.school.box import LEAST, MOST, within

Fixed = Callable[[str], NDArray[Any] | None]  # returns a variable without frames by its name


def identities(fixed: Fixed, agents: int) -> NDArray[Any]:
    """Return the agents' identities, (N,): integers if all are, otherwise strings; 0 .. N - 1 if the file has none."""
    raw = fixed("kadita_agent")
    if raw is None:
        return np.arange(agents)
    return plain_integers(_strings(raw))


def plain_integers(names: list[str]) -> NDArray[Any]:
    """Return names as integers if all are written as integers are, otherwise as they stand."""
    numbers = [int(name) for name in names if re.fullmatch(r"-?[0-9]{1,18}", name)]
    return np.array(numbers if [str(n) for n in numbers] == names else names)


def species(fixed: Fixed) -> NDArray[Any] | None:
    """Return the name of each agent's species, (N,), or its index if species have no names; None without species."""
    numbers, names = fixed("species"), fixed("kadita_species")
    if numbers is None:
        return None
    numbers = numbers.astype(np.int64)
    if names is not None and numbers.min() >= 0 and numbers.max() < len(names):
        return np.array(_strings(names))[numbers]
    return numbers.astype(str)


def reused_identities(fixed: Fixed) -> tuple[NDArray[Any], NDArray[Any] | None] | None:
    """Return identities and species of the agents of a file whose columns are reused; None if columns are agents."""
    raw = fixed("kadita_identity_name")
    if raw is None:
        return None
    numbers, names = fixed("kadita_identity_species"), fixed("kadita_species")
    kinds = None
    if numbers is not None and names is not None and numbers.size and 0 <= numbers.min() <= numbers.max() < len(names):
        kinds = np.array(_strings(names))[numbers.astype(np.int64)]
    return plain_integers(_strings(raw)), kinds


def dimensions(attributes: Mapping[str, Any], name: str) -> int | None:
    """Return 2 for a plane, 3 for space; None if the file does not say.

    Raises:
        KaditaError: it says something else.
    """
    text = attributes.get("kadita_dimensions")
    if text not in (None, "2", "3"):
        raise KaditaError(f"{name}: expected kadita_dimensions to be 2 or 3; found {text!r}")
    return None if text is None else int(text)


def open_axes(attributes: Mapping[str, Any], name: str) -> list[int]:
    """Return the axes along which the cell does not repeat, although the file has an edge for them.

    Raises:
        KaditaError: the file names other axes than x, y and z.
    """
    text = attributes.get("kadita_periodic", "xyz")
    if not isinstance(text, str) or not text or "".join(axis for axis in "xyz" if axis in text) != text:
        raise KaditaError(f"{name}: expected kadita_periodic to name axes, such as xy; found {text!r}")
    return [i for i, axis in enumerate("xyz") if axis not in text]


def origin(fixed: Fixed, name: str) -> NDArray[np.float64] | None:
    """Return what is added to the stored positions, (3,); None if nothing is.

    Raises:
        KaditaError: it is not three finite numbers.
    """
    stored = fixed("kadita_origin")
    if stored is None:
        return None
    numbers = stored.astype(np.float64)
    if numbers.shape != (3,) or not within(numbers):
        raise KaditaError(f"{name}: expected kadita_origin to be three finite numbers; found {numbers.tolist()}")
    return numbers


def arena(fixed: Fixed, name: str) -> dict[str, str]:
    """Return the attribute ``arena``; empty if the file has none.

    Raises:
        KaditaError: it is no arena.
    """
    stored = fixed("kadita_arena")
    if stored is None:
        return {}
    try:
        return {"arena": str(Arena.of(np.ascontiguousarray(stored).tobytes().decode("ascii", errors="replace")))}
    except KaditaError as error:
        raise KaditaError(f"{name}: kadita_arena: {str(error).removeprefix('arena: ')}") from None


def configuration(fixed: Fixed, attributes: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the configuration of the run; empty if the file has none.

    Raises:
        KaditaError: the stored text does not match its sha256, or is not JSON.
    """
    raw = fixed("kadita_configuration")
    if raw is None:
        return {}
    text = raw.tobytes()
    if hashlib.sha256(text).hexdigest() != attributes.get("kadita_configuration_sha256"):
        raise KaditaError(f"{name}: the stored configuration is damaged (its sha256 does not match)")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise KaditaError(f"{name}: the stored configuration is not JSON") from None
    return content if isinstance(content, dict) else {}


def school_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of the school, without prefix; invalid numbers are left out."""
    result: dict[str, Any] = {}
    for a in convention().attributes:
        text = attributes.get(a.name)
        if a.of != "school" or not isinstance(text, str):
            continue
        with suppress(ValueError):
            value = float(text) if a.number else text
            if isinstance(value, str) or LEAST <= value <= MOST or (value == 0 and a.number == "at least 0"):
                result[a.name.removeprefix("kadita_")] = value
    return result


def _strings(characters: NDArray[Any]) -> list[str]:
    rows = np.ascontiguousarray(characters)
    return [row.tobytes().rstrip(b"\0 ").decode("utf-8", errors="replace") for row in rows]
