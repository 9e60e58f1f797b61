"""Some agents at a time, so that what is worked out of a window stays small beside it."""

from collections.abc import Iterator

ROWS = 100_000  # frames x agents


def some_agents(shape: tuple[int, int]) -> Iterator[slice]:
    """Yield slices of the agents of a window of this shape, (T, N)."""
    frames, agents = shape
    few = max(1, ROWS // max(1, frames))
    return (slice(first, first + few) for first in range(0, agents, few))
