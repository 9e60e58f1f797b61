"""Values before and after a school was moved, compared where rounding cannot decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.school.block import Block
from kadita.school.box import Floats
from kadita.testing.harness import Trial, values_of
from kadita.testing.symmetries import breathed_on, frames_of

STEADY, ROUNDING = 1e-5, 1e-9
ULP = 16  # units in the last place of the largest value: what sums of some dozens in another order may differ by
MANY = 64  # breaths
Sure = Mapping[str, NDArray[np.bool_]]  # by school


def steady(trial: Trial, block: Block, values: Floats, rng: np.random.Generator, breaths: int = 4) -> NDArray[np.bool_]:
    """Say which values breaths of noise leave as they are, of the shape of the values.

    All of a frame, or none: of many neighbours that are as far, some stay in their order by chance.
    """
    sure = np.ones(len(values), bool)
    for _ in range(breaths):
        noisy = again(trial, breathed_on(block, rng))
        if isinstance(noisy, KaditaError) or noisy.shape != values.shape:
            return np.zeros(values.shape, bool)
        sure &= _close(values, noisy, STEADY).reshape(len(values), -1).all(axis=1)
    return np.broadcast_to(sure.reshape(-1, *(1,) * (values.ndim - 1)), values.shape)


def confirmed(
    trial: Trial, block: Block, expected: Floats, got: Floats | KaditaError, sure: NDArray[np.bool_], tolerance: float
) -> NDArray[np.bool_]:
    """Return which values are sure after all: frames that differ are breathed on many times before they are blamed.

    A value that hangs on few of the ties in a lattice survives some breaths, and not the rounding of a turn.
    """
    if isinstance(got, KaditaError) or got.shape != expected.shape:
        return sure
    differs = (sure & ~_close(expected, got, tolerance)).reshape(len(expected), -1).any(axis=1)
    if not differs.any():
        return sure
    after_all = sure.copy()
    rng = np.random.default_rng(64)
    after_all[differs] &= steady(trial, frames_of(block, differs), expected[differs], rng, MANY)
    return after_all


def again(trial: Trial, block: Block) -> Floats | KaditaError:
    """Compute the metric; what it raises where it fails."""
    try:
        return values_of(trial, block)
    except KaditaError as error:
        return error


def differences(
    name: str, expected: Floats, got: Floats | KaditaError, sure: NDArray[np.bool_], tolerance: float
) -> Iterator[str]:
    """Yield where values that are sure differ."""
    if isinstance(got, KaditaError) or got.shape != expected.shape:
        yield f"{name}: {difference(expected, got)}"
        return
    bad = sure & ~_close(expected, got, tolerance)
    if bad.any():
        yield f"{name}, {first(bad)}: {expected[bad][0]:.6g} becomes {got[bad][0]:.6g}"


def _close(a: Floats, b: Floats, tolerance: float) -> NDArray[np.bool_]:
    same: NDArray[np.bool_] = np.isclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True)
    return same


def ulp_apart(expected: Floats, got: Floats | KaditaError, largest: float) -> float:
    """Return how far values lie apart at most, in ulp of the largest value; infinity where NaN differs."""
    if isinstance(got, KaditaError) or got.shape != expected.shape or (np.isnan(got) != np.isnan(expected)).any():
        return np.inf
    other = ~((expected == got) | np.isnan(expected))
    return float(np.abs(expected[other] - got[other]).max(initial=0.0)) / float(np.spacing(largest))


def largest_of(found: Iterable[Floats]) -> float:
    """Return the largest absolute value of a metric that is finite."""
    return max((float(np.abs(v[np.isfinite(v)]).max(initial=0.0)) for v in found), default=0.0)


def but_for(ulp: float) -> str:
    """Say how far values lie apart that are the same but for rounding; nothing where their bits are the same."""
    if not ulp:
        return ""
    return (
        f" but for rounding, up to {ulp:.2g} of the {ULP} ulp of the largest value that sums in another order may "
        "differ by; shared frames will not be bit-identical"
    )


def difference(expected: Floats, got: Floats | KaditaError) -> str:
    """Say how values differ."""
    if isinstance(got, KaditaError):
        return f"it fails: {got}"
    if got.shape != expected.shape:
        return f"shape {expected.shape} becomes {got.shape}"
    other = ~((expected == got) | (np.isnan(expected) & np.isnan(got)))
    a, b = expected[other][0], got[other][0]
    close = f", which differ by {abs(a - b):.1g}" if abs(a - b) < ROUNDING else ""
    return f"{a:.6g} becomes {b:.6g}{close}"


def first(bad: NDArray[np.bool_]) -> str:
    """Say in which frame it is first bad."""
    return f"frame {np.argwhere(bad)[0][0]}"


def unsure(sure: Sure) -> Iterator[str]:
    """Yield that nothing can be compared."""
    if not any(s.any() for s in sure.values()):
        yield "noise of 1e-9 changes every value by more than 1e-5, so that rounding decides what it is"


def extent(sure: Sure) -> str:
    """Say how many values were compared."""
    known, total = sum(int(s.sum()) for s in sure.values()), sum(s.size for s in sure.values())
    return (
        f"{known} of {total} values; rounding decides the others (ties, edges of bins)"
        if known < total
        else f"{total} values"
    )
