"""A column for each agent, where columns are reused by later agents."""

from __future__ import annotations

import numpy as np

from kadita.school.box import Floats
from kadita.school.chunk import Chunk
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.transforms import View
from kadita.school.variables import Variables


def one_column_each(trajectory: Trajectory) -> Trajectory:
    """Return a trajectory in which column i is agent i throughout, as formats need that know no reused columns."""
    return OneColumnEach(trajectory) if trajectory.reuses_columns else trajectory


def spread(chunk: Chunk, agents: int) -> Chunk:
    """Return frames in which column i is agent i, with NaN where it is absent."""
    identities = chunk.identities
    if identities is None:
        return chunk
    frame, column = np.nonzero(identities >= 0)

    def of_agents(values: Floats) -> Floats:
        result = np.full((len(values), agents, *values.shape[2:]), np.nan)
        result[frame, identities[frame, column]] = values[frame, column]
        return result

    velocities = None if chunk.velocities is None else of_agents(chunk.velocities)
    kept = Variables({name: of_agents(values) for name, values in chunk.variables.items()}, chunk.variables.lost)
    return chunk._replace(positions=of_agents(chunk.positions), velocities=velocities, identities=None, variables=kept)


class OneColumnEach(View):
    """A trajectory with a column for each agent; frames take more memory than in the source."""

    @property
    def n_columns(self) -> int:
        """Number of agents."""
        return len(self.agents)

    @property
    def reuses_columns(self) -> bool:
        """Whether later agents reuse columns: no."""
        return False

    def read(self, frames: Integers) -> Chunk:
        """Return these frames."""
        return spread(self.source.read(frames), len(self.agents))
