"""Limits of quality: sightings of which the tracker is less sure are left out, and those that are not are spoken of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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


def checked_limits(name: str, quality: Iterable[str], least: Mapping[str, Any]) -> dict[str, float]:
    """Return limits by name of the quality.

    Raises:
        KaditaError: there is no such quality, or a limit is not a number.
    """
    known = list(quality)
    for key in least:
        if key not in known:
            there_are = f"there are: {', '.join(known)}" if known else "the file has none"
            raise KaditaError(f"--least: {name} has no quality column '{key}'{did_you_mean(key, known)}; {there_are}")
    return {key: _number(key, limit) for key, limit in least.items()}


class QualityCount:
    """How many sightings have qualities below a limit, and what qualities are that have none; block by block."""

    def __init__(self, quality: Iterable[str], limits: Mapping[str, float], every: int) -> None:
        """Count for these limits; of qualities without one, the values of every so many places are kept."""
        self._limits, self._every = limits, every
        self.below, self.unknown = dict.fromkeys(limits, 0), dict.fromkeys(limits, 0)
        self._values: dict[str, list[Floats]] = {key: [] for key in quality if key not in limits}
        self._range: dict[str, tuple[float, float]] = {}

    def add(self, present: NDArray[np.bool_], quality: Mapping[str, Floats]) -> None:
        """Count a block: which animals are seen, (T, N), and qualities, (T, N), by name."""
        for key, values in quality.items():
            if key in self._limits:
                self.below[key] += int((present & (values < self._limits[key])).sum())
                self.unknown[key] += int((present & np.isnan(values)).sum())
                continue
            known = values[present]
            known = known[~np.isnan(known)]
            if known.size:
                low, high = self._range.get(key, (np.inf, -np.inf))
                self._range[key] = min(low, known.min()), max(high, known.max())
                self._values[key].append(known[:: self._every])

    def remarks(self, name: str, sightings: int, quality: Iterable[str]) -> Iterator[str]:
        """Yield a remark on each quality."""
        for key in quality:
            if key not in self._limits:
                yield f"{name}: it has a quality column {key} {self._unused(key)}"
                continue
            remark = f"{name}: {self.below[key]} of {sightings} sightings have {key} below {self._limits[key]:g}"
            remark += f", and of {self.unknown[key]} it is not known" if self.unknown[key] else ""
            yield f"{remark}; they are left out"

    def _unused(self, key: str) -> str:
        if key not in self._range:
            return "without numbers, which is not used"
        least, most = self._range[key]
        median = np.median(np.concatenate(self._values[key]))
        about = "about " if self._every > 1 else ""  # of a part of the values
        spread = f"({least:.3g} to {most:.3g}, median {about}{median:.3g}), which is not used"
        if least >= 0 and most <= 1:
            return f"{spread}; --least {key}={USUAL} leaves out sightings below {USUAL}"
        return f"{spread}; --least {key}=NUMBER leaves out sightings below it"


def _number(key: str, limit: Any) -> float:
    try:
        number = float(limit)
    except (TypeError, ValueError):
        number = np.nan
    if not np.isfinite(number):
        raise KaditaError(f"--least {key}: expected a number; got {limit!r}")
    return number
