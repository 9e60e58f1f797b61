"""What a file of kadita's tells beside its frames, whatever its container: who the agents are, and what made them."""

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
from kadita.io.amber.layout import COMPLETE
from kadita.school.box import LEAST, MOST

Fixed = Callable[[str], NDArray[Any] | None]  # a variable without frames, by its name


def identities(fixed: Fixed, agents: int) -> NDArray[Any]:
    """Return the agents' identities: numbers where all of them are, else words; 0 .. N - 1 where the file has none."""
    raw = fixed("kadita_agent")
    if raw is None:
        return np.arange(agents)
    words = _words(raw)
    numbers = [int(w) for w in words if re.fullmatch(r"-?[0-9]{1,18}", w)]
    return np.array(numbers if [str(n) for n in numbers] == words else words)


def species(fixed: Fixed) -> NDArray[Any] | None:
    """Return the name of each agent's species, or its number where they have no names; None where all are alike."""
    numbers, names = fixed("species"), fixed("kadita_species")
    if numbers is None:
        return None
    numbers = numbers.astype(np.int64)
    if names is not None and numbers.min() >= 0 and numbers.max() < len(names):
        return np.array(_words(names))[numbers]
    return numbers.astype(str)


def configuration(fixed: Fixed, attributes: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return what made the trajectory; empty where the file does not say.

    Raises:
        KaditaError: the stored text is not the one that was written.
    """
    raw = fixed("kadita_configuration")
    if raw is None:
        return {}
    text = raw.tobytes()
    if hashlib.sha256(text).hexdigest() != attributes.get("kadita_configuration_sha256"):
        raise KaditaError(f"{name}: the stored configuration is damaged (its sha256 fails)")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise KaditaError(f"{name}: the stored configuration is no JSON") from None
    return content if isinstance(content, dict) else {}


def school_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the file knows of the school; lengths that are none are left out."""
    known: dict[str, Any] = {}
    for a in convention().attributes:
        text = attributes.get(a.name)
        if a.of != "school" or not isinstance(text, str):
            continue
        with suppress(ValueError):
            value = float(text) if a.length else text
            if isinstance(value, str) or LEAST <= value <= MOST:
                known[a.name.removeprefix("kadita_")] = value
    return known


def complete(fixed: Fixed) -> bool | None:
    """Whether the run that wrote the file came to its end; None where another program wrote it."""
    status = fixed("kadita_status")
    return None if status is None else int(status) == COMPLETE


def _words(characters: NDArray[Any]) -> list[str]:
    rows = np.ascontiguousarray(characters)
    return [row.tobytes().rstrip(b"\0 ").decode("utf-8", errors="replace") for row in rows]
