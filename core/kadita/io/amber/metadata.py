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
from kadita.school.box import LEAST, MOST

Fixed = Callable[[str], NDArray[Any] | None]  # returns a variable without frames by its name


def identities(fixed: Fixed, agents: int) -> NDArray[Any]:
    """Return the agents' identities, (N,): integers if all are, otherwise strings; 0 .. N - 1 if the file has none."""
    raw = fixed("kadita_agent")
    if raw is None:
        return np.arange(agents)
    names = _strings(raw)
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
    """Return the attributes of the school, without prefix; invalid lengths are left out."""
    result: dict[str, Any] = {}
    for a in convention().attributes:
        text = attributes.get(a.name)
        if a.of != "school" or not isinstance(text, str):
            continue
        with suppress(ValueError):
            value = float(text) if a.length else text
            if isinstance(value, str) or LEAST <= value <= MOST:
                result[a.name.removeprefix("kadita_")] = value
    return result


def _strings(characters: NDArray[Any]) -> list[str]:
    rows = np.ascontiguousarray(characters)
    return [row.tobytes().rstrip(b"\0 ").decode("utf-8", errors="replace") for row in rows]
