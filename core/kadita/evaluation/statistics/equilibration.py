"""Where a series has forgotten how it began."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError, describe_error
from kadita.evaluation.statistics.autocorrelation import scaled
from kadita.school.box import Floats

FEWEST = 10  # values below which nothing is said about their correlation
BLOCKS = 128  # a start is found to this fraction of the series
LATEST = 0.475  # of the series; the latest starts tried are at a half, and one found there has found nothing


def check_equilibration(choice: str | float) -> str | float:
    """Return ``"auto"``, ``"half"``, ``"none"`` or a time.

    Raises:
        KaditaError: anything else.
    """
    if isinstance(choice, str) and choice.strip() in ("auto", "half", "none"):
        return choice.strip()
    try:
        time = float(choice)
    except (TypeError, ValueError):
        time = math.nan
    if not math.isfinite(time):
        raise KaditaError(f"expected an equilibration of auto, half, none or a time; found '{choice}'")
    return time


def first_frame(values: Floats, times: Floats, equilibration: str | float) -> int:
    """Index of the first frame that counts, of values (T,) at times (T,); T where a time is beyond the last one.

    ``"none"``: 0. ``"half"``: T // 2. A time: the first frame at or after it. ``"auto"``: see `settling`.

    Raises:
        KaditaError: no such choice.
    """
    choice = check_equilibration(equilibration)
    if choice == "none":
        return 0
    if choice == "half":
        return len(values) // 2
    if choice == "auto":
        defined = np.flatnonzero(np.isfinite(values))
        start = settling(values[defined])
        return int(defined[start]) if start else 0
    late = np.flatnonzero(times >= float(choice))
    return int(late[0]) if late.size else len(values)


def settling(values: Floats) -> int:
    """Index at which a series (n,) without gaps has settled: where its mean, from there on, has the least error.

    A transient shifts the mean and its memory looks long: leaving it out lowers the estimated standard error, leaving
    out more raises it. Starts up to n / 2 are tried; later ones leave so little that the least of many estimates is one
    by chance. red's initial convex sequence judges each start, on means over blocks of n / 128 values: they have the
    same long-run variance, and their 64 starts take 5 to 10 ms for a series of any length.

    Tried beside it, on AR(1) with a transient of 200 in 3,000 values: all starts (the error comes out 7 % too small);
    the largest effective sample size (pymbar's choice) and the marginal standard error rule (MSER) stop up to a
    third earlier within a transient that decays slowly.

    Source: Clark, Cole & Michel 2024, J. Chem. Theory Comput. 20, doi:10.1021/acs.jctc.4c01359.

    Raises:
        KaditaError: red cannot be loaded.
    """
    n = values.size
    if n < FEWEST:
        return 0
    width = -(-n // BLOCKS)
    numbers = scaled(values)[0]
    blocks = (numbers - numbers.mean())[: n // width * width].reshape(-1, width).mean(axis=1)
    restless = np.flatnonzero(blocks != blocks[-1])
    if restless.size == 0:
        return 0
    if restless[-1] + 1 <= blocks.size // 2:  # settled for good, which leaves red no variance to look at
        return int(restless[-1] + 1) * width
    start, _, _ = _red().detect_equilibration_init_seq(
        blocks, method="min_sse", sequence_estimator="initial_convex", min_max_lag_time=0, frac_padding=0.5
    )
    return int(start) * width


def _red() -> Any:
    try:
        import red  # with matplotlib and statsmodels in its train: more than a second
    except (ImportError, RuntimeError) as error:  # Numba raises the latter where it finds no folder for its cache
        raise KaditaError(
            f"red, which finds where a series settles, cannot be loaded ({describe_error(error)}); "
            "try --equilibration half, or set NUMBA_CACHE_DIR to a folder that can be written to"
        ) from None
    return red
