"""Block and Frame: consecutive frames of one school, or one of them, with the geometry that metrics share."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kadita.base import html
from kadita.base.errors import KaditaError
from kadita.school.arena import Arena
from kadita.school.box import Box, Floats, sum_over_agents
from kadita.school.dimensions import dimensions_of
from kadita.school.input_arrays import axis, names_of, vectors
from kadita.school.kinematics import Kinematics
from kadita.school.neighbors import Integers, nearest
from kadita.school.read_only import read_only
from kadita.school.variables import Variables, checked

ENDLESS = 1e300  # edge of an open axis in a kernel that divides by edges: no displacement is half as long
USUAL_NEIGHBORS = 6  # found at the first request, so that metrics with a different k share one search
R = TypeVar("R")


class Block(Kinematics):
    """Consecutive frames of one school: the data that metrics are computed from.

    Arrays are float64 and read-only. Geometry is computed once, on first use. Arguments become attributes of the same
    names. ``block.box.minimum_image(b - a)`` is the displacement from a to the nearest periodic image of b.

    Args:
        positions: (T, N, 3), or (N, 3) for one frame; in a plane also (T, N, 2); finite.
        velocities: of the same shape, NaN for an agent whose velocity is not known; None if all are unknown.
        box: one length, two or three lengths, ``"open"`` or None for open space, or a Box; see `Box.of`.
        times: (T,), increasing; default 0, 1, 2, ...
        agents: (N,) identities; default 0 .. N - 1.
        attributes: metadata of the school: ``r_a``, ``length_unit``, ``time_unit``, ``model``,
            ``arena``, as text that `Arena.of` reads.
        frames: (T,) frame numbers in the source trajectory; default 0 .. T - 1.
        members: (N,) indices of these agents among all agents of that trajectory; default 0 .. N - 1.
        columns: (N,) places of these agents along the axis ``agent`` of results; default `members`.
        species: (N,) name of each agent's species; None if there is a single species.
        dimensions: 2 for a plane of constant z, 3 for space; by default 2 if all z are one number and no velocity has
            a z component, else 3. In a plane z is open.
        all_species: names of all species of the trajectory, of which some may be absent; default those in `species`.
        variables: numbers that agents keep in a model, by name, (T, N) each; NaN for one that is not known.

    Raises:
        KaditaError: wrong shapes, NaN or infinity, no agents, no frames, an invalid box, or a plane with several z.
    """

    def __init__(
        self,
        positions: ArrayLike,
        velocities: ArrayLike | None = None,
        *,
        box: Any = None,
        times: ArrayLike | None = None,
        agents: ArrayLike | None = None,
        attributes: Mapping[str, Any] | None = None,
        frames: ArrayLike | None = None,
        members: ArrayLike | None = None,
        columns: ArrayLike | None = None,
        species: ArrayLike | None = None,
        dimensions: int | None = None,
        all_species: tuple[str, ...] | None = None,
        variables: Mapping[str, ArrayLike] | None = None,
    ) -> None:
        self.positions = vectors("positions", positions)
        shape = self.positions.shape
        self._velocities = None if velocities is None else vectors("velocities", velocities, unknown=True)
        if self._velocities is not None and self._velocities.shape != shape:
            raise KaditaError(f"velocities: expected the shape of positions, {shape}; got {self._velocities.shape}")
        if dimensions is None and np.shape(positions)[-1:] == (2,):
            dimensions = 2
        self.dimensions = dimensions_of(self.positions, self._velocities, dimensions)
        self.box = Box.of(box).in_plane if self.dimensions == 2 else Box.of(box)
        self.times: Floats = axis("times", times, shape[0], np.float64)
        self.frames: Integers = axis("frames", frames, shape[0], np.int64)
        self.agents: NDArray[Any] = axis("agents", agents, shape[1], None)
        self.members: Integers = axis("members", members, shape[1], np.int64)
        self.columns: Integers = self.members if columns is None else axis("columns", columns, shape[1], np.int64)
        self.species: NDArray[Any] | None = None if species is None else axis("species", species, shape[1], None)
        self.all_species = names_of(self.species) if all_species is None else all_species
        self.variables: Variables = checked(variables, self.shape)
        self.attributes: Mapping[str, Any] = read_only(dict(attributes or {}))
        if "species" in self.attributes:
            raise KaditaError(
                "attributes: species are not an attribute of the school; give them as species=, one an agent"
            )
        self._computed: dict[Hashable, Any] = {}

    @cached_property
    def arena(self) -> Arena | None:
        """The arena, from the attribute ``arena``; None if none is known. See `Arena.wall_distances`."""
        text = self.attributes.get("arena")
        return None if text is None else Arena.of(text)

    @cached_property
    def velocity_known(self) -> NDArray[np.bool_]:
        """Which agents have a known velocity, (T, N)."""
        if not self.has_velocities:
            return read_only(np.zeros(self.shape, np.bool_))
        return read_only(np.logical_not(np.isnan(self._motion[0])))

    @property
    def speeds(self) -> Floats:
        """Speed of every agent, (T, N); NaN where the velocity is not known.

        Raises:
            NotApplicable: as `velocities` does.
        """
        self._refuse_orientations()
        return self._motion[0]

    @property
    def moving(self) -> NDArray[np.bool_]:
        """Which agents have a heading, (T, N): they are known to move, speed > 0, or to point somewhere."""
        return self._motion[1]

    @property
    def headings(self) -> Floats:
        """Unit vectors of motion u = v / |v|, or of bodies, (T, N, 3).

        They are zero for an agent at rest, or whose velocity is not known.
        """
        return self._motion[2]

    @cached_property
    def _motion(self) -> tuple[Floats, NDArray[np.bool_], Floats]:
        from kadita.school.geometry import motion

        speeds, headings = np.empty(self.shape), np.empty_like(self._directed)
        moving = np.empty(self.shape, np.bool_)
        motion(self._directed, speeds, moving, headings)
        unknown = np.isnan(speeds)
        if unknown.any():
            headings[unknown] = 0.0
        return read_only(speeds), read_only(moving), read_only(headings)

    @cached_property
    def wrapped(self) -> Floats:
        """Positions wrapped into the cell, (T, N, 3); unchanged along open axes."""
        return read_only(self.box.wrap(self.positions))

    @cached_property
    def centroid(self) -> Floats:
        """Centre of the school in every frame, (T, 3): the mean position, or the mean on the torus; `Box.centroid`."""
        return read_only(self.box.centroid(self.positions))

    @cached_property
    def offsets(self) -> Floats:
        """Minimum-image offsets r from the centroid, (T, N, 3)."""
        offsets = np.empty(self.positions.shape)
        if self.box.periodic:
            from kadita.school.geometry import from_centres

            edges = np.where(self.box.array > 0, self.box.array, ENDLESS)
            from_centres(self.positions, self.centroid, edges, offsets)
        else:  # which needs no kernel
            for a in range(3):
                np.subtract(self.positions[..., a], self.centroid[:, None, a], out=offsets[..., a])
        return read_only(offsets)

    @cached_property
    def wrapped_offsets(self) -> Floats:
        """Offsets from the mean of wrapped coordinates, (T, N, 3), which published definitions use.

        Unlike `offsets` they depend on the position of the school in the cell.
        """
        mean = sum_over_agents(self.wrapped) / self.shape[1]
        return read_only(self.wrapped - mean[:, None, :])

    def neighbor_indices(self, k: int) -> Integers:
        """Indices of the k nearest neighbours of each agent, nearest first, (T, N, k); -1 where fewer exist."""
        return self._neighbors(k)[0][..., :k]

    def neighbor_distances(self, k: int) -> Floats:
        """Distances to the k nearest neighbours of each agent, (T, N, k); inf where fewer exist."""
        return self._neighbors(k)[1][..., :k]

    def _neighbors(self, k: int) -> tuple[Integers, Floats]:
        if k < 1:
            raise KaditaError(f"neighbours: expected k of at least 1; got {k}")
        known: tuple[Integers, Floats] | None = self._computed.get("neighbors")
        if known is None or known[0].shape[2] < k:
            indices, distances = nearest(self.positions, self.box, max(k, USUAL_NEIGHBORS))
            known = self._computed["neighbors"] = read_only(indices), read_only(distances)
        return known

    def once(self, compute: Callable[..., R], *arguments: Hashable) -> R:
        """Return ``compute(block, *arguments)``, which is computed once and shared by all metrics.

        Its arrays are read-only, also those in tuples, mappings and dataclasses (see `kadita.school.read_only`); copy
        them to change them.
        """
        key = (compute, *arguments)
        if key not in self._computed:
            self._computed[key] = read_only(compute(self, *arguments))
        result: R = self._computed[key]
        return read_only(result)

    def __len__(self) -> int:
        return self.positions.shape[0]

    def __getitem__(self, t: int) -> Frame:
        if not -len(self) <= t < len(self):
            raise IndexError(f"frame: expected {-len(self)} .. {len(self) - 1}; got {t}")
        return Frame(self, t % len(self))

    def __iter__(self) -> Iterator[Frame]:
        return (Frame(self, t) for t in range(len(self)))

    def __repr__(self) -> str:
        plane = " in a plane" if self.dimensions == 2 else ""
        return f"<Block of {self.shape[0]} frames, {self.shape[1]} agents{plane}, {self.box}>"

    def _repr_html_(self) -> str:
        facts = {
            "frames": len(self),
            "agents": f"{self.shape[1]}{'' if self.species is None else ' of ' + ', '.join(self.all_species)}",
            "times": f"{self.times[0]:g} to {self.times[-1]:g}",
            "dimensions": self.dimensions,
            "box": self.box,
            "velocities": "none" if self._velocities is None else f"of {int(self.velocity_known.sum())} sightings",
        }
        return html.named("Block", facts.items())

    def of_agents(self, which: Integers | NDArray[np.bool_], frames: slice = slice(None)) -> Block:
        """Return the block of some of the agents, in some of its frames."""
        v, species = self._velocities, self.species
        return Block(
            self.positions[frames][:, which],
            None if v is None else v[frames][:, which],
            box=self.box,
            times=self.times[frames],
            agents=self.agents[which],
            attributes=self.attributes,
            frames=self.frames[frames],
            members=self.members[which],
            columns=self.columns[which],
            species=None if species is None else species[which],
            dimensions=self.dimensions,
            all_species=self.all_species,
            variables=self.variables.at((frames, slice(None))).at((slice(None), which)),
        )


class Frame:
    """Frame `index` of a block, with the block's geometry without the time axis: (N, 3) instead of (T, N, 3)."""

    def __init__(self, block: Block, index: int) -> None:
        self._block = block
        self._index = index
        self.box = block.box
        self.agents = block.agents
        self.members = block.members
        self.columns = block.columns
        self.species = block.species
        self.all_species = block.all_species
        self.dimensions = block.dimensions
        self.attributes = block.attributes

    @property
    def arena(self) -> Arena | None:
        """The arena; None if none is known."""
        return self._block.arena

    @property
    def time(self) -> float:
        """Time of the frame."""
        return float(self._block.times[self._index])

    @property
    def number(self) -> int:
        """Number of the frame in its trajectory, counted from 0."""
        return int(self._block.frames[self._index])

    @property
    def positions(self) -> Floats:
        """Positions, (N, 3)."""
        return self._block.positions[self._index]

    @property
    def velocities(self) -> Floats:
        """Velocities, (N, 3), NaN for an agent whose velocity is not known; raises NotApplicable if none are known."""
        return self._block.velocities[self._index]

    @property
    def velocity_known(self) -> NDArray[np.bool_]:
        """Which agents have a known velocity, (N,)."""
        return self._block.velocity_known[self._index]

    @property
    def speeds(self) -> Floats:
        """Speed of every agent, (N,); NaN where the velocity is not known."""
        return self._block.speeds[self._index]

    @property
    def moving(self) -> NDArray[np.bool_]:
        """Which agents are known to move, (N,)."""
        return self._block.moving[self._index]

    @property
    def headings(self) -> Floats:
        """Unit vectors of motion, (N, 3); zero for an agent at rest, or whose velocity is not known."""
        return self._block.headings[self._index]

    @property
    def variables(self) -> Variables:
        """Numbers that agents keep, by name, (N,) each."""
        return self._block.variables.at(self._index)

    @property
    def wrapped(self) -> Floats:
        """Positions wrapped into the cell, (N, 3)."""
        return self._block.wrapped[self._index]

    @property
    def centroid(self) -> Floats:
        """Centre of the school, (3,); see `Block.centroid`."""
        return self._block.centroid[self._index]

    @property
    def offsets(self) -> Floats:
        """Minimum-image offsets from the centroid, (N, 3)."""
        return self._block.offsets[self._index]

    @property
    def wrapped_offsets(self) -> Floats:
        """Offsets from the mean of wrapped coordinates, (N, 3); see `Block.wrapped_offsets`."""
        return self._block.wrapped_offsets[self._index]

    def neighbor_indices(self, k: int) -> Integers:
        """Indices of the k nearest neighbours, (N, k); -1 where fewer exist."""
        return self._block.neighbor_indices(k)[self._index]

    def neighbor_distances(self, k: int) -> Floats:
        """Distances to the k nearest neighbours, (N, k); inf where fewer exist."""
        return self._block.neighbor_distances(k)[self._index]

    def __repr__(self) -> str:
        return f"<Frame {self.number}, {len(self.agents)} agents, {self.box}>"
