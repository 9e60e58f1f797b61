"""The simulation box: a rectangular cell that repeats along some axes or all, or open space."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kadita.base.errors import KaditaError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
LEAST, MOST = 1e-100, 1e100  # the squares and ratios of these lengths are finite


def within(values: NDArray[Any], most: float = MOST) -> bool:
    """Whether all values are numbers of at most this magnitude; False for NaN."""
    return values.size == 0 or bool(-most <= values.min() and values.max() <= most)


@dataclass(frozen=True)
class Box:
    """A rectangular cell that repeats along all three axes or some of them, or open space.

    `lengths` are the edges of the cell along x, y and z, 0 along an open axis; None in open space.

    >>> from kadita import Box
    >>> Box.of(25.0).lengths
    (25.0, 25.0, 25.0)
    >>> Box.of((20.0, 20.0, "open")).periodic_axes
    (True, True, False)
    >>> Box.of("open").periodic
    False
    """

    lengths: tuple[float, float, float] | None = None

    @classmethod
    def of(cls, box: Any) -> Box:
        """Make a box from one length, three lengths, ``"open"``, None or a Box.

        Of three lengths some can be ``"open"``: the cell does not repeat along these axes. Two lengths are those of a
        plane, in which z is open.

        Raises:
            KaditaError: if a length is not finite and above 0, or if there are neither 1 nor 2 nor 3 lengths.
        """
        if isinstance(box, Box):
            return box
        if box is None or (isinstance(box, str) and box == "open"):
            return cls(None)
        expected = 'box: expected one length, two or three, each finite and above 0 or "open", or "open"'
        edges = list(box) if isinstance(box, list | tuple | np.ndarray) and np.shape(box) else [box]
        is_open = [isinstance(edge, str) and edge == "open" for edge in edges]
        try:
            lengths = np.array([0.0 if o else edge for o, edge in zip(is_open, edges, strict=True)], dtype=np.float64)
        except (TypeError, ValueError):
            raise KaditaError(f"{expected}; got {box!r}") from None
        within = ((lengths >= LEAST) & (lengths <= MOST)) | np.array(is_open, bool)
        if lengths.shape not in ((1,), (2,), (3,)) or not within.all() or all(is_open):
            raise KaditaError(f"{expected}; got {box!r}")
        return cls.of_edges([lengths[0]] * 3 if len(lengths) == 1 else [*lengths, 0.0][:3])

    @classmethod
    def of_edges(cls, edges: ArrayLike) -> Box:
        """Make a box from three edges, 0 along open axes."""
        a, b, c = np.asarray(edges, dtype=np.float64).tolist()
        return cls((a, b, c) if a or b or c else None)

    @property
    def periodic(self) -> bool:
        """Whether the cell repeats along any axis."""
        return self.lengths is not None

    @property
    def periodic_axes(self) -> tuple[bool, bool, bool]:
        """Whether the cell repeats along x, y and z."""
        x, y, z = (edge > 0 for edge in self.lengths or (0.0, 0.0, 0.0))
        return x, y, z

    @property
    def axes(self) -> str:
        """The axes along which the cell repeats, as text: ``"xyz"``, ``"xy"``; empty in open space."""
        return "".join(axis for axis, periodic in zip("xyz", self.periodic_axes, strict=True) if periodic)

    @property
    def cubic(self) -> bool:
        """Whether the cell is a cube that repeats along all axes."""
        return self.lengths is not None and len(set(self.lengths)) == 1

    @property
    def shortest(self) -> float:
        """Shortest edge along which the cell repeats; infinite in open space."""
        return min((edge for edge in self.lengths or () if edge > 0), default=math.inf)

    @property
    def array(self) -> Floats:
        """Edge lengths for kernels, (3,); 0 along open axes."""
        return np.zeros(3) if self.lengths is None else np.array(self.lengths)

    @property
    def in_plane(self) -> Box:
        """The box of a plane of constant z: z is open."""
        return self if self.lengths is None or self.lengths[2] == 0 else Box.of_edges((*self.lengths[:2], 0.0))

    def repeated(self, frames: int) -> Floats | None:
        """Return the edge lengths for each of T frames, (T, 3), 0 along open axes; None in open space."""
        return None if self.lengths is None else np.tile(np.array(self.lengths), (frames, 1))

    def closed(self, positions: Floats, distance: float = 0.0) -> Floats:
        """Return edges for kernels that know no open axes in a cell, (T, 3); zeros in open space.

        Open axes of a cell get edges so long that neither a minimum image nor a link of length `distance` crosses them.
        Those of a frame depend on it alone, so that results do not depend on the frames that are in a block with it.

        Args:
            positions: (T, N, 3), of the agents.
            distance: largest distance that matters.
        """
        edges = np.tile(self.array, (len(positions), 1))
        if self.lengths is not None:
            for axis in np.flatnonzero(edges[0] == 0):
                extent = np.ptp(positions[..., axis], axis=1)
                edges[:, axis] = np.maximum(np.maximum(2.5 * extent, extent + 2.5 * distance), max(self.lengths))
        return edges

    def minimum_image(self, displacements: ArrayLike) -> Floats:
        """Return the minimum image of displacements, (..., 3): ``d - L round(d / L)``; unchanged along open axes."""
        d = np.asarray(displacements, dtype=np.float64)
        if self.lengths is None:
            return d
        return minimum_image(d, np.array(self.lengths))

    def wrap(self, positions: ArrayLike) -> Floats:
        """Return positions wrapped into the cell, [0, L) on every periodic axis, (..., 3); those inside stay as is."""
        p = np.asarray(positions, dtype=np.float64)
        if self.lengths is None:
            return p
        if p.size == 0 or (p.min() >= 0 and p.max() < self.shortest):  # the usual case, quick to check
            return p
        lengths = np.array(self.lengths)
        outside = ((p < 0) | (p >= lengths)) & (lengths > 0)
        if not outside.any():
            return p
        wrapped = np.where(outside, np.mod(p, np.where(lengths > 0, lengths, 1.0)), p)
        # the remainder of a tiny negative number rounds up to L itself
        return np.where(outside & (wrapped >= lengths), 0.0, wrapped)

    def centroid(self, positions: Floats) -> Floats:
        """Return the centre of positions, (T, N, 3) -> (T, 3).

        Along an open axis it is the mean. Along a periodic axis it is the intrinsic mean on the torus: from the
        circular mean (Bai & Breen 2008, doi:10.1080/2151237X.2008.10129266) iterate c += mean of the minimum-image
        offsets from c, until c moves by less than 1e-12 L. A displacement of the school displaces it equally, across
        faces of the cell too.
        """
        if self.lengths is None:
            return sum_over_agents(positions) / positions.shape[1]
        lengths, positions = np.array(self.lengths), self.wrap(positions)
        edges = np.where(lengths > 0, lengths, 1.0)
        angles = positions * (2 * np.pi / edges)
        mean: Floats = np.arctan2(sum_over_agents(np.sin(angles)), sum_over_agents(np.cos(angles))) * (
            edges / (2 * np.pi)
        )
        if not lengths.all():
            mean = np.where(lengths > 0, mean, sum_over_agents(positions) / positions.shape[1])
        from kadita.school.geometry import refine_centres

        view = positions.view()
        view.flags.writeable = False  # like those of a block, so that the kernel is compiled once
        refine_centres(view, lengths, mean)
        return self.wrap(mean)

    def __str__(self) -> str:
        return "open space" if self.lengths is None else " x ".join(f"{x:g}" if x else "open" for x in self.lengths)


def equal_edges(edges: Floats) -> Iterator[tuple[slice, Floats]]:
    """Yield the segments of frames with the same edges, (T, 3), and these edges, (3,)."""
    starts = [0, *(1 + np.flatnonzero((edges[1:] != edges[:-1]).any(axis=1))).tolist(), len(edges)]
    for a, b in itertools.pairwise(starts):
        yield slice(a, b), edges[a]


def minimum_image(displacements: Floats, lengths: Floats) -> Floats:
    """Return minimum images of displacements in cells with these edges, 0 along open axes; shapes broadcast."""
    inverse = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    if inverse.all():
        shortest: Floats = displacements - lengths * np.rint(displacements / lengths)
    else:
        shortest = displacements - lengths * np.rint(displacements * inverse)
    return shortest


def sum_over_agents(vectors: Floats) -> Floats:
    """Return the sum over agents, (T, N, 3) -> (T, 3); several times faster than sum(axis=1) on an axis of three.

    >>> import numpy as np
    >>> from kadita.plugins.metrics import sum_over_agents
    >>> sum_over_agents(np.ones((2, 5, 3)))
    array([[5., 5., 5.],
           [5., 5., 5.]])
    """
    return np.einsum("tia->ta", vectors)
