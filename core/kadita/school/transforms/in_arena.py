"""A trajectory in an arena that its file does not state."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.arena import Arena
from kadita.school.chunk import Chunk
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.transforms import View


def in_arena(trajectory: Trajectory, arena: Any) -> Trajectory:
    """Return the trajectory itself if `arena` is None, otherwise in this arena: as in `Arena.of`.

    Raises:
        KaditaError: the arena is not valid, or the file states another one.
    """
    if arena is None:
        return trajectory
    given, stated = Arena.of(arena), trajectory.attributes.get("arena")
    if stated is not None and Arena.of(stated) != given:
        raise KaditaError(f"{trajectory.name}: states the arena {stated}; --arena {given} contradicts it")
    return trajectory if stated is not None else InArena(trajectory, given)


class InArena(View):
    """A trajectory in an arena, which is the attribute ``arena``."""

    def __init__(self, source: Trajectory, arena: Arena) -> None:
        super().__init__(source)
        self.arena = arena
        self.attributes = dict(source.attributes) | {"arena": str(arena)}
        self.path = source.path

    def fingerprint(self) -> dict[str, Any]:
        """Return what identifies the source, and the arena."""
        return self.source.fingerprint() | {"arena": str(self.arena)}

    def read(self, frames: Integers) -> Chunk:
        """Return these frames."""
        return self.source.read(frames)

    def _own_remarks(self) -> tuple[str, ...]:
        return self._on_outside

    @cached_property
    def _on_outside(self) -> tuple[str, ...]:
        """How many positions are outside; the source is read once to count them."""
        outside = seen = 0
        for numbers, chunk in self.source.chunks_of(np.arange(self.n_frames)):
            x = chunk.positions[self.source.presence(numbers, chunk)]
            outside, seen = outside + int((self.arena.wall_distances(x) < 0).sum()), seen + len(x)
        if not outside:
            return ()
        return (f"{self.name}: {outside} of {seen} positions are outside the arena {_short(self.arena)}",)


def _short(arena: Arena) -> str:
    return str(arena) if arena.kind != "polygon" else f"polygon of {len(arena.corners)} corners"
