"""How positions are interpolated to even times: the rate, and the longest gap that is bridged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from kadita.base.errors import KaditaError


@dataclass(frozen=True)
class Resampling:
    """New frames at t0 + k / rate, in which agents are interpolated between sightings at most `most_gap` apart."""

    rate: float
    most_gap: float

    @classmethod
    def of(cls, rate: Any, most_gap: Any) -> Self | None:
        """Return what the user gave as ``--resample`` and ``--most-gap``; None if neither is given.

        Raises:
            KaditaError: only one is given, or one is no number above 0.
        """
        if rate is None and most_gap is None:
            return None
        if most_gap is None:
            raise KaditaError(
                "--resample: expected --most-gap TIME too: sightings of an agent further apart are not interpolated"
            )
        if rate is None:
            raise KaditaError("--most-gap: expected --resample RATE too, the frames per unit of time")
        return cls(_above_zero("--resample", rate), _above_zero("--most-gap", most_gap))

    def stated(self, unit: str) -> str:
        """Return how a file says it, with its unit of time."""
        return f"linear, {self.rate:.10g} per {unit}, gaps <= {self.most_gap:.10g}"


def _above_zero(option: str, given: Any) -> float:
    try:
        number = float(given)
    except (TypeError, ValueError):
        number = np.nan
    if not 0 < number < np.inf:
        raise KaditaError(f"{option}: expected a number above 0; got {given}")
    return number
