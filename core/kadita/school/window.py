"""A window: consecutive frames of all agents, for analyses of quantities in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.school.block import AT_REST, Block, Kinematics
from kadita.school.box import Floats
from kadita.school.read_only import read_only

ROWS = 1_000_000  # frames x agents of a window, without its lookahead
FRAMES = 1024  # of a window at most, without its lookahead
FEWEST = 16


def frames_of_windows(agents: int) -> int:
    """Return the number of a window's own frames, which depends on the number of agents alone.

    So windows, and the bits of sums over windows, do not depend on the distribution of frames over workers.
    """
    return max(FEWEST, min(FRAMES, ROWS // max(1, agents)))


class Window(Kinematics):
    """Consecutive frames, with all agents of the trajectory; NaN where one is absent.

    It is read-only. The first `own` frames are the window's own. The lookahead frames after them, as many as the
    analysis declares and fewer at the end of the trajectory, are the next window's own. A pair of frames belongs to the
    window that owns its first frame, so that every pair counts once.

    Attributes:
        positions: (T, N, 3).
        times: (T,); NaN in a frame without any agent.
        lengths: edges of the periodic cell, (T, 3); None in open space.
        own: number of the window's own frames.
        agents: (N,) identities.
        attributes: metadata of the trajectory.
    """

    def __init__(
        self,
        positions: Floats,
        velocities: Floats | None = None,
        *,
        times: Floats,
        lengths: Floats | None = None,
        own: int,
        agents: NDArray[Any] | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> None:
        self.positions, self._velocities = read_only((positions, velocities))
        self.times, self.lengths, self.own = read_only(times), read_only(lengths), own
        self.agents = read_only(np.arange(positions.shape[1]) if agents is None else agents)
        self.attributes: Mapping[str, Any] = read_only(dict(attributes or {}))

    def of(self, lookahead: int) -> Window:
        """Return the window with at most `lookahead` frames after its own."""
        end = self.own + lookahead
        if end >= len(self.times):
            return self
        v, lengths = self._velocities, self.lengths
        return Window(
            self.positions[:end],
            None if v is None else v[:end],
            times=self.times[:end],
            lengths=None if lengths is None else lengths[:end],
            own=self.own,
            agents=self.agents,
            attributes=self.attributes,
        )

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """Which agents are present, (T, N)."""
        return read_only(np.logical_not(np.isnan(self.positions).any(axis=2)))

    @cached_property
    def headings(self) -> Floats:
        """Unit vectors of motion, (T, N, 3); NaN for an agent that is absent or at rest."""
        speeds = np.sqrt(np.einsum("tia,tia->ti", self.velocities, self.velocities))[..., None]
        nowhere = np.full_like(self.velocities, np.nan)
        return read_only(np.divide(self.velocities, speeds, out=nowhere, where=speeds > AT_REST))

    @cached_property
    def unwrapped(self) -> Floats:
        """Unwrapped positions, (T, N, 3), which are continuous where an agent crosses a face of the periodic cell.

        They start at the agent's first position in this window, so only differences are meaningful. Every step is a
        minimum image; after a gap, from the position where the agent was last present.
        """
        if self.lengths is None:
            return self.positions
        x = self.positions.copy()
        last = x[0].copy()
        for t in range(1, len(x)):
            cell = self.lengths[t]
            if np.isnan(cell).any():  # a frame without agents
                continue
            x[t] -= cell * np.rint(np.nan_to_num((x[t] - last) / cell))
            last = np.where(np.isnan(x[t]), last, x[t])
        return read_only(x)

    def __repr__(self) -> str:
        return f"<Window of {self.own} frames and {self.shape[0] - self.own} after them, {self.shape[1]} agents>"


class LocatedWindow(NamedTuple):
    """A window, and the rows of its frames among all frames of the pass."""

    window: Window
    rows: slice


class RollingWindows:
    """The latest frames of a pass, stored until a window and its lookahead are complete.

    Args:
        agents: (N,) identities.
        attributes: of the trajectory.
        lookahead: largest number of frames after a window's own.
    """

    def __init__(self, agents: NDArray[Any], attributes: Mapping[str, Any], lookahead: int) -> None:
        self._agents, self._attributes = agents, attributes
        self._own, self._lookahead = frames_of_windows(len(agents)), lookahead
        self._first = 0  # row of the first frame that is stored
        self._blocks: list[tuple[Any, Block]] = []  # rows, block

    def add(self, block: Block, rows: Any) -> Iterator[LocatedWindow]:
        """Add a block; yield the windows that are complete."""
        self._blocks.append((rows, block))
        while int(rows[-1]) + 1 >= self._first + self._own + self._lookahead:
            yield self._next(self._own, self._first + self._own + self._lookahead)

    def rest(self, own: int, total: int) -> Iterator[LocatedWindow]:
        """Yield the remaining windows after the last block; the first `own` of `total` rows are windows' own."""
        while self._first < own:
            yield self._next(min(self._own, own - self._first), total)

    def _next(self, own: int, end: int) -> LocatedWindow:
        first, end = self._first, min(end, self._first + own + self._lookahead)
        shape = (end - first, len(self._agents), 3)
        x, times = np.full(shape, np.nan), np.full(end - first, np.nan)
        v = np.full(shape, np.nan) if all(b.has_velocities for _, b in self._blocks) else None
        lengths = np.full((end - first, 3), np.nan) if any(b.box.periodic for _, b in self._blocks) else None
        for rows, block in self._blocks:
            inside = (rows >= first) & (rows < end)
            target = rows[inside] - first
            if not len(target):
                continue
            times[target] = block.times[inside]
            x[np.ix_(target, block.members)] = block.positions[inside]
            if v is not None:
                v[np.ix_(target, block.members)] = block.velocities[inside]
            if lengths is not None:
                lengths[target] = block.box.array
        self._first = first + own
        self._blocks = [(rows, block) for rows, block in self._blocks if rows[-1] >= self._first]
        window = Window(x, v, times=times, lengths=lengths, own=own, agents=self._agents, attributes=self._attributes)
        return LocatedWindow(window, slice(first, end))
