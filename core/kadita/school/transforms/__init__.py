"""Transformations of trajectories: trajectories that are computed from another one as it is read."""

from __future__ import annotations

from typing import Any

from kadita.school.box import Floats
from kadita.school.trajectory import Trajectory


class View(Trajectory):
    """A trajectory with the frames of a source, which a subclass changes."""

    def __init__(self, source: Trajectory) -> None:
        self.source = source
        self._dimensions: int | None = None
        self.name, self.n_frames, self.agents = source.name, source.n_frames, source.agents
        self.has_velocities, self.attributes = source.has_velocities, source.attributes
        self.species = source.species
        self._remarks: tuple[str, ...] | None = None

    @property
    def dimensions(self) -> int | None:
        """2 for a plane, 3 for space: as this view says, or its source; None if nobody says it."""
        return self._dimensions or self.source.dimensions

    @dimensions.setter
    def dimensions(self, value: int | None) -> None:
        self._dimensions = value

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was assumed when it was read, one line each."""
        return (*(self.source.remarks if self._remarks is None else self._remarks), *self._own_remarks())

    @remarks.setter
    def remarks(self, value: tuple[str, ...]) -> None:
        self._remarks = value

    def _own_remarks(self) -> tuple[str, ...]:
        """Return what this view has to say; it is called only when the user is told, and may read the source."""
        return ()

    @property
    def variables(self) -> tuple[str, ...]:  # type: ignore[override] # a view has those of its source
        """Names of the numbers that agents keep."""
        return self.source.variables

    @property
    def n_columns(self) -> int:
        """Number of columns in which frames hold agents."""
        return self.source.n_columns

    @property
    def reuses_columns(self) -> bool:
        """Whether later agents reuse columns; some of the agents of a source may be as many as its columns."""
        return self.source.reuses_columns

    def decide_dimensions(self) -> int:
        """Return 2 or 3 as the source decides; see `Trajectory.decide_dimensions`."""
        return self._dimensions or self.source.decide_dimensions()

    @property
    def complete(self) -> bool | None:
        """Whether the writer of the source marked it as complete; None if the file does not say."""
        return self.source.complete

    @property
    def times(self) -> Floats:
        """Time of every frame, (n_frames,)."""
        return self.source.times

    def refresh(self) -> bool:
        """Include the frames that were written since the last call; return whether there are any."""
        has_grown = self.source.refresh()
        self.n_frames = self.source.n_frames
        return has_grown

    def fingerprint(self) -> dict[str, Any]:
        """Return what identifies the input; it is stored with results."""
        return self.source.fingerprint()

    def close(self) -> None:
        """Close the file."""
        self.source.close()
