"""What the user is told of tracks: how many animals a frame holds, and where time has gaps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kadita.school.box import Box, Floats, Integers
from kadita.school.transforms.finite_differences import GAP, longest_step

FEW = 0.5  # of the animals that are tracked at a time: if frames hold fewer, the user is told


DIFFERENT = 0.5  # of the usual step: velocities that differ more from steps are told


def on_velocities(name: str, positions: Floats, velocities: Floats, times: Floats, box: Box | None) -> Iterator[str]:
    """Yield a remark if a tracker's velocities are not the displacements between its frames over their times.

    The mean of the velocities in two successive frames is compared with the step between them.

    Args:
        name: name of the file.
        positions, velocities: (T, C, 3), NaN where unknown.
        times: (T,).
        box: the cell, for minimum images; None in open space.
    """
    steps = np.diff(positions, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = (steps if box is None else box.minimum_image(steps)) / np.diff(times)[:, None, None]
    difference = np.linalg.norm((velocities[1:] + velocities[:-1]) / 2 - rates, axis=2)
    usual = np.linalg.norm(rates, axis=2)
    known = np.isfinite(difference) & np.isfinite(usual)
    if known.any() and np.median(difference[known]) > DIFFERENT * np.median(usual[known]):
        yield (
            f"{name}: its velocities differ from the steps between frames by {np.median(difference[known]):.3g} in "
            f"the median, where these are {np.median(usual[known]):.3g}; --velocities difference takes the steps"
        )


def remarks_on(name: str, present: NDArray[np.bool_], identities: Integers | None, times: Floats) -> Iterator[str]:
    """Yield remarks on frames that hold few of the animals, and on gaps in time.

    Args:
        name: name of the file.
        present: which columns hold an animal, (T, C).
        identities: (T, C) index of the animal in each column; None if column i is animal i.
        times: (T,).
    """
    columns = np.broadcast_to(np.arange(present.shape[1]), present.shape) if identities is None else identities
    frame, column = np.nonzero(present)
    animal = columns[frame, column]
    held = np.bincount(frame, minlength=len(present))
    some = np.concatenate([[0], np.cumsum(held > 0)])  # frames with animals before each frame
    first, last = np.full(int(animal.max()) + 1, len(present)), np.full(int(animal.max()) + 1, -1)
    np.minimum.at(first, animal, frame)
    np.maximum.at(last, animal, frame)
    tracked = first <= last
    possible = int((some[last[tracked] + 1] - some[first[tracked]]).sum())
    animals = int(tracked.sum())
    counts = held[held > 0]
    if animals > 1 and (len(frame) < FEW * possible or np.median(counts) < 2):
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
