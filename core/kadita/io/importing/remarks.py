"""What the user is told of tracks: how many animals a frame holds, and where time has gaps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kadita.io.importing.vectors import Vectors
from kadita.school.box import Box, Floats, Integers
from kadita.school.transforms.finite_differences import GAP, longest_step

FEW = 0.55  # of the animals that are tracked at a time: if frames hold fewer, the user is told


DIFFERENT = 0.5  # of the usual step: velocities that differ more from steps are told


def rates_of(block: Vectors, times: Floats, box: Box | None) -> tuple[Floats, Floats]:
    """Return how far a tracker's velocities are from its steps over their times, and the size of these rates.

    The mean of the velocities in two successive frames is compared with the step between them, by minimum images in a
    box. Both are (steps,), where both are known.
    """
    assert block.velocities is not None
    steps = np.diff(block.positions, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = (steps if box is None else box.minimum_image(steps)) / np.diff(times[block.frames])[:, None, None]
    difference = np.linalg.norm((block.velocities[1:] + block.velocities[:-1]) / 2 - rates, axis=2)
    usual = np.linalg.norm(rates, axis=2)
    known = np.isfinite(difference) & np.isfinite(usual)
    return difference[known], usual[known]


def on_velocities(name: str, rates: list[tuple[Floats, Floats]]) -> Iterator[str]:
    """Yield a remark if a tracker's velocities are not the displacements between its frames over their times."""
    difference, usual = (np.concatenate([pair[i] for pair in rates] or [np.empty(0)]) for i in (0, 1))
    if len(usual) and np.median(difference) > DIFFERENT * np.median(usual):
        yield (
            f"{name}: its velocities differ from the steps between frames by {np.median(difference):.3g} in "
            f"the median, where these are {np.median(usual):.3g}; --velocities difference takes the steps"
        )


def remarks_on(name: str, held: Integers, first: Integers, last: Integers, times: Floats) -> Iterator[str]:
    """Yield remarks on frames that hold few of the animals, and on gaps in time.

    Args:
        name: name of the file.
        held: how many animals each frame holds, (T,).
        first, last: frames between which each animal is seen, (N,); first > last for one that is never seen.
        times: (T,).
    """
    some = np.concatenate([[0], np.cumsum(held > 0)])  # frames with animals before each frame
    tracked = first <= last
    possible = int((some[last[tracked] + 1] - some[first[tracked]]).sum())
    animals = int(tracked.sum())
    counts = held[held > 0]
    if animals > 1 and (held.sum() < FEW * possible or np.median(counts) < 2):
        yield (
            f"{name}: a frame holds {counts.min()} animals at least, {np.median(counts):g} in the median and "
            f"{counts.max()} at most, of {animals}; values of the group, such as polarization, need animals at the "
            "same times: if their clocks are not in step, --resample RATE --most-gap TIME interpolates to common times"
        )
    steps = np.diff(times)
    limit = longest_step(times)
    if (gaps := int((steps > limit).sum())) and (steps > 0).all():
        yield (
            f"{name}: {gaps} of {len(steps)} steps in time are longer than {limit:.4g}, {GAP} times the usual one; "
            "they are gaps, which no velocity crosses"
        )
