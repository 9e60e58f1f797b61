"""A window: consecutive frames of all agents, for analyses that look across frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import NotApplicable
from kadita.school.block import AT_REST, Block
from kadita.school.box import Floats
from kadita.school.read_only import read_only

ROWS = 1_000_000  # frames x agents of a window, halo aside
FRAMES = 1024  # of a window at most, halo aside
FEWEST = 16


def frames_of_windows(agents: int) -> int:
    """Return how many frames of its own a window has: a matter of the number of agents alone.

    So it is the same however frames are shared among workers, and so are the bits of what is added up.
    """
    return max(FEWEST, min(FRAMES, ROWS // max(1, agents)))


class Window:
    """Frames that follow each other, with all agents of the trajectory; NaN where one is absent.

    Nothing can be written to.

    The first `own` frames are the window's own. The others, as many as an analysis declares as its halo and fewer at
    the end of the trajectory, are the next window's, to be looked at from the own ones: a pair of frames counts where
    its first is an own one, so that every pair counts once.

    Attributes:
        positions: (T, N, 3).
        times: (T,); NaN in a frame without any agent.
        lengths: edges of the periodic cell, (T, 3); None in open space.
        own: number of frames that are its own.
        agents: (N,) identities.
        attributes: what the trajectory knows of the school.
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

    def of(self, halo: int) -> Window:
        """Return the window with at most so many frames behind its own."""
        end = self.own + halo
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

    @property
    def shape(self) -> tuple[int, int]:
        """Number of frames and of agents, (T, N)."""
        return self.positions.shape[0], self.positions.shape[1]

    @property
    def velocities(self) -> Floats:
        """Velocities, (T, N, 3).

        Raises:
            NotApplicable: where they are not known.
        """
        if self._velocities is None:
            raise NotApplicable("needs velocities, and there are none (finite differences: --velocities difference)")
        return self._velocities

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """Who is there, (T, N)."""
        return read_only(np.logical_not(np.isnan(self.positions).any(axis=2)))

    @cached_property
    def headings(self) -> Floats:
        """Unit vectors of motion, (T, N, 3); NaN for an agent that is absent or at rest."""
        speeds = np.sqrt(np.einsum("tia,tia->ti", self.velocities, self.velocities))[..., None]
        nowhere = np.full_like(self.velocities, np.nan)
        return read_only(np.divide(self.velocities, speeds, out=nowhere, where=speeds > AT_REST))

    @cached_property
    def unwrapped(self) -> Floats:
        """Positions that go on where the periodic cell would have wrapped them, (T, N, 3), from each agent's first.

        That is the first in this window: differences alone mean anything. Every step is the shortest one on the torus;
        after a gap it is that from where the agent was last seen.
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
        return f"<Window of {self.own} frames and {self.shape[0] - self.own} behind them, {self.shape[1]} agents>"


class Seen(NamedTuple):
    """A window, and the rows of the pass that its frames are."""

    window: Window
    rows: slice


class Rolling:
    """The latest frames of a pass, kept until a window and its halo are full.

    Args:
        agents: (N,) identities.
        attributes: of the trajectory.
        halo: most frames behind a window's own.
    """

    def __init__(self, agents: NDArray[Any], attributes: Mapping[str, Any], halo: int) -> None:
        self._agents, self._attributes = agents, attributes
        self._own, self._halo = frames_of_windows(len(agents)), halo
        self._first = 0  # row of the first frame that is kept
        self._blocks: list[tuple[Any, Block]] = []  # rows, block

    def add(self, block: Block, rows: Any) -> Iterator[Seen]:
        """Take a block; yield the windows that are full."""
        self._blocks.append((rows, block))
        while int(rows[-1]) + 1 >= self._first + self._own + self._halo:
            yield self._next(self._own, self._first + self._own + self._halo)

    def rest(self, own: int, total: int) -> Iterator[Seen]:
        """Yield the windows that are left, once no more blocks come: of so many own rows of so many in all."""
        while self._first < own:
            yield self._next(min(self._own, own - self._first), total)

    def _next(self, own: int, end: int) -> Seen:
        first, end = self._first, min(end, self._first + own + self._halo)
        shape = (end - first, len(self._agents), 3)
        x, times = np.full(shape, np.nan), np.full(end - first, np.nan)
        v = np.full(shape, np.nan) if all(b.has_velocities for _, b in self._blocks) else None
        lengths = np.full((end - first, 3), np.nan) if any(b.box.periodic for _, b in self._blocks) else None
        for rows, block in self._blocks:
            inside = (rows >= first) & (rows < end)
            where = rows[inside] - first
            if not len(where):
                continue
            times[where] = block.times[inside]
            x[np.ix_(where, block.members)] = block.positions[inside]
            if v is not None:
                v[np.ix_(where, block.members)] = block.velocities[inside]
            if lengths is not None:
                lengths[where] = block.box.array
        self._first = first + own
        self._blocks = [(rows, block) for rows, block in self._blocks if rows[-1] >= self._first]
        window = Window(x, v, times=times, lengths=lengths, own=own, agents=self._agents, attributes=self._attributes)
        return Seen(window, slice(first, end))
