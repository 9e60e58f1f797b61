"""Slices of agents, so that intermediate arrays are small compared with a window."""

from collections.abc import Iterator

ROWS = 100_000  # frames x agents


def agent_slices(shape: tuple[int, int]) -> Iterator[slice]:
    """Yield slices of the agents of a window of this shape, (T, N)."""
    frames, agents = shape
    step = max(1, ROWS // max(1, frames))
    return (slice(first, first + step) for first in range(0, agents, step))
