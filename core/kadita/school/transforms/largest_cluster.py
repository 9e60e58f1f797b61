"""The largest group of a school, followed through a trajectory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.block import Block
from kadita.school.clusters import linked
from kadita.school.neighbors import Integers
from kadita.school.trajectory import BLOCK_FRAMES, Chunk, Trajectory, runs
from kadita.school.transforms import View


class LargestCluster(View):
    """A trajectory in which, frame by frame, all agents are absent but those of the largest cluster.

    Args:
        source: the trajectory.
        link: agents at most this far apart are linked; ``"r_a"`` takes that of the trajectory.

    Raises:
        KaditaError: no length above 0, or ``"r_a"`` where the trajectory knows none.
    """

    def __init__(self, source: Trajectory, link: float | str) -> None:
        super().__init__(source)
        try:
            self.link = float(source.attributes["r_a"] if link == "r_a" else link)
        except KeyError:
            raise KaditaError(f"{source.name}: it knows no r_a; expected --largest-cluster LENGTH") from None
        except (TypeError, ValueError):
            self.link = np.nan
        if not 0 < self.link < np.inf:
            raise KaditaError(f"--largest-cluster: expected r_a or a length above 0; got {link}")

    def fingerprint(self) -> dict[str, Any]:
        """Return the school's, and the length of a link."""
        return self.source.fingerprint() | {"largest_group": self.link}

    def blocks_of(self, frames: Integers, size: int = BLOCK_FRAMES) -> Iterator[Block]:
        """Yield these frames as blocks in which the same agents are the largest cluster."""
        for block in self.source.blocks_of(frames, size):
            for a, b, members in runs(linked(block, self.link).largest, None):
                if (b - a, len(members)) == block.shape:
                    yield block  # with the geometry that is known of it
                else:
                    yield Block(
                        block.positions[a:b, members],
                        block.velocities[a:b, members] if block.has_velocities else None,
                        box=block.box,
                        times=block.times[a:b],
                        agents=block.agents[members],
                        attributes=block.attributes,
                        frames=block.frames[a:b],
                        members=block.members[members],
                    )

    def read(self, frames: Integers) -> Chunk:
        """Return these frames, NaN for all agents outside the largest cluster."""
        chunk = self.source.read(frames)
        outside = np.ones(chunk.positions.shape[:2], bool)
        for block in self.blocks_of(frames):
            outside[np.ix_(np.searchsorted(frames, block.frames), block.members)] = False
        chunk.positions[outside] = np.nan
        if chunk.velocities is not None:
            chunk.velocities[outside] = np.nan
        return chunk
