"""Times that are evenly spaced but for gaps, also where a recorder rounded them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.school.box import Floats, Integers
from kadita.school.transforms.finite_differences import longest_step

EVEN = 1e-3  # largest relative deviation of a step from the mean one, where times are not rounded
MOST_DIGITS = 9  # after the decimal point, of rounded times
COARSEST = 0.4  # of the step: times that are rounded more coarsely do not show whether they are even


def common_step(times: Floats, numbers: Integers) -> float | None:
    """Return the time step of frames with these numbers; None where they are not evenly spaced.

    They are if each step differs from the mean one by at most a thousandth, or if the times are those of an even clock,
    rounded to a decimal place: 0, 33, 67, 100 ms.

    Args:
        times: (T,), two or more.
        numbers: (T,) of the frames, which increase.

    >>> import numpy as np
    >>> from kadita.plugins.analyses import common_step
    >>> common_step(np.array([0.0, 0.5, 1.0]), np.arange(3)), common_step(np.array([0.0, 0.5, 2.0]), np.arange(3))
    (0.5, None)
    """
    step = float((times[-1] - times[0]) / (numbers[-1] - numbers[0]))
    if not 0 < step < np.inf:
        return None
    single = _single(times)
    each = np.diff(times) / np.diff(numbers)
    if (np.abs(each - step) <= EVEN * step + single).all():
        return step
    late = times - times[0] - (numbers - numbers[0]) * step
    first = np.zeros(1, dtype=np.intp)
    if not (each > 0).all() or not _is_rounded(times, late, first, step, single):
        return None
    centred = numbers - numbers.mean()  # least squares: less is left of the rounding than between the ends
    return float(centred @ times / (centred @ centred))


def decimal_unit(times: Floats, step: float) -> float:
    """Return the unit of the decimal place to which times are rounded, such as 0.001; 0 where none shows.

    Units that are coarse beside the step, above 0.4 of it, or finer than the digits of float32 do not show.

    >>> import numpy as np
    >>> from kadita.plugins.importers import decimal_unit
    >>> decimal_unit(np.array([0.033, 0.067, 0.1, 0.133]), 1 / 30)
    0.001
    """
    single = _single(times)
    for digits in range(MOST_DIGITS + 1):
        unit = 10.0**-digits
        if unit <= COARSEST * step and (np.abs(times - np.rint(times / unit) * unit) <= single + 1e-6 * unit).all():
            return unit
    return 0.0


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
    single = _single(times)
    uneven = np.abs(steps[usual] - step) > EVEN * step + single
    late = np.cumsum(np.append(0.0, np.where(usual, steps - step, 0.0)))  # behind an even clock that stops in gaps
    if uneven.any() and not _is_rounded(times, late, np.flatnonzero(np.append(True, ~usual)), step, single):
        raise KaditaError(
            f"{name}: expected frames that are evenly spaced in time; found steps of {steps[usual].min():.6g} to "
            f"{steps[usual].max():.6g}; --resample RATE interpolates positions to even times"
        )
    return step


def _single(times: Floats) -> float:
    """Return by how much times may be off because they were stored as float32; 0 where they were not."""
    with np.errstate(over="ignore"):  # times of a damaged file can be 1e300
        stored = (times == times.astype(np.float32)).all()
    return float(np.spacing(np.float32(np.abs(times).max()))) if stored else 0.0


def _is_rounded(times: Floats, late: Floats, starts: NDArray[np.intp], step: float, single: float) -> bool:
    """Return whether times are those of an even clock, rounded to a decimal place finer than the step.

    Args:
        times: (T,).
        late: (T,) by how much they are behind the even clock.
        starts: first frame of each stretch between gaps, where the clock begins anew.
        step: of the clock.
        single: from `_single`.
    """
    unit = decimal_unit(times, step)
    if not unit or (np.abs(np.diff(late)) > (1 + 1 / (len(late) - 1)) * unit + 2 * single).any():
        return False  # steps of an even clock are rounded up or down
    spread = np.maximum.reduceat(late, starts) - np.minimum.reduceat(late, starts)
    return bool((spread <= 2 * (unit + single)).all())
