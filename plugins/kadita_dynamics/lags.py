"""Lags, given in frames and reported in units of time, which needs frames that are evenly spaced."""

from typing import Annotated

import numpy as np
from pydantic import Field

from kadita import Facts, KaditaError
from kadita.plugins.analyses import Floats

Lags = Annotated[int, Field(ge=1, le=10_000_000, description="largest lag, in frames")]
EVEN = 1e-3  # largest relative deviation of a time step from the mean one


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
        raise KaditaError(
            f"expected frames that are evenly spaced in time; found steps of {steps.min():g} to {steps.max():g}; "
            "choose frames that are, with --start, --stop and --step"
        )
    return float(step)


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
