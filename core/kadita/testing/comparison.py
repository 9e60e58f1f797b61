"""Comparison of values before and after a transformation of a school, where rounding does not decide them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.school.block import Block
from kadita.school.box import Floats
from kadita.testing.harness import Trial, values_of
from kadita.testing.symmetries import frames_of, jittered

STABLE, ROUNDING = 1e-5, 1e-9
MANY = 64  # repetitions
ULP = 16  # of the largest value, by which sums of some dozens of terms in another order may differ
Stable = Mapping[str, NDArray[np.bool_]]  # by school


def stable_under_noise(
    trial: Trial, block: Block, values: Floats, rng: np.random.Generator, repetitions: int = 4
) -> NDArray[np.bool_]:
    """Return which values do not change under repeated noise of 1e-9, of the shape of the values.

    All values of a frame are stable, or none: of many equidistant neighbours, some keep their order by chance.
    """
    stable = np.ones(len(values), bool)
    for _ in range(repetitions):
        noisy = recomputed(trial, jittered(block, rng))
        if isinstance(noisy, KaditaError) or noisy.shape != values.shape:
            return np.zeros(values.shape, bool)
        stable &= _close(values, noisy, STABLE).reshape(len(values), -1).all(axis=1)
    return np.broadcast_to(stable.reshape(-1, *(1,) * (values.ndim - 1)), values.shape)


def confirmed(
    trial: Trial, block: Block, expected: Floats, got: Floats | KaditaError, stable: NDArray[np.bool_], tolerance: float
) -> NDArray[np.bool_]:
    """Return which values remain stable when noise is repeated many times in frames that differ.

    A value that depends on few of the ties in a lattice can survive a few repetitions, but not the rounding of a
    rotation.
    """
    if isinstance(got, KaditaError) or got.shape != expected.shape:
        return stable
    differs = (stable & ~_close(expected, got, tolerance)).reshape(len(expected), -1).any(axis=1)
    if not differs.any():
        return stable
    remaining = stable.copy()
    rng = np.random.default_rng(64)
    remaining[differs] &= stable_under_noise(trial, frames_of(block, differs), expected[differs], rng, MANY)
    return remaining


def recomputed(trial: Trial, block: Block) -> Floats | KaditaError:
    """Return the values of the metric, or the error that it raises."""
    try:
        return values_of(trial, block)
    except KaditaError as error:
        return error


def differences(
    name: str, expected: Floats, got: Floats | KaditaError, stable: NDArray[np.bool_], tolerance: float
) -> Iterator[str]:
    """Yield where stable values differ."""
    if isinstance(got, KaditaError) or got.shape != expected.shape:
        yield f"{name}: {difference(expected, got)}"
        return
    bad = stable & ~_close(expected, got, tolerance)
    if bad.any():
        yield f"{name}, {first(bad)}: {expected[bad][0]:.6g} becomes {got[bad][0]:.6g}"


def _close(a: Floats, b: Floats, tolerance: float) -> NDArray[np.bool_]:
    same: NDArray[np.bool_] = np.isclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True)
    return same


def ulp_apart(expected: Floats, got: Floats | KaditaError, largest: float) -> float:
    """Return the largest difference of values in units of the last place of `largest`; infinity where NaN differs."""
    if isinstance(got, KaditaError) or got.shape != expected.shape or (np.isnan(got) != np.isnan(expected)).any():
        return np.inf
    other = ~((expected == got) | np.isnan(expected))
    return float(np.abs(expected[other] - got[other]).max(initial=0.0)) / float(np.spacing(largest))


def largest_of(found: Iterable[Floats]) -> float:
    """Return the largest absolute value of a metric that is finite."""
    return max((float(np.abs(v[np.isfinite(v)]).max(initial=0.0)) for v in found), default=0.0)


def but_for(ulp: float) -> str:
    """Describe a difference that is due to rounding; empty where the bits are the same."""
    if not ulp:
        return ""
    return (
        f" up to rounding: {ulp:.2g} ulp of the largest value, where {ULP} are allowed for sums in another order; "
        "results of several processes will not be bit-identical"
    )


def difference(expected: Floats, got: Floats | KaditaError) -> str:
    """Describe the first difference between values."""
    if isinstance(got, KaditaError):
        return f"it fails: {got}"
    if got.shape != expected.shape:
        return f"shape {expected.shape} becomes {got.shape}"
    differs = ~((expected == got) | (np.isnan(expected) & np.isnan(got)))
    a, b = expected[differs][0], got[differs][0]
    close = f", which differ by {abs(a - b):.1g}" if abs(a - b) < ROUNDING else ""
    return f"{a:.6g} becomes {b:.6g}{close}"


def first(bad: NDArray[np.bool_]) -> str:
    """Return the name of the first frame with a bad value."""
    return f"frame {np.argwhere(bad)[0][0]}"


def all_unstable(stable: Stable) -> Iterator[str]:
    """Yield a fault if no value is stable, so that none can be compared."""
    if not any(s.any() for s in stable.values()):
        yield "noise of 1e-9 in positions and velocities changes every value by more than 1e-5: rounding decides them"


def number_compared(stable: Stable) -> str:
    """Return the number of values that were compared, in words."""
    compared, total = sum(int(s.sum()) for s in stable.values()), sum(s.size for s in stable.values())
    return (
        f"{compared} of {total} values; rounding decides the others (ties, edges of bins)"
        if compared < total
        else f"{total} values"
    )
