"""What one pass over all frames of tracks finds: who is seen when, the range of z, qualities, and rates."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.importing.quality import QualityCount
from kadita.io.importing.remarks import rates_of
from kadita.io.importing.vectors import WHOLE_PLACES, Vectors
from kadita.plugins.declaration.importer import Tracks
from kadita.school.box import MOST, Box, Floats
from kadita.school.dimensions import dimensions_of


class Survey:
    """What blocks of frames hold, added one after the other.

    Attributes:
        found, sightings: number of positions in the file, and of those that are not below a limit.
        incomplete: number of positions of which some coordinates are unknown.
        held: number of animals that each frame holds, (T,).
        occupied: which columns hold an animal in any frame, (C,).
        first, last: frames between which each animal is seen, (N,).
        qualities: counts of qualities.
        rates: what `rates_of` gives; of more frames than fit the memory, of every so many blocks.
    """

    def __init__(self, tracks: Tracks, limits: Mapping[str, float], times: Floats, box: Box | None) -> None:
        frames, columns = tracks.positions.shape[:2]
        every = -(-frames * columns // WHOLE_PLACES)
        self._tracks, self._times, self._box, self._every, self._blocks = tracks, times, box, every, 0
        self.found = self.sightings = self.incomplete = 0
        self.held = np.zeros(frames, dtype=np.int64)
        self.occupied = np.zeros(columns, dtype=np.bool_)
        self.first = np.full(len(tracks.agents), frames)
        self.last = np.full(len(tracks.agents), -1)
        self.qualities = QualityCount(tracks.quality, limits, every)
        self.rates: list[tuple[Floats, Floats]] = []
        self._z, self._vz = np.array([np.inf, -np.inf]), np.array([np.inf, -np.inf])

    @property
    def lowest_z(self) -> float:
        """The lowest z."""
        return float(self._z[0]) + 0.0  # not -0

    def _check_size(self, block: Vectors) -> None:
        """Raise for positions that are infinite, or too large to be squared."""
        x = block.positions
        if max(np.fmax.reduce(x, axis=None, initial=0.0), -np.fmin.reduce(x, axis=None, initial=0.0)) > MOST:
            t, i, axis = np.argwhere(np.abs(x) > MOST)[0].tolist()
            who = i if self._tracks.identities is None else self._tracks.identities[block.frames][t, i]
            raise KaditaError(
                f"expected positions of at most {MOST:g}; agent {self._tracks.agents[who]} has "
                f"{'xyz'[axis]} = {block.positions[t, i, axis]:g} at {self._times[block.frames][t]:g}"
            )

    def add(self, block: Vectors, *, rates: bool) -> None:
        """Add the next frames.

        Raises:
            KaditaError: a position is infinite, or too large.
        """
        self.qualities.add(block.found, block.quality)
        self.found += int(block.found.sum())
        self.incomplete += block.incomplete
        self._check_size(block)
        here = block.seen.sum(axis=1)
        self.sightings += int(here.sum())
        self.held[block.frames] = here
        self.occupied |= block.seen.any(axis=0)
        start = block.frames.start
        if self._tracks.identities is None:
            some = np.flatnonzero(block.seen.any(axis=0))
            seen = block.seen[:, some]
            self.first[some] = np.minimum(self.first[some], start + seen.argmax(axis=0))
            self.last[some] = np.maximum(self.last[some], start + len(seen) - 1 - seen[::-1].argmax(axis=0))
        else:
            frame, _ = np.nonzero(block.seen)
            animal = np.asarray(self._tracks.identities[block.frames])[block.seen]
            np.minimum.at(self.first, animal, start + frame)
            np.maximum.at(self.last, animal, start + frame)
        if self._tracks.positions.shape[2] == 3:
            _widen(self._z, block.positions[..., 2])
            if block.velocities is not None:
                _widen(self._vz, block.velocities[..., 2])
        if rates and block.velocities is not None and self._blocks % self._every == 0:
            self.rates.append(rates_of(block, self._times, self._box))
        self._blocks += 1

    def dimensions(self, said: int | None) -> int:
        """Return 2 or 3, as `dimensions_of`, from the lowest and the highest z."""
        single = self.held.size * self.occupied.size == 1
        x, v = (np.repeat(z[None, : 1 if single else 2, None], 3, axis=2) for z in (self._z, self._vz))
        x, v = (np.where(np.isfinite(values), values, np.nan) for values in (x, v))
        return dimensions_of(x, None if self._tracks.velocities is None else v, said)


def _widen(ends: Floats, values: Floats) -> None:
    ends[0] = np.fmin.reduce(values, axis=None, initial=ends[0])
    ends[1] = np.fmax.reduce(values, axis=None, initial=ends[1])
