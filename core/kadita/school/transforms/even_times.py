"""Times that are evenly spaced but for gaps, also where a recorder rounded them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.school.box import Floats
from kadita.school.transforms.finite_differences import longest_step

EVEN = 1e-3  # largest relative deviation of a step from the mean one, where times are not rounded
MOST_DIGITS = 9  # after the decimal point, of rounded times
COARSEST = 0.4  # of the step: times that are rounded more coarsely do not show whether they are even


def even_step(name: str, times: Floats) -> float:
    """Return the time step of frames that are evenly spaced between gaps.

    A step longer than 1.5 times the median is a gap. The others are even if each differs from their mean by at most a
    thousandth, or if the times are those of an even clock, rounded to a decimal place: 0, 33, 67, 100 ms.

    Args:
        name: name of the trajectory, for messages.
        times: (T,), two or more.

    Raises:
        KaditaError: fewer than two times, times that do not increase, or steps that differ.
    """
    steps = np.diff(times)
    if not len(steps) or not (steps > 0).all():
        found = f"a step of {steps.min():g}" if len(steps) else "one frame"
        raise KaditaError(f"{name}: expected two frames or more, whose times increase; found {found}")
    usual = steps <= longest_step(times)
    step = float(steps[usual].mean())
    single = float(np.spacing(np.float32(np.abs(times).max()))) if (times == times.astype(np.float32)).all() else 0.0
    uneven = np.abs(steps[usual] - step) > EVEN * step + single
    if uneven.any() and not _is_rounded(times, usual, step, single):
        raise KaditaError(
            f"{name}: expected frames that are evenly spaced in time; found steps of {steps[usual].min():.6g} to "
            f"{steps[usual].max():.6g}; --resample RATE interpolates positions to even times"
        )
    return step


def _is_rounded(times: Floats, usual: NDArray[np.bool_], step: float, single: float) -> bool:
    """Return whether times are those of an even clock, rounded to a decimal place finer than the step."""
    for digits in range(MOST_DIGITS + 1):
        unit = 10.0**-digits
        if unit <= COARSEST * step and (np.abs(times - np.rint(times / unit) * unit) <= single + 1e-6 * unit).all():
            late = np.cumsum(np.append(0.0, np.where(usual, np.diff(times) - step, 0.0)))  # behind the even clock
            starts = np.flatnonzero(np.append(True, ~usual))
            spread = np.maximum.reduceat(late, starts) - np.minimum.reduceat(late, starts)
            return bool((spread <= 2 * (unit + single)).all())
    return False
