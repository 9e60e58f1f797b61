"""Limits of quality: sightings of which the tracker is less sure are left out, and those that are not are spoken of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError, did_you_mean
from kadita.school.box import Floats

USUAL = 0.6  # limit in an example, where qualities are between 0 and 1


def parse_limits(limits: Iterable[str]) -> dict[str, float]:
    """Return limits that are written as ``confidence=0.6``, by name.

    Raises:
        KaditaError: one is written otherwise, or a name is given twice.
    """
    parsed: dict[str, float] = {}
    for text in limits:
        key, equals, number = text.rpartition("=")
        key = key.strip()
        if not equals or not key:
            raise KaditaError(f"--least: expected QUALITY=NUMBER, such as confidence=0.6; got '{text}'")
        if key in parsed:
            raise KaditaError(f"--least: expected one limit for {key}; got two")
        parsed[key] = _number(key, number)
    return parsed


def below_limits(
    name: str,
    present: NDArray[np.bool_],
    quality: Mapping[str, Floats],
    least: Mapping[str, Any],
    remarks: list[str],
) -> NDArray[np.bool_]:
    """Return which sightings are to be left out, (T, N): those below a limit, or whose quality is not known.

    Args:
        name: name of the file, for messages.
        present: which animals are seen, (T, N).
        quality: qualities, (T, N), by name.
        least: limits by name of the quality.
        remarks: one line is appended for each quality.

    Raises:
        KaditaError: there is no such quality, or a limit is not a number.
    """
    for key in least:
        if key not in quality:
            there_are = f"there are: {', '.join(quality)}" if quality else "the file has none"
            raise KaditaError(f"--least: {name} has no quality column '{key}'{did_you_mean(key, quality)}; {there_are}")
    out = np.zeros_like(present)
    for key, values in quality.items():
        if key not in least:
            remarks.append(f"{name}: it has a quality column {key} {_unused(key, values[present])}")
            continue
        limit = _number(key, least[key])
        unknown = present & np.isnan(values)
        below = present & (values < limit)
        out |= below | unknown
        remark = f"{name}: {int(below.sum())} of {int(present.sum())} sightings have {key} below {limit:g}"
        remark += f", and of {int(unknown.sum())} it is not known" if unknown.any() else ""
        remarks.append(f"{remark}; they are left out")
    return out


def _number(key: str, limit: Any) -> float:
    try:
        number = float(limit)
    except (TypeError, ValueError):
        number = np.nan
    if not np.isfinite(number):
        raise KaditaError(f"--least {key}: expected a number; got {limit!r}")
    return number


def _unused(key: str, values: Floats) -> str:
    known = values[~np.isnan(values)]
    if not known.size:
        return "without numbers, which is not used"
    least, most = known.min(), known.max()
    spread = f"({least:.3g} to {most:.3g}, median {np.median(known):.3g}), which is not used"
    if least >= 0 and most <= 1:
        return f"{spread}; --least {key}={USUAL} leaves out sightings below {USUAL}"
    return f"{spread}; --least {key}=NUMBER leaves out sightings below it"
