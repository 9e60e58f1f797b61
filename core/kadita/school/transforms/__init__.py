"""Trajectories seen in another way: what they add to or leave out of the one that they look at."""

from __future__ import annotations

from typing import Any

from kadita.school.box import Floats
from kadita.school.trajectory import Trajectory


class View(Trajectory):
    """A trajectory that is another one, but for what a subclass changes."""

    def __init__(self, source: Trajectory) -> None:
        self.source = source
        self.name, self.n_frames, self.agents = source.name, source.n_frames, source.agents
        self.has_velocities, self.attributes = source.has_velocities, source.attributes
        self.species = source.species

    @property
    def complete(self) -> bool | None:
        """Whether whoever wrote it came to the end; None where the file does not say."""
        return self.source.complete

    @property
    def times(self) -> Floats:
        """Time of every frame, (n_frames,)."""
        return self.source.times

    def refresh(self) -> bool:
        """Take the frames that came since into account."""
        grown = self.source.refresh()
        self.n_frames = self.source.n_frames
        return grown

    def fingerprint(self) -> dict[str, Any]:
        """Return what identifies the input."""
        return self.source.fingerprint()

    def close(self) -> None:
        """Let go of the file."""
        self.source.close()
