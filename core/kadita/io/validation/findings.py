"""What was found wrong with a file, and in which frames."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kadita.io.amber.convention import Severity, convention

SHOWN = 12  # stretches of frames, or names, that a message lists
NAME = 60  # characters shown of a name or a text that a file holds


@dataclass(frozen=True)
class Finding:
    """One deviation: which check found it, what was found, who needs it otherwise, how to mend it."""

    id: str
    severity: Severity
    message: str
    needed_by: tuple[str, ...]
    mend: str
    frame: int | None = None  # the first one concerned, where frames are


def finding(id: str, message: str, frame: int | None = None, needed_by: tuple[str, ...] = ()) -> Finding:
    """Return a finding of a check of the convention; `needed_by` where fewer need it than all that the check names."""
    check = convention().check(id)
    return Finding(id, check.severity, message, needed_by or check.needed_by, check.mend, frame)


@dataclass
class Frames:
    """Numbers of frames, in increasing order, kept as stretches: the first ones and how many there are in all."""

    stretches: list[tuple[int, int]] = field(default_factory=list)
    count: int = 0
    last: int = -1

    def add(self, frames: NDArray[np.int64]) -> None:
        """Add frames behind those that are there; one that is there already counts once."""
        frames = frames[frames > self.last]
        if not len(frames):
            return
        self.count += len(frames)
        self.last = int(frames[-1])
        starts = np.flatnonzero(np.diff(frames, prepend=-2) != 1)
        ends = np.append(starts[1:], len(frames)) - 1
        for start, end in zip(starts[: SHOWN + 1].tolist(), ends[: SHOWN + 1].tolist(), strict=True):
            a, b = int(frames[start]), int(frames[end])
            if self.stretches and self.stretches[-1][1] == a - 1:
                self.stretches[-1] = (self.stretches[-1][0], b)
            elif len(self.stretches) < SHOWN:
                self.stretches.append((a, b))

    @property
    def first(self) -> int:
        """The first of them."""
        return self.stretches[0][0]

    def __str__(self) -> str:
        shown = [str(a) if a == b else f"{a}-{b}" for a, b in self.stretches]
        rest = self.count - sum(b - a + 1 for a, b in self.stretches)
        return f"frame{'s' if self.count != 1 else ''} {', '.join(shown)}" + (f" and {rest} more" if rest else "")


def short(text: object) -> str:
    """Return a name or a text from a file, in one line of bounded length."""
    words = "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(text)[: NAME + 1])
    return words if len(words) <= NAME else words[:NAME] + " ..."


def some(names: Iterable[str]) -> str:
    """Return names as a list of bounded length."""
    words = [short(n) for n in names]
    return ", ".join(words[:SHOWN]) + (f" and {len(words) - SHOWN} more" if len(words) > SHOWN else "")
