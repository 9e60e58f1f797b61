"""Deviations found in a file, and the frames concerned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kadita.base.printable import printable
from kadita.io.amber.convention import Severity, convention

SHOWN = 12  # number of ranges of frames, or names, in a message
NAME = 60  # number of characters of a name or text from a file in a message


@dataclass(frozen=True)
class Finding:
    """One deviation: the check, what was found, the readers affected, and how to correct it."""

    id: str
    severity: Severity
    message: str
    needed_by: tuple[str, ...]
    mend: str
    frame: int | None = None  # the first one concerned, if any


def finding(id: str, message: str, frame: int | None = None, needed_by: tuple[str, ...] = ()) -> Finding:
    """Return a finding of a check of the convention; `needed_by` replaces the readers that the check names."""
    check = convention().check(id)
    return Finding(id, check.severity, message, needed_by or check.needed_by, check.mend, frame)


@dataclass
class Frames:
    """Increasing frame numbers, stored as their first ranges and their total count."""

    ranges: list[tuple[int, int]] = field(default_factory=list)
    count: int = 0
    last: int = -1

    def add(self, frames: NDArray[np.int64]) -> None:
        """Add frames after those present; repeated ones are counted once."""
        frames = frames[frames > self.last]
        if not len(frames):
            return
        self.count += len(frames)
        self.last = int(frames[-1])
        starts = np.flatnonzero(np.diff(frames, prepend=-2) != 1)
        ends = np.append(starts[1:], len(frames)) - 1
        for start, end in zip(starts[: SHOWN + 1].tolist(), ends[: SHOWN + 1].tolist(), strict=True):
            a, b = int(frames[start]), int(frames[end])
            if self.ranges and self.ranges[-1][1] == a - 1:
                self.ranges[-1] = (self.ranges[-1][0], b)
            elif len(self.ranges) < SHOWN:
                self.ranges.append((a, b))

    @property
    def first(self) -> int:
        """Number of the first frame."""
        return self.ranges[0][0]

    def __str__(self) -> str:
        shown = [str(a) if a == b else f"{a}-{b}" for a, b in self.ranges]
        rest = self.count - sum(b - a + 1 for a, b in self.ranges)
        return f"frame{'s' if self.count != 1 else ''} {', '.join(shown)}" + (f" and {rest} more" if rest else "")


def short(text: object) -> str:
    """Return a name or text from a file as one line of bounded length, with unprintable characters escaped."""
    line = printable(str(text)[: NAME + 1])
    return line if len(line) <= NAME else line[:NAME] + " ..."


def some(names: Iterable[str]) -> str:
    """Return names as a list of bounded length."""
    shown = [short(n) for n in names]
    return ", ".join(shown[:SHOWN]) + (f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else "")
