"""The vectors of tracks, a block of frames at a time: in space, without what is left out, with y up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.plugins.declaration.importer import Tracks
from kadita.school.box import Floats

BLOCK_PLACES = 500_000  # frames x columns in memory together: 12 MB of positions
WHOLE_PLACES = 5_000_000  # tracks of at most so many places are held in memory as one block


class Vectors(NamedTuple):
    """A block of frames of tracks."""

    frames: slice
    positions: Floats  # (T, C, 3), NaN where nobody is seen
    velocities: Floats | None
    found: NDArray[np.bool_]  # (T, C): the tracker has a position
    seen: NDArray[np.bool_]  # (T, C): and none of its qualities is below a limit
    quality: Mapping[str, Floats]  # (T, C), by name
    incomplete: int = 0  # positions of which some coordinates are unknown, and which are taken as not seen


def blocks_of_vectors(
    tracks: Tracks, limits: Mapping[str, float], turned: Callable[[Floats, Floats | None], None]
) -> Iterator[Vectors]:
    """Yield all frames in order: one block for tracks that fit the memory well, otherwise many.

    Args:
        tracks: from an importer.
        limits: least qualities, by name.
        turned: turns the y of positions and velocities up, in place.
    """
    frames, columns = tracks.positions.shape[:2]
    size = frames if frames * columns <= WHOLE_PLACES else max(1, BLOCK_PLACES // columns)
    for first in range(0, frames, max(1, size)):
        yield vectors_of(tracks, slice(first, min(first + size, frames)), limits, turned)


def vectors_of(
    tracks: Tracks, frames: slice, limits: Mapping[str, float], turned: Callable[[Floats, Floats | None], None]
) -> Vectors:
    """Return a block of frames; the arguments are those of `blocks_of_vectors`."""
    x, unknown, incomplete = _in_space(np.asarray(tracks.positions[frames]))
    v = None if tracks.velocities is None else _in_space(np.asarray(tracks.velocities[frames]))[0]
    found = ~unknown
    quality = {key: np.asarray(values[frames]) for key, values in tracks.quality.items()}
    seen = found.copy()
    for key, limit in limits.items():
        seen &= quality[key] >= limit  # not where it is unknown
    if not seen.all():
        x[~seen] = np.nan
        if v is not None:
            v[~seen] = np.nan
    turned(x, v)
    return Vectors(frames, x, v, found, seen, quality, incomplete)


def _in_space(values: Floats) -> tuple[Floats, NDArray[np.bool_], int]:
    """Return vectors as float64, (T, N, 3), which are unknown, (T, N), and of how many a part is known.

    All three components of an unknown vector are NaN.
    """
    vectors = np.zeros((*values.shape[:2], 3))
    vectors[..., : values.shape[2]] = values
    parts = [np.isnan(values[..., axis]) for axis in range(values.shape[2])]
    unknown = np.logical_or.reduce(parts)
    if not unknown.any():
        return vectors, unknown, 0
    vectors[unknown] = np.nan
    return vectors, unknown, int((unknown & ~np.logical_and.reduce(parts)).sum())
