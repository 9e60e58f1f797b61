"""The simulation box: a periodic orthorhombic cell, or open space."""

from __future__ import annotations

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
    """A periodic cell with three edge lengths, or open space where `lengths` is None.

    >>> Box.of(25.0).lengths
    (25.0, 25.0, 25.0)
    >>> Box.of("open").periodic
    False
    """

    lengths: tuple[float, float, float] | None = None

    @classmethod
    def of(cls, box: Any) -> Box:
        """Make a box from one length, three lengths, ``"open"``, None or a Box.

        Raises:
            KaditaError: if a length is not finite and above 0, or if there are neither 1 nor 3 lengths.
        """
        if isinstance(box, Box):
            return box
        if box is None or (isinstance(box, str) and box == "open"):
            return cls(None)
        expected = 'box: expected one length or three, each finite and above 0, or "open"'
        try:
            lengths = np.asarray(box, dtype=np.float64)
        except (TypeError, ValueError):
            raise KaditaError(f"{expected}; got {box!r}") from None
        if lengths.shape not in ((), (1,), (3,)) or not ((lengths >= LEAST) & (lengths <= MOST)).all():
            raise KaditaError(f"{expected}; got {box!r}")
        a, b, c = np.broadcast_to(lengths, (3,)).tolist()
        return cls((a, b, c))

    @property
    def periodic(self) -> bool:
        """Whether the cell is periodic."""
        return self.lengths is not None

    @property
    def cubic(self) -> bool:
        """Whether the cell is a cube."""
        return self.lengths is not None and len(set(self.lengths)) == 1

    @property
    def array(self) -> Floats:
        """Edge lengths for kernels, (3,); 0 in open space."""
        return np.zeros(3) if self.lengths is None else np.array(self.lengths)

    def repeated(self, frames: int) -> Floats | None:
        """Return the edge lengths for each of T frames, (T, 3); None in open space."""
        return None if self.lengths is None else np.tile(np.array(self.lengths), (frames, 1))

    def minimum_image(self, displacements: ArrayLike) -> Floats:
        """Return the minimum image of displacements, (..., 3): ``d - L round(d / L)``; unchanged in open space."""
        d = np.asarray(displacements, dtype=np.float64)
        if self.lengths is None:
            return d
        lengths = np.array(self.lengths)
        shortest: Floats = d - lengths * np.rint(d / lengths)
        return shortest

    def wrap(self, positions: ArrayLike) -> Floats:
        """Return positions wrapped into the cell, [0, L) on every axis, (..., 3); those inside keep every bit."""
        p = np.asarray(positions, dtype=np.float64)
        if self.lengths is None:
            return p
        if p.size == 0 or (p.min() >= 0 and p.max() < min(self.lengths)):  # the usual case, quick to check
            return p
        lengths = np.array(self.lengths)
        outside = (p < 0) | (p >= lengths)
        if not outside.any():
            return p
        wrapped = np.where(outside, np.mod(p, lengths), p)
        # the remainder of a tiny negative number rounds up to L itself
        return np.where(wrapped >= lengths, 0.0, wrapped)

    def centroid(self, positions: Floats) -> Floats:
        """Return the centre of positions, (T, N, 3) -> (T, 3).

        In open space it is the mean. In a periodic cell it is the intrinsic mean on the torus: from the circular mean
        of each axis (Bai & Breen 2008, doi:10.1080/2151237X.2008.10129266) iterate c += mean of the minimum-image
        offsets from c, until c moves by less than 1e-12 L. A displacement of the school displaces it equally, across
        faces of the cell too.
        """
        if self.lengths is None:
            return sum_over_agents(positions) / positions.shape[1]
        lengths, positions = np.array(self.lengths), self.wrap(positions)
        angles = positions * (2 * np.pi / lengths)
        mean: Floats = np.arctan2(sum_over_agents(np.sin(angles)), sum_over_agents(np.cos(angles))) * (
            lengths / (2 * np.pi)
        )
        from kadita.school.geometry import refine_centres

        view = positions.view()
        view.flags.writeable = False  # like those of a block, so that the kernel is compiled once
        refine_centres(view, lengths, mean)
        return self.wrap(mean)

    def __str__(self) -> str:
        return "open space" if self.lengths is None else " x ".join(f"{x:g}" for x in self.lengths)


def sum_over_agents(vectors: Floats) -> Floats:
    """Return the sum over agents, (T, N, 3) -> (T, 3); several times faster than sum(axis=1) on an axis of three."""
    return np.einsum("tia->ta", vectors)
