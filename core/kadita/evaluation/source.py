"""What is measured: a trajectory, opened and changed as the user asked."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kadita.io.opening import open as open_trajectory
from kadita.school.block import Block
from kadita.school.in_memory import InMemoryTrajectory
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.finite_differences import with_velocities
from kadita.school.transforms.given_box import with_box
from kadita.school.transforms.largest_cluster import LargestCluster
from kadita.school.transforms.selected import selected


@dataclass(frozen=True)
class Source:
    """How a trajectory is opened: text and numbers only, to be sent to other processes; see `kadita.analyze`."""

    topology: str | None = None
    velocities: str | None = None
    dimensions: int | None = None
    box: Any = None
    select: tuple[str, ...] = ()
    largest_cluster: float | str | None = None

    def open(self, data: Any) -> Any:
        """Return a context manager of the trajectory of a path, a Block, an open trajectory or a universe."""
        if isinstance(data, Block):
            return self.changed(InMemoryTrajectory.of_block(data))
        if isinstance(data, Trajectory):
            return nullcontext(self.changed(data))  # the caller closes it
        return self.changed(open_trajectory(data, topology=self.topology))

    def changed(self, trajectory: Trajectory) -> Trajectory:
        """Return the trajectory with the given box, velocities, dimensions and agents."""
        trajectory = with_velocities(with_box(trajectory, self.box), self.velocities)
        if self.dimensions is not None:
            trajectory.decide_dimensions(self.dimensions)
        trajectory = selected(trajectory, self.select)
        return trajectory if self.largest_cluster is None else LargestCluster(trajectory, self.largest_cluster)

    def of_far(self, far: bool) -> Source:
        """Return the source for other machines, which need an absolute path of the topology."""
        if not far or self.topology is None:
            return self
        fields = {**vars(self), "topology": str(Path(self.topology).absolute())}
        return Source(**fields)
