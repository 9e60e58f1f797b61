"""A window: consecutive frames of all agents, for analyses of quantities in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.school.agent_axis import along_all
from kadita.school.block import Block
from kadita.school.box import Floats
from kadita.school.kinematics import Kinematics
from kadita.school.neighbors import Integers
from kadita.school.read_only import read_only
from kadita.school.trajectory import Trajectory
from kadita.school.velocity_kinds import OTHERS

ROWS = 1_000_000  # frames x columns of a window, without its lookahead
FRAMES = 1024  # of a window at most, without its lookahead
FRAMES_OF_REUSED = 128  # where columns are reused: a window has a column for each agent in it, more in longer windows
FEWEST = 16


def frames_of_windows(columns: int, reused: bool = False) -> int:
    """Return the number of a window's own frames, which depends on the trajectory's number of columns alone.

    So windows, and the bits of sums over windows, do not depend on the distribution of frames over workers.
    """
    return max(FEWEST, min(FRAMES_OF_REUSED if reused else FRAMES, ROWS // max(1, columns)))


class Window(Kinematics):
    """Consecutive frames, with all agents of the trajectory; NaN where one is absent.

    It is read-only. The first `own` frames are the window's own. The lookahead frames after them, as many as the
    analysis declares and fewer at the end of the trajectory, are the next window's own. A pair of frames belongs to the
    window that owns its first frame, so that every pair counts once.

    Where later agents reuse the columns of earlier ones, a window has the agents that occur in it; an analysis with
    results for each agent gets all agents of the trajectory nevertheless, unless it declares that it is compact.

    Attributes:
        positions: (T, N, 3).
        times: (T,); NaN in a frame without any agent.
        lengths: edges of the cell, (T, 3), 0 along open axes; None in open space.
        own: number of the window's own frames.
        agents: (N,) identities.
        members: (N,) their indices among all agents of the trajectory.
        species: (N,) name of each agent's species; None if there is a single species.
        dimensions: 2 for a plane, 3 for space.
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
        members: Integers | None = None,
        species: NDArray[Any] | None = None,
        dimensions: int = 3,
        attributes: Mapping[str, Any] | None = None,
    ) -> None:
        self.positions, self._velocities = read_only((positions, velocities))
        self.times, self.lengths, self.own = read_only(times), read_only(lengths), own
        everyone = np.arange(positions.shape[1])
        self.agents = read_only(everyone if agents is None else agents)
        self.members: Integers = read_only(everyone if members is None else members)
        self.species, self.dimensions = read_only(species), dimensions
        self.attributes: Mapping[str, Any] = read_only(dict(attributes or {}))

    def of(self, lookahead: int) -> Window:
        """Return the window with at most `lookahead` frames after its own."""
        end = self.own + lookahead
        if end >= len(self.times):
            return self
        v, lengths = self._velocities, self.lengths
        return self._with(
            self.positions[:end],
            None if v is None else v[:end],
            self.times[:end],
            None if lengths is None else lengths[:end],
        )

    def of_all(self, agents: NDArray[Any], species: NDArray[Any] | None) -> Window:
        """Return the window with all agents of the trajectory, NaN where one is absent."""
        if len(self.agents) == len(agents):
            return self

        def spread(values: Floats) -> Floats:
            return along_all(values, 1, self.members, len(agents))

        v = None if self._velocities is None else spread(self._velocities)
        return self._with(
            spread(self.positions), v, self.times, self.lengths, agents=agents, species=species, members=None
        )

    def _with(self, x: Floats, v: Floats | None, times: Floats, lengths: Floats | None, **others: Any) -> Window:
        kept = {
            name: getattr(self, name) for name in ("own", "agents", "members", "species", "dimensions", "attributes")
        }
        return Window(x, v, times=times, lengths=lengths, **kept | others)

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """Which agents are present, (T, N)."""
        return read_only(np.logical_not(np.isnan(self.positions).any(axis=2)))

    @cached_property
    def headings(self) -> Floats:
        """Unit vectors of motion, or of bodies, (T, N, 3); NaN for an agent at rest, or whose velocity is not known."""
        speeds = np.sqrt(np.einsum("tia,tia->ti", self._directed, self._directed))[..., None]
        nowhere = np.full_like(self._directed, np.nan)
        return read_only(np.divide(self._directed, speeds, out=nowhere, where=speeds > 0))

    @cached_property
    def rates(self) -> Floats:
        """Rates of change of positions, dr/dt, (T, N, 3); NaN where unknown.

        They are the velocities, unless the trajectory states that these are not dr/dt: then each is the displacement to
        the next frame over its time, NaN in the last frame and before a gap. Declare ``needs_rates`` for one more frame
        after the window's own.

        Raises:
            NotApplicable: if velocities are unknown.
        """
        if self.attributes.get("velocities") not in OTHERS:
            return self.velocities
        rates = np.full_like(self.positions, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            rates[:-1] = np.diff(self.unwrapped, axis=0) / np.diff(self.times)[:, None, None]
        return read_only(rates)

    @cached_property
    def stretches(self) -> tuple[Floats, Integers]:
        """Unwrapped positions in unbroken stretches, (T, M, 3), and the agent of each, (M,).

        In a periodic cell nobody knows through which image an agent went while it was not seen, so that its positions
        before and after are not comparable: each stretch is a column of its own, NaN elsewhere. In open space stretches
        are the agents.
        """
        x = self.unwrapped
        if self.lengths is None or self.present.all():
            return x, np.arange(x.shape[1])
        begins = self.present & ~np.concatenate([np.zeros((1, x.shape[1]), bool), self.present[:-1]])
        number = np.maximum(begins.cumsum(axis=0), 1) - 1  # of the stretch, by agent
        places = np.concatenate([[0], np.cumsum(number[-1] + 1)])
        if places[-1] == x.shape[1]:
            return x, np.arange(x.shape[1])
        split = np.full((len(x), int(places[-1]), 3), np.nan)
        frame, agent = np.nonzero(self.present)
        split[frame, places[agent] + number[frame, agent]] = x[frame, agent]
        return read_only((split, np.repeat(np.arange(x.shape[1]), number[-1] + 1)))

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
        divisors = np.where(self.lengths > 0, self.lengths, np.inf)  # along open axes no period is passed
        for t in range(1, len(x)):
            cell = self.lengths[t]
            if np.isnan(cell).any():  # a frame without agents
                continue
            x[t] -= cell * np.rint(np.nan_to_num((x[t] - last) / divisors[t]))
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
        trajectory: the trajectory of the pass.
        lookahead: largest number of frames after a window's own.
    """

    def __init__(self, trajectory: Trajectory, lookahead: int) -> None:
        self._of = trajectory
        self._own, self._lookahead = frames_of_windows(trajectory.n_columns, trajectory.reuses_columns), lookahead
        self._reused = trajectory.reuses_columns
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
        members = np.arange(len(self._of.agents))
        if self._reused:
            inside = [block.members for rows, block in self._blocks if ((rows >= first) & (rows < end)).any()]
            members = np.unique(np.concatenate([np.empty(0, np.int64), *inside]))
            members = members if len(members) else np.zeros(1, np.int64)  # a window of one agent, who is absent
        shape = (end - first, len(members), 3)
        x, times = np.full(shape, np.nan), np.full(end - first, np.nan)
        v = np.full(shape, np.nan) if all(b.has_velocities for _, b in self._blocks) else None
        lengths = np.full((end - first, 3), np.nan) if any(b.box.periodic for _, b in self._blocks) else None
        for rows, block in self._blocks:
            within = (rows >= first) & (rows < end)
            target = rows[within] - first
            if not len(target):
                continue
            times[target] = block.times[within]
            places = np.searchsorted(members, block.members) if self._reused else block.members
            x[np.ix_(target, places)] = block.positions[within]
            if v is not None:
                v[np.ix_(target, places)] = block._directed[within]
            if lengths is not None:
                lengths[target] = block.box.array
        self._first = first + own
        self._blocks = [(rows, block) for rows, block in self._blocks if rows[-1] >= self._first]
        of, species = self._of, self._of.species
        window = Window(
            x,
            v,
            times=times,
            lengths=lengths,
            own=own,
            agents=of.agents[members],
            members=members,
            species=None if species is None else species[members],
            dimensions=of.decide_dimensions(),
            attributes=of.attributes,
        )
        return LocatedWindow(window, slice(first, end))
