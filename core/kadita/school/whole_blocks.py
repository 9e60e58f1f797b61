"""Frames as a file stores them, cut into blocks in which the same agents are present and the cell is constant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kadita.base.errors import KaditaError
from kadita.school.block import Block
from kadita.school.box import Box
from kadita.school.chunk import Chunk, constant_segments
from kadita.school.neighbors import Integers

if TYPE_CHECKING:
    from kadita.school.trajectory import Trajectory


def blocks_in(
    trajectory: Trajectory, frames: Integers, chunk: Chunk, dimensions: int, all_species: tuple[str, ...]
) -> Iterator[Block]:
    """Yield the blocks in some frames; frames without agents are left out.

    Raises:
        KaditaError: a frame that is no frame of a school, such as one outside of its plane.
    """
    present = trajectory.presence(frames, chunk)
    for a, b, columns in constant_segments(present, chunk.lengths, chunk.identities):
        members = columns if chunk.identities is None else chunk.identities[a, columns]
        taken = slice(None) if len(columns) == present.shape[1] else columns
        try:
            yield Block(
                chunk.positions[a:b, taken],
                None if chunk.velocities is None else chunk.velocities[a:b, taken],
                box=Box() if chunk.lengths is None else Box.of_edges(chunk.lengths[a]),
                times=chunk.times[a:b],
                agents=trajectory.agents[members],
                attributes=trajectory.attributes,
                frames=frames[a:b],
                members=members,
                columns=columns,
                species=None if trajectory.species is None else trajectory.species[members],
                dimensions=dimensions,
                all_species=all_species,
                variables=chunk.variables.at((slice(a, b), taken)),
            )
        except KaditaError as error:
            raise KaditaError(f"{trajectory.name}: frame {frames[a]}: {error}") from None
