"""What is measured: a trajectory, opened and changed as the user asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from inspect import signature
from pathlib import Path
from typing import Any, Self

from kadita.base.errors import KaditaError
from kadita.io.box_size import check_box
from kadita.io.importing.options import ImportOptions
from kadita.io.opening import open_any
from kadita.plugins.registry import Registry
from kadita.school.block import Block
from kadita.school.box import Box
from kadita.school.in_memory import InMemoryTrajectory
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.given_box import parsed_box
from kadita.school.transforms.in_arena import in_arena
from kadita.school.transforms.largest_cluster import LargestCluster
from kadita.school.transforms.motion import Motion
from kadita.school.transforms.selected import selected
from kadita.school.transforms.stated_dimensions import with_dimensions

FRAMES = frozenset(
    ("start", "stop", "step", "begin", "end", "dt")
)  # keywords that choose frames: `Trajectory.frame_numbers`


@dataclass(frozen=True)
class Source:
    """How a trajectory is opened: text and numbers only, to be sent to other processes; see `kadita.analyze`."""

    topology: str | None = None
    tracks: ImportOptions = ImportOptions()
    motion: Motion = Motion()
    dimensions: int | None = None
    box: Box | None = None
    select: tuple[str, ...] = ()
    largest_cluster: float | str | None = None

    @classmethod
    def of(
        cls,
        *,
        topology: str | Path | None = None,
        tracks: Mapping[str, Any] | None = None,
        velocities: str | None = None,
        smooth: Any = None,
        resample: float | None = None,
        most_gap: float | None = None,
        dimensions: int | None = None,
        box: Any = None,
        arena: Any = None,
        select: str | Iterable[str] | None = None,
        largest_cluster: float | str | None = None,
    ) -> Self:
        """Return the source that these keywords of `kadita.analyze` describe.

        Raises:
            KaditaError: one of them cannot be read, or the arena is given twice.
        """
        if arena is not None and "arena" in (tracks or {}):
            raise KaditaError("arena: expected it once; got it in tracks, too")
        return cls(
            topology=None if topology is None else str(topology),
            tracks=ImportOptions.of(**({} if arena is None else {"arena": arena}) | dict(tracks or {})),
            motion=Motion.of(velocities, smooth, resample, most_gap),
            dimensions=dimensions,
            box=None if box is None else parsed_box(box),
            select=(select,) if isinstance(select, str) else tuple(select or ()),
            largest_cluster=largest_cluster,
        )

    def open(self, data: Any, registry: Registry) -> Any:
        """Return a context manager of the trajectory of a path, a Block, an open trajectory or a universe."""
        if isinstance(data, Block):
            return self._changed(in_arena(InMemoryTrajectory.of_block(data), self.tracks.arena))
        if isinstance(data, Trajectory):
            return nullcontext(self._changed(in_arena(data, self.tracks.arena)))  # the caller closes it
        self.tracks.check_velocities(self.motion.option)
        return self._changed(
            open_any(data, self.topology, self.tracks, registry, velocities="none" if self.motion.replaces else None)
        )

    def check(self, data: Any, registry: Registry) -> list[str]:
        """Return notes on the given box, after checking that it is large enough for the positions.

        Raises:
            KaditaError: it is not.
        """
        notes: list[str] = []
        if self.box is not None and self.box.periodic:
            with Source(topology=self.topology, tracks=self.tracks).open(data, registry) as trajectory:
                check_box(trajectory, self.box, notes)
                self.motion.applied(trajectory, self.box, notes)
        return notes

    def _changed(self, trajectory: Trajectory) -> Trajectory:
        """Return the trajectory with the given box, velocities, dimensions and agents."""
        trajectory = self.motion.applied(trajectory, self.box, [])
        trajectory = selected(with_dimensions(trajectory, self.dimensions), self.select)
        return trajectory if self.largest_cluster is None else LargestCluster(trajectory, self.largest_cluster)

    def of_far(self, far: bool) -> Source:
        """Return the source for other machines, which need an absolute path of the topology."""
        if not far or self.topology is None:
            return self
        return replace(self, topology=str(Path(self.topology).absolute()))


def of_source(options: Mapping[str, Any]) -> Source:
    """Return the source that some of the keywords of `kadita.analyze` describe; the others are for what is measured."""
    return Source.of(**{key: options[key] for key in signature(Source.of).parameters if key in options})
