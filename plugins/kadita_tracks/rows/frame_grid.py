"""The frames of a recording: how far apart they are, and where some are missing.

Frames that are numbered 0, 10, 20, ... are frames of a recording that was thinned out, not gaps: their numbers have a
step of 10. Frames that are missing from the grid of steps are gaps in every track.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kadita import KaditaError
from kadita.plugins.importers import Floats, Integers, decimal_unit

NEARLY_ALL = 0.9  # of the differences are multiples of the usual one: then it is the step
SELDOM = 0.01  # the greatest common divisor is the step if so many differences are equal to it
TOLERANCE = 0.1  # of a step, by which times may deviate from even ones: in milliseconds, 30 Hz is 33, 33, 34
TIMES_MORE = 10  # gaps in times are filled with empty frames up to so many times the frames with rows
FRAMES_AT_MOST = 100_000_000  # in a file


class Grid(NamedTuple):
    """All frames from the first to the last."""

    instants: Floats  # (T,) frame numbers or times
    row: Integers  # (found,) index of each frame that has rows
    remarks: tuple[str, ...]


def step_of(numbers: Integers) -> int | None:
    """Return the step of frame numbers that increase; None if they have none.

    It is the most common difference where nearly all differences are multiples of it, otherwise the greatest common
    divisor of the differences if this occurs as a difference. Numbers 0, 2, 5, 7, 10, ..., of a recording thinned out
    to 2 frames in 5, have none.
    """
    differences, counts = np.unique(np.diff(numbers), return_counts=True)
    if len(differences) == 0:
        return 1
    usual = int(differences[counts.argmax()])  # the smallest of those that are equally common
    if counts[differences % usual == 0].sum() >= NEARLY_ALL * counts.sum():
        return usual
    divisor = int(np.gcd.reduce(differences))
    return divisor if counts[differences == divisor].sum() >= SELDOM * counts.sum() else None


def grid_of_frames(name: str, found: Floats) -> Grid:
    """Return all frames of a recording from the numbers of those that have rows, (found,), which increase.

    Raises:
        KaditaError: numbers that are not whole, or too many frames.
    """
    whole = np.rint(found)
    if not np.array_equal(found, whole) or not (np.abs(found) < 2**53).all():
        wrong = found[(found != whole) | (np.abs(found) >= 2**53)][0]
        raise KaditaError(f"{name}: expected integer frame numbers; found {wrong:g}")
    numbers = whole.astype(np.int64)
    step = step_of(numbers)
    apart = np.diff(numbers)
    if step is None:
        between = f"{apart.min()} to {apart.max()}"
        remark = (
            f"{name}: frame numbers have no common step ({between} apart); frames without rows are not added, and "
            "analyses that need even steps in time will refuse"
        )
        return Grid(found, np.arange(len(found)), (remark,))
    grid = _filled(name, found, -(-apart // step), float(step))
    remarks = list(grid.remarks)
    if stray := int((apart % step != 0).sum()):
        remarks.append(
            f"{name}: {stray} of {len(apart)} steps between frame numbers are no multiples of {step}; time is uneven "
            "there"
        )
    if step > 1:
        first = ", ".join(str(n) for n in numbers[:3])
        remarks.append(
            f"{name}: frames are numbered {first}{', ...' if len(numbers) > 3 else ''}: the time step is {step} / "
            "frame rate"
        )
    return grid._replace(remarks=tuple(remarks))


def grid_of_times(name: str, found: Floats) -> Grid:
    """Return all frames of a recording from the times of those that have rows, (found,), which increase.

    Where times are even but for some that are missing, these are gaps; uneven times are left as they are.
    """
    apart = np.diff(found)
    unchanged = Grid(found, np.arange(len(found)), ())
    if len(apart) < 2:
        return unchanged
    step = float(apart[apart < 1.5 * np.median(apart)].mean())  # of the steps that are no gaps
    with np.errstate(over="ignore", invalid="ignore"):  # times of a damaged file can be 1e300
        steps = apart / step
        # in hundredths of a second, 30 Hz is 3, 3, 4: a difference of rounded times is off by their unit at most
        tolerance = max(TOLERANCE, decimal_unit(found, step) / step)
        even = (np.abs(steps - np.rint(steps)) < tolerance) & (steps > 0.5)
    if not even.all() or steps.sum() > TIMES_MORE * len(found):
        return unchanged
    return _filled(name, found, np.rint(steps).astype(np.int64), 0.0)


def _filled(name: str, found: Floats, steps: Integers, step: float) -> Grid:
    """Return the frames with those added that are missing, where `steps` from a frame to the next exceed 1.

    Added frames are `step` apart; if it is 0, evenly between those found.
    """
    total = 1 + sum(map(int, steps)) if steps.size and steps.max() > 2**40 else 1 + int(steps.sum())
    if total > FRAMES_AT_MOST:
        raise KaditaError(
            f"{name}: expected at most {FRAMES_AT_MOST} frames; found {total:.9g} from {found[0]:g} to {found[-1]:g}; "
            "are these frame numbers?"
        )
    row = np.concatenate([[0], np.cumsum(steps)]).astype(np.int64)
    before = np.repeat(np.arange(len(steps)), steps)  # of each frame but the last: the one found before it
    after = np.arange(total - 1) - row[:-1][before]
    instants = np.empty(total)
    spacing = np.full(len(steps), step) if step else np.diff(found) / steps
    instants[:-1] = found[:-1][before] + after * spacing[before]
    instants[row] = found
    missing = total - len(found)
    if not missing:
        return Grid(instants, row, ())
    remark = (
        f"{name}: {missing} of {total} frames are missing, at most {int(steps.max()) - 1} in a row; they are gaps, "
        "which no velocity crosses"
    )
    return Grid(instants, row, (remark,))
