"""Parts of a trajectory, which are trajectories: some of its frames, some of its agents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.block import Block
from kadita.school.box import Floats
from kadita.school.chunk import BLOCK_FRAMES, Chunk
from kadita.school.neighbors import Integers
from kadita.school.read_only import read_only
from kadita.school.trajectory import Trajectory
from kadita.school.transforms import View
from kadita.school.transforms.selected import selected


class SomeFrames(View):
    """A trajectory with some of the frames of a source, which are counted from 0 again; their times are unchanged.

    Args:
        source: the trajectory.
        numbers: frames of the source, increasing.
    """

    def __init__(self, source: Trajectory, numbers: Integers) -> None:
        super().__init__(source)
        self.numbers, self.n_frames = numbers, len(numbers)

    @property
    def times(self) -> Floats:
        """Time of every frame, (n_frames,)."""
        return self.source.times[self.numbers]

    @property
    def complete(self) -> bool | None:
        """Whether no more frames come; some frames of a file that grows stay the same ones."""
        return True

    def refresh(self) -> bool:
        """Include nothing: the frames were chosen."""
        return False

    def fingerprint(self) -> dict[str, Any]:
        """Return what identifies the source, and the frames."""
        first, last = int(self.numbers[0]), int(self.numbers[-1])
        step = int(self.numbers[1]) - first if self.n_frames > 1 else 1
        return self.source.fingerprint() | {"frames": [first, last + 1, step]}

    def read(self, frames: Integers) -> Chunk:
        """Return these frames."""
        return self.source.read(self.numbers[frames])

    def blocks_of(self, frames: Integers, size: int = BLOCK_FRAMES) -> Iterator[Block]:
        """Yield these frames as blocks of the source, which may compute them from several frames."""
        for block in self.source.blocks_of(self.numbers[frames], size):
            block.frames = read_only(np.searchsorted(self.numbers, block.frames))
            yield block


def frames_of(trajectory: Trajectory, choice: slice) -> Trajectory:
    """Return the trajectory of a slice of the frames.

    Raises:
        KaditaError: a step below 1, or no frame.
    """
    step = 1 if choice.step is None else choice.step
    if step < 1:
        raise KaditaError(f"frames: expected a step of at least 1, as time goes forward; got {step}")
    numbers = np.arange(trajectory.n_frames)[choice]
    if not len(numbers):
        asked = f"{choice.start if choice.start is not None else ''}:{choice.stop if choice.stop is not None else ''}"
        raise KaditaError(f"{trajectory.name}: no frames in [{asked}]; there are {trajectory.n_frames}")
    return SomeFrames(trajectory, numbers)


def agents_of(trajectory: Trajectory, choices: tuple[str, ...]) -> Trajectory:
    """Return the trajectory of the agents that all choices name; see `selected`."""
    return selected(trajectory, choices)
