"""Whether a school moves in a plane of constant z, or in space."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.school.box import Floats

PLANE, SPACE = 2, 3


def dimensions_of(positions: Floats, velocities: Floats | None, said: int | None) -> int:
    """Return 2 or 3: as said, or 2 if all z are one number and no velocity has a z component.

    Args:
        positions: (T, N, 3); NaN is left out.
        velocities: (T, N, 3) or None; NaN is left out.
        said: 2, 3, or None if nobody says it. A single position is no evidence of a plane.

    Raises:
        KaditaError: another number, or a plane in which z differs or a velocity has a z component.
    """
    if said == SPACE:
        return SPACE
    if said not in (None, PLANE):
        raise KaditaError(f"dimensions: expected 2 for a plane of constant z, or 3; got {said!r}")
    if said is None and np.ptp(positions[0, :, 2]) > 0:  # the usual case in space, quick to see
        return SPACE
    fault = off_plane(positions, velocities)
    if said is None:
        return SPACE if fault or positions.shape[0] * positions.shape[1] == 1 else PLANE
    if fault:
        raise KaditaError(f"dimensions: expected a plane of constant z; found {fault}; use 3 dimensions")
    return PLANE


def off_plane(positions: Floats | None, velocities: Floats | None) -> str:
    """Return what is not in a plane of constant z, in words; empty if everything is. NaN is left out."""
    if positions is not None:
        low, high = _range(positions[..., 2])
        if low < high:
            return f"z from {low:g} to {high:g}"
    if velocities is not None:
        low, high = _range(velocities[..., 2])
        if low < 0 or high > 0:
            return f"a velocity of {low if low < 0 else high:g} along z"
    return ""


def _range(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the least and greatest number; an empty range, infinity to -infinity, if there is none."""
    low, high = values.min(initial=np.inf), values.max(initial=-np.inf)
    if np.isnan(low):  # which is rare, and takes longer
        low = np.fmin.reduce(values, axis=None, initial=np.inf)
        high = np.fmax.reduce(values, axis=None, initial=-np.inf)
    return float(low), float(high)
