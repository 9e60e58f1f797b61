"""What the values of a metric must not depend on: an earlier call, other frames, the order of agents, a symmetry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.block import Block
from kadita.school.box import Floats
from kadita.testing.checks import Promise, judged
from kadita.testing.comparison import (
    ULP,
    Sure,
    again,
    but_for,
    confirmed,
    difference,
    differences,
    extent,
    largest_of,
    ulp_apart,
    unsure,
)
from kadita.testing.harness import Trial, axes_of
from kadita.testing.symmetries import MOVES, frames_of, reordered

CLOSE, ROUNDING = 1e-6, 1e-9  # relative above 1, absolute below
Schools = Mapping[str, Block]
Found = Mapping[str, Floats]


def same_again(trial: Trial, blocks: Schools, found: Found) -> Promise:
    """Compute everything again, after all other schools were computed."""

    def faults() -> Iterator[str]:
        for name, values in found.items():
            got = again(trial, frames_of(blocks[name], slice(None)))
            if isinstance(got, KaditaError) or not np.array_equal(got, values, equal_nan=True):
                yield f"{name}: {difference(values, got)} when it was computed again; keep nothing, draw with a seed"

    return judged("same input, same bits", faults(), f"{len(found)} schools, twice")


def alone(trial: Trial, blocks: Schools, found: Found) -> Promise:
    """Compare frames by themselves, and every other one, with the whole block, but for rounding."""
    largest, rounded = largest_of(found.values()), [0.0]

    def faults() -> Iterator[str]:
        for name, values in found.items():
            frames = len(values)
            parts = [[t] for t in range(frames)] + [list(range(0, frames, 2)), list(range(1, frames, 2))]
            for part in parts:
                if not part:
                    continue
                got = again(trial, frames_of(blocks[name], part))
                apart = ulp_apart(values[part], got, largest)
                if apart <= ULP:
                    rounded.append(apart)
                else:
                    among = "by itself" if len(part) == 1 else "among others"
                    yield f"{name}, frame {part[0]} {among}: {difference(values[part], got)}; look at no other frame"
                    break

    frames = sum(len(values) for values in found.values())
    found_faults = list(faults())
    detail = f"{frames} frames, block of 1 = block of T{but_for(max(rounded))}"
    return judged("a frame's row depends on that frame alone", found_faults, detail)


def same_axes(trial: Trial, blocks: Schools, found: Found) -> Promise:
    """Compare the numbers along the axes in frames by themselves with those of the whole block."""

    def faults() -> Iterator[str]:
        for name in found:
            block = blocks[name]
            whole = axes_of(trial, frames_of(block, slice(None)))
            for t in range(len(block)):
                single = axes_of(trial, frames_of(block, [t]))
                for dim in [d for d in whole if not np.array_equal(single[d], whole[d])]:
                    yield f"{name}, frame {t}, {dim}: take them from parameters and the cell alone"

    return judged("the numbers along its axes are those of every frame", faults(), ", ".join(trial.metric.axes))


def any_order(trial: Trial, blocks: Schools, found: Found, sure: Sure) -> Promise:
    """Give the agents other numbers, and a per-agent value goes along with its agent."""
    axes = [n for n, d in enumerate(trial.metric.dims, start=1) if d == "agent"]

    def faults() -> Iterator[str]:
        for name, values in found.items():
            block = blocks[name]
            order = np.random.default_rng(5).permutation(block.shape[1])
            got = again(trial, reordered(block, order))
            for axis in axes:  # back to where they were
                got = got if isinstance(got, KaditaError) else np.take(got, np.argsort(order), axis=axis)
            known = confirmed(trial, block, values, got, sure[name], ROUNDING)
            yield from differences(name, values, got, known, ROUNDING)

    return judged("the order of agents does not matter", [*unsure(sure), *faults()], extent(sure))


def unchanged(trial: Trial, symmetry: str, blocks: Schools, found: Found, sure: Sure) -> Promise:
    """Move the schools as the symmetry says, and nothing changes."""
    rng = np.random.default_rng(11)

    def faults() -> Iterator[str]:
        for name, values in found.items():
            for moved in MOVES[symmetry](blocks[name], rng):
                got = again(trial, moved)
                known = confirmed(trial, blocks[name], values, got, sure[name], CLOSE)
                yield from differences(name, values, got, known, CLOSE)

    return judged(f"unchanged by {symmetry}, as declared", faults(), extent(sure))
