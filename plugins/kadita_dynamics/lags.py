"""Lags, given in frames and reported in units of time, which needs frames that are evenly spaced."""

from typing import Annotated

import numpy as np
from pydantic import Field

from kadita import Facts, KaditaError
from kadita.plugins.analyses import Floats, common_step

Lags = Annotated[int, Field(ge=1, le=10_000_000, description="largest lag, in frames")]


def time_step(times: Floats) -> float:
    """Return the time between successive frames; NaN where fewer than two have a time.

    Times that a recorder rounded, 0, 33, 67, 100 ms, are those of its even clock, see `common_step`.
    Also called for each window, so that uneven frames are refused before anything is computed.

    Raises:
        KaditaError: frames that are not evenly spaced in time.
    """
    known = np.flatnonzero(~np.isnan(times))
    if len(known) < 2:
        return float("nan")
    t = times[known]
    step = common_step(t, known)
    if step is None:
        steps = np.diff(t) / np.diff(known)
        raise KaditaError(
            f"expected frames that are evenly spaced in time; found steps of {steps.min():g} to {steps.max():g}; "
            "choose frames that are, with --start, --stop and --step, or interpolate positions at even times with "
            "--resample RATE and --most-gap TIME"
        )
    return step


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
