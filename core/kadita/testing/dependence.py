"""Checks that a metric is independent of earlier calls and other frames, and invariant under its symmetries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.block import Block
from kadita.school.box import Floats
from kadita.testing.checks import Check, outcome
from kadita.testing.comparison import (
    ULP,
    Stable,
    all_unstable,
    but_for,
    confirmed,
    difference,
    differences,
    largest_of,
    number_compared,
    recomputed,
    ulp_apart,
)
from kadita.testing.harness import Trial, axes_of
from kadita.testing.symmetries import INVARIANCES, SYMMETRIES, frames_of, permuted

CLOSE, ROUNDING = 1e-6, 1e-9  # relative above 1, absolute below
Schools = Mapping[str, Block]
Values = Mapping[str, Floats]  # by school


def reproducible(trial: Trial, blocks: Schools, computed: Values) -> Check:
    """Compute all values again, after those of all other schools."""

    def faults() -> Iterator[str]:
        for name, values in computed.items():
            got = recomputed(trial, frames_of(blocks[name], slice(None)))
            if isinstance(got, KaditaError) or not np.array_equal(got, values, equal_nan=True):
                yield (
                    f"{name}: {difference(values, got)} in a second call; keep no state between calls, and seed random "
                    "numbers"
                )

    return outcome("same input, same bits", faults(), f"{len(computed)} schools, computed twice")


def frame_by_frame(trial: Trial, blocks: Schools, computed: Values) -> Check:
    """Compare single frames, and every other frame, with the whole block, up to rounding."""
    largest, rounding = largest_of(computed.values()), [0.0]

    def faults() -> Iterator[str]:
        for name, values in computed.items():
            frames = len(values)
            parts = [[t] for t in range(frames)] + [list(range(0, frames, 2)), list(range(1, frames, 2))]
            for part in filter(None, parts):
                got = recomputed(trial, frames_of(blocks[name], part))
                rounding.append(ulp_apart(values[part], got, largest))
                if rounding[-1] > ULP:
                    among = "alone" if len(part) == 1 else "in a block of other frames"
                    yield f"{name}, frame {part[0]} {among}: {difference(values[part], got)}; use no other frame"
                    break

    failed = list(faults())
    frames = sum(len(values) for values in computed.values())
    detail = f"{frames} frames, block of 1 = block of T{but_for(max(rounding))}"
    return outcome("the value of a frame depends on that frame alone", failed, detail)


def same_axes(trial: Trial, blocks: Schools, computed: Values) -> Check:
    """Compare the numbers along the axes for single frames with those for the whole block."""

    def faults() -> Iterator[str]:
        for name in computed:
            block = blocks[name]
            whole = axes_of(trial, frames_of(block, slice(None)))
            for t in range(len(block)):
                single = axes_of(trial, frames_of(block, [t]))
                for dim in [d for d in whole if not np.array_equal(single[d], whole[d])]:
                    yield f"{name}, frame {t}, {dim}: compute them from parameters and the cell alone"

    return outcome("the numbers along its axes are the same in all frames", faults(), ", ".join(trial.metric.axes))


def permutation_invariant(trial: Trial, blocks: Schools, computed: Values, stable: Stable) -> Check:
    """Compare with the values for agents in another order; a per-agent value must follow its agent."""
    axes = [n for n, d in enumerate(trial.metric.dims, start=1) if d == "agent"]

    def faults() -> Iterator[str]:
        for name, values in computed.items():
            block = blocks[name]
            order = np.random.default_rng(5).permutation(block.shape[1])
            got = recomputed(trial, permuted(block, order))
            for axis in axes:  # undo the permutation
                got = got if isinstance(got, KaditaError) else np.take(got, np.argsort(order), axis=axis)
            compared = confirmed(trial, block, values, got, stable[name], ROUNDING)
            yield from differences(name, values, got, compared, ROUNDING)

    return outcome(
        "invariant under permutations of agents", [*all_unstable(stable), *faults()], number_compared(stable)
    )


def invariant(trial: Trial, symmetry: str, blocks: Schools, computed: Values, stable: Stable) -> Check:
    """Compare with the values for schools that are transformed by the symmetry."""
    rng = np.random.default_rng(11)

    def faults() -> Iterator[str]:
        for name, values in computed.items():
            for transformed in SYMMETRIES[symmetry](blocks[name], rng):
                got = recomputed(trial, transformed)
                compared = confirmed(trial, blocks[name], values, got, stable[name], CLOSE)
                yield from differences(name, values, got, compared, CLOSE)

    return outcome(f"invariant under {INVARIANCES[symmetry]}", faults(), number_compared(stable))
