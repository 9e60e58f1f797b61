"""A number that changes, as a row of characters."""

from __future__ import annotations

import math
from collections.abc import Sequence

BLOCKS, PLAIN = "▁▂▃▄▅▆▇█", "_.-~=+*#"  # PLAIN where the terminal has ASCII alone
KEPT = 4096  # values of a history, at most


class History:
    """Values at increasing frames; of many, every second one is kept, and the last.

    Attributes:
        samples: frame and value of each; one thread may add while another one reads.
    """

    def __init__(self) -> None:
        self.samples: list[tuple[int, float]] = []

    def add(self, frame: int, value: float) -> None:
        """Add the value of a frame."""
        if len(self.samples) >= KEPT:
            self.samples = self.samples[::2]
        self.samples.append((frame, value))

    @property
    def last(self) -> float:
        """The last value, NaN before there is one."""
        return self.samples[-1][1] if self.samples else math.nan

    def columns(self, width: int) -> list[float]:
        """Return the last value in each of `width` equal stretches between the first and the last frame.

        A stretch without a value has that of the one before; fewer values than columns have one column each.
        """
        samples = list(self.samples)
        if len(samples) <= width:
            return [value for _, value in samples]
        first, span = samples[0][0], samples[-1][0] - samples[0][0]
        found, filled = [math.nan] * width, [False] * width
        for frame, value in samples:
            column = min((frame - first) * width // span, width - 1)
            found[column], filled[column] = value, True
        for column in range(1, width):
            if not filled[column]:
                found[column] = found[column - 1]
        return found


def sparkline(values: Sequence[float], limits: tuple[float, float] | None = None, *, ascii_only: bool = False) -> str:
    """Return a character for each value, a space for one that is not finite.

    Args:
        values: to show.
        limits: values of the lowest and the highest character; None, or infinity, for the least or greatest value.
        ascii_only: use no other characters.
    """
    levels = PLAIN if ascii_only else BLOCKS
    known = [v for v in values if math.isfinite(v)]
    if not known:
        return " " * len(values)
    low, high = limits or (-math.inf, math.inf)
    low, high = low if math.isfinite(low) else min(known), high if math.isfinite(high) else max(known)
    scale = len(levels) / (high - low) if high > low else 0.0
    return "".join(
        levels[max(0, min(int((v - low) * scale), len(levels) - 1))] if math.isfinite(v) else " " for v in values
    )
