"""The largest cluster of a school, followed through a trajectory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.block import Block
from kadita.school.chunk import BLOCK_FRAMES, Chunk, constant_segments
from kadita.school.clusters import linked
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.transforms import View


class LargestCluster(View):
    """A trajectory in which all agents outside the largest cluster of each frame are absent.

    Args:
        source: the trajectory.
        link: agents at most this far apart are linked; ``"r_a"`` takes the r_a of the trajectory.

    Raises:
        KaditaError: if the length is not above 0, or if it is ``"r_a"`` and the trajectory has none.
    """

    def __init__(self, source: Trajectory, link: float | str) -> None:
        super().__init__(source)
        try:
            self.link = float(source.attributes["r_a"] if link == "r_a" else link)
        except KeyError:
            raise KaditaError(f"{source.name}: expected --largest-cluster LENGTH; the trajectory has no r_a") from None
        except (TypeError, ValueError):
            self.link = np.nan
        if not 0 < self.link < np.inf:
            raise KaditaError(f"--largest-cluster: expected r_a or a length above 0; got {link}")

    def fingerprint(self) -> dict[str, Any]:
        """Return what identifies the source, and the link length."""
        return self.source.fingerprint() | {"largest_group": self.link}

    def blocks_of(self, frames: Integers, size: int = BLOCK_FRAMES) -> Iterator[Block]:
        """Yield these frames as blocks in which the same agents are the largest cluster."""
        for block in self.source.blocks_of(frames, size):
            for a, b, members in constant_segments(linked(block, self.link).largest, None):
                if (b - a, len(members)) == block.shape:
                    yield block  # with the geometry that it has computed
                else:
                    yield block.of_agents(members, slice(a, b))

    def read(self, frames: Integers) -> Chunk:
        """Return these frames, NaN for all agents outside the largest cluster."""
        chunk = self.source.read(frames)
        outside = np.ones(chunk.positions.shape[:2], bool)
        for block in self.blocks_of(frames):
            outside[np.ix_(np.searchsorted(frames, block.frames), block.columns)] = False
        x = chunk.positions.copy()
        x[outside] = np.nan
        return chunk._replace(positions=x)
