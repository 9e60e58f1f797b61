"""A trajectory that the child process reads."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from kadita.io.isolated.remote import Remote
from kadita.school.box import Floats
from kadita.school.chunk import Chunk
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory

FACTS = ("name", "n_frames", "agents", "has_velocities", "attributes", "species", "dimensions", "remarks")


class IsolatedTrajectory(Trajectory):
    """The trajectory that a function opens, read in the child process.

    Args:
        opener: function of `arguments`, defined in a module.
        arguments: the path, and what else the function takes.
        topology: a further file that is read.
        by: which library reads it, for messages.

    Raises:
        KaditaError: the file cannot be read, or the library crashed or took too much memory or time with it.
    """

    def __init__(
        self, opener: Callable[..., Trajectory], *arguments: Any, topology: str | Path | None = None, by: str
    ) -> None:
        self.path = Path(arguments[0])
        files = [self.path] if topology is None else [self.path, Path(topology)]
        self._remote = Remote(opener, arguments, describe=_facts, files=files, by=by)
        for name, value in self._remote.described.items():
            setattr(self, name, value)

    @cached_property
    def times(self) -> Floats:
        """Time of every frame, (T,)."""
        return self._remote.call(_times)

    def read(self, frames: Integers) -> Chunk:
        """Return these frames."""
        return self._remote.read(_read, frames, self.n_frames)

    def close(self) -> None:
        """Close the file."""
        self._remote.close()


def isolated(
    opener: Callable[..., Trajectory], *arguments: Any, topology: str | Path | None = None, by: str
) -> Trajectory:
    """Return the trajectory that `opener` opens, read in the child process."""
    return IsolatedTrajectory(opener, *arguments, topology=topology, by=by)


def _facts(trajectory: Trajectory) -> dict[str, Any]:
    return {name: getattr(trajectory, name) for name in FACTS}


def _times(trajectory: Trajectory) -> Floats:
    return trajectory.times


def _read(trajectory: Trajectory, frames: Integers) -> Chunk:
    return trajectory.read(frames)
