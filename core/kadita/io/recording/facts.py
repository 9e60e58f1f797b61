"""What a program says of its frames when it records them: checked, and in the form of the file."""

from __future__ import annotations

import json
import operator
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kadita.base.errors import KaditaError, did_you_mean
from kadita.io.amber.convention import convention
from kadita.school.arena import Arena
from kadita.school.box import LEAST, MOST, Box, Floats
from kadita.school.dimensions import PLANE
from kadita.school.velocity_kinds import KINDS

VELOCITIES = tuple(kind for kind in KINDS if kind not in ("smoothed", "tracker"))  # those are of positions measured


def agents_of(agents: Any) -> tuple[int, list[str] | None]:
    """Return the number of agents, and their identities, None if these are 0 .. N - 1.

    Raises:
        KaditaError: no number above 0, or names that are empty or not all different.
    """
    expected = "agents: expected their number, or a name for each"
    if isinstance(agents, bool | str | bytes | Mapping | set):
        raise KaditaError(f"{expected}; got {agents!r}")
    try:
        count = operator.index(agents)
    except TypeError:
        names = _names(expected, agents)
    else:
        if count < 1:
            raise KaditaError(f"agents: expected at least 1; got {count}")
        return count, None
    if not names or not all(names):
        raise KaditaError(f"{expected}; got {'no agents' if not names else 'an empty name'}")
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        raise KaditaError(f"agents: expected a name of its own for each; got {name!r} {times} times")
    return len(names), None if names == [str(i) for i in range(len(names))] else names


def species_of(species: Any, agents: int) -> tuple[list[str], NDArray[np.int32]] | None:
    """Return the names of species, in order, and the index of each agent's, (N,); None without species.

    Raises:
        KaditaError: not one name for each agent.
    """
    if species is None:
        return None
    expected = f"species: expected a name for each of the {agents} agents"
    if isinstance(species, str | bytes | Mapping | set):
        raise KaditaError(f"{expected}; got {species!r}")
    names = _names(expected, species)
    if len(names) != agents:
        raise KaditaError(f"{expected}; got {len(names)}")
    if not all(names):
        raise KaditaError(f"{expected}; got an empty name")
    different, numbers = np.unique(np.array(names), return_inverse=True)
    return different.tolist(), numbers.astype(np.int32)


def _names(expected: str, values: Any) -> list[str]:
    """Return names as text, as a file gives them back: without blanks at the end."""
    if not isinstance(values, Sequence) and np.ndim(values) != 1:
        raise KaditaError(f"{expected}; got {values!r}")
    names = [str(value).rstrip("\0 ") for value in values]
    for name in names:
        if not name.isprintable():
            raise KaditaError(f"{expected}; got {name!r}, which is not text")
    return names


def velocities_of(velocities: Any) -> str | None:
    """Return what velocities are, as the file says it; None without velocities.

    Raises:
        KaditaError: something that velocities cannot be.
    """
    if isinstance(velocities, bool | np.bool_):
        return "program" if velocities else None
    if not isinstance(velocities, str) or velocities not in VELOCITIES:
        hint = did_you_mean(velocities, VELOCITIES) if isinstance(velocities, str) else ""
        raise KaditaError(
            f"velocities: expected True, False or one of {', '.join(VELOCITIES)}; got {velocities!r}{hint}"
        )
    return velocities


def text_of(name: str, text: Any) -> str | None:
    """Return a text that fits an attribute.

    Raises:
        KaditaError: no text, or one that readers cannot hold.
    """
    most = convention().limits.attribute_length
    if text is None:
        return None
    if not isinstance(text, str) or not text.strip() or not text.isprintable() or len(text.encode()) > most:
        raise KaditaError(f"{name}: expected a text of 1 to {most} characters in one line; got {text!r}")
    return text


def positive(name: str, value: Any) -> float | None:
    """Return a finite number above 0, or None.

    Raises:
        KaditaError: anything else.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 < value < np.inf:
        raise KaditaError(f"{name}: expected a finite number above 0; got {value!r}")
    return float(value)


def length_of(name: str, value: Any) -> float | None:
    """Return a length that a file can hold, or None.

    Raises:
        KaditaError: anything else.
    """
    length = positive(name, value)
    if length is not None and not LEAST <= length <= MOST:
        raise KaditaError(f"{name}: expected a length from {LEAST:g} to {MOST:g}; got {length:g}")
    return length


def arena_of(arena: Any, dimensions: int | None) -> str | None:
    """Return an arena as the file holds it, or None.

    Raises:
        KaditaError: it is no arena, or not one of these dimensions.
    """
    if arena is None:
        return None
    known = Arena.of(arena)
    if dimensions is not None and dimensions not in known.dimensions:
        raise KaditaError(f"arena: expected one in {dimensions} dimensions; got {known}")
    return str(known)


def origin_of(origin: ArrayLike | None, box: Box, dimensions: int | None) -> Floats | None:
    """Return what is subtracted from positions, (3,), or None.

    Raises:
        KaditaError: not two or three finite numbers, or one that is not 0 along a periodic axis or out of the plane.
    """
    if origin is None:
        return None
    try:
        numbers = np.array(origin, dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if numbers.shape == (2,) and dimensions == PLANE:
        numbers = np.append(numbers, 0.0)
    if numbers.shape != (3,) or not (np.abs(numbers) <= MOST).all():
        raise KaditaError(f"origin: expected three finite numbers, or two in a plane; got {origin!r}")
    fixed = np.array(box.periodic_axes) | (np.arange(3) == 2) & (dimensions == PLANE)
    if numbers[fixed].any():
        raise KaditaError(f"origin: expected 0 along periodic axes, and along z in a plane; got {numbers.tolist()}")
    return numbers


def configuration_of(configuration: Mapping[str, Any] | None, program: str | None) -> dict[str, Any]:
    """Return the parameters of a program, and its name as ``program``, as JSON holds them.

    Raises:
        KaditaError: no mapping of names, something that JSON cannot hold, or a program named twice.
    """
    given = {} if configuration is None else configuration
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        raise KaditaError(f"configuration: expected values by name; got {configuration!r}")
    if program is not None and "program" in given:
        raise KaditaError("configuration: expected no entry called program beside program=; name it once")
    try:
        text = json.dumps(dict(given), allow_nan=False, default=_plain, sort_keys=True)
    except (TypeError, ValueError, RecursionError) as error:
        raise KaditaError(
            f"configuration: expected finite numbers, text, lists and mappings, as JSON holds them: {error}"
        ) from None
    stored: dict[str, Any] = json.loads(text)
    return stored if program is None else {**stored, "program": program}


def _plain(value: Any) -> Any:
    """Return what JSON can hold in place of an array, a number of NumPy, or a path."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Sequence | set | frozenset):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    raise TypeError(f"{type(value).__name__} is none of them")
