"""Lags, given in frames and reported in units of time, which needs frames that are evenly spaced."""

from typing import Annotated

import numpy as np
from pydantic import Field

from kadita import Facts, KaditaError
from kadita.plugins.analyses import Floats, Integers

Lags = Annotated[int, Field(ge=1, le=10_000_000, description="largest lag, in frames")]
EVEN = 1e-3  # largest relative deviation of a time step from the mean one
COARSEST = 1 / 3  # of a step, the coarsest rounding of times: a frame that is left out is not taken for rounding


def time_step(times: Floats) -> float:
    """Return the time between successive frames; NaN where fewer than two have a time.

    Also called for each window, so that uneven frames are refused before anything is computed.

    Raises:
        KaditaError: frames that are not evenly spaced in time.
    """
    known = np.flatnonzero(~np.isnan(times))
    if len(known) < 2:
        return float("nan")
    t = times[known]
    step = (t[-1] - t[0]) / (known[-1] - known[0])
    steps = np.diff(t) / np.diff(known)
    # many formats store times in single precision, which rounds late ones
    rounded = float(np.spacing(np.float32(np.abs(t).max()))) if (t == t.astype(np.float32)).all() else 0.0
    if not step > 0 or (np.abs(steps - step) > EVEN * step + rounded).any():
        fitted = _step_of_rounded(known, t)
        if fitted is not None:
            return fitted
        raise KaditaError(
            f"expected frames that are evenly spaced in time; found steps of {steps.min():g} to {steps.max():g}; "
            "choose frames that are, with --start, --stop and --step, or import tracks with their --frame-rate"
        )
    return float(step)


def _step_of_rounded(frames: Integers, times: Floats) -> float | None:
    """Return the step of even times that a recorder rounded to its digits; None if rounding does not explain them.

    30 frames a second in milliseconds are 0, 33, 67, 100: they and their steps are at most one digit from a line.
    """
    digit = _last_digit(times)
    if digit is None:
        return None
    frame, time = frames - frames.mean(), times - times.mean()
    step = float(frame @ time / (frame @ frame))
    most = digit * (1 + EVEN)
    off_line = np.abs(time - step * frame).max()
    off_step = np.abs(np.diff(times) - step * np.diff(frames)).max()
    if not digit <= COARSEST * step or off_line > most or off_step > most:
        return None
    return step


def _last_digit(times: Floats) -> float | None:
    """Return the largest power of ten of which all times are multiples, within single precision; None if none is."""
    precision = float(np.spacing(np.float32(np.abs(times).max())))
    for exponent in range(9, -10, -1):
        digit = 10.0**exponent
        if digit < 8 * precision:  # any number is then a multiple
            return None
        if (np.abs(times - np.rint(times / digit) * digit) <= precision).all():
            return digit
    return None


def step_of_all(facts: Facts) -> float:
    """Return the time between successive frames of the whole trajectory.

    Raises:
        KaditaError: a single frame, or frames that are not evenly spaced in time.
    """
    if len(facts.times) < 2:
        raise KaditaError("expected two frames or more; found 1")
    return time_step(facts.times)


def lag_times(facts: Facts, lags: int) -> Floats:
    """Return the times of lags 0, 1, ... `lags`, (lags + 1,)."""
    return np.arange(lags + 1.0) * step_of_all(facts)
