"""A plane or space, as the user says of a file that does not."""

from __future__ import annotations

from kadita.base.errors import KaditaError
from kadita.school.chunk import Chunk
from kadita.school.dimensions import PLANE, SPACE
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.transforms import View


def with_dimensions(trajectory: Trajectory, dimensions: int | None) -> Trajectory:
    """Return the trajectory itself if `dimensions` is None, otherwise in a plane, 2, or in space, 3.

    Raises:
        KaditaError: another number, or the file says otherwise.
    """
    if dimensions not in (None, PLANE, SPACE):
        raise KaditaError(f"--dimensions: expected 2 or 3; got {dimensions}")
    if dimensions is not None and trajectory.dimensions not in (None, dimensions):
        stated = "a plane" if trajectory.dimensions == PLANE else "space"
        raise KaditaError(f"{trajectory.name}: is stated to be in {stated}; --dimensions {dimensions} contradicts it")
    return trajectory if dimensions is None else StatedDimensions(trajectory, dimensions)


class StatedDimensions(View):
    """A trajectory whose user says whether it is in a plane."""

    def __init__(self, source: Trajectory, dimensions: int) -> None:
        super().__init__(source)
        self.dimensions = dimensions

    def read(self, frames: Integers) -> Chunk:
        """Return these frames."""
        return self.source.read(frames)
