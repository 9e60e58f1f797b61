"""A film for a page: frames as integers, differenced in time, and compressed; `web/src/film.js` unpacks it."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.evaluation.report.frames import Frames, moves
from kadita.evaluation.report.scalars import Scalar, coded
from kadita.evaluation.report.view import MOST, View
from kadita.school.box import Floats
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory

FINE = 0.005  # of a glyph's length: positions that are stored more coarsely take a byte more
CHANGING = 3.0  # ratio of the greatest and the least reach from which a camera follows it
SMOOTHED = 40  # of the frames are the window in which reaches are smoothed
DENSE = 8.0  # characters that an agent takes in a frame, at least, about
FULL = 0.9  # of a budget: a film that takes less is tried with more frames


@dataclass(frozen=True)
class Film:
    """Some frames of a trajectory as text, and how exact they are.

    Attributes:
        text: base64 of the compressed bytes.
        frames: (F,) numbers of the frames among those asked for, every `stride`-th.
        times: (F,).
        columns: places for agents in a frame.
        axes: 2 in a plane, 3 in space.
        size: bytes of a coordinate.
        quantum: step of coordinates; they are right to half of it.
        headings: whether there are headings, right to a degree.
        curved: whether agents move along them, so that paths between frames can be curves.
        identities: whether later agents reuse columns; if not, column i is agent i.
        cells: whether the cell changes.
        scalars: what agents can be coloured by.
        origin: of a plane, its z.
        reaches: (F,) smoothed radius about the centre that holds most agents, where it changes so much that a camera at
            one distance shows a point or a part; otherwise None.
    """

    text: str
    frames: Integers
    times: Floats
    stride: int
    columns: int
    axes: int
    size: int
    quantum: float
    headings: bool
    curved: bool
    identities: bool
    cells: bool
    scalars: tuple[Scalar, ...]
    origin: float
    reaches: Floats | None


def pack(
    trajectory: Trajectory,
    frames: Integers,
    view: View,
    scalars: Sequence[Scalar] = (),
    *,
    budget: float = 10e6,
    each: float = 0.0,
    sightings: float | None = None,
    speed: bool = False,
    labelled: bool = True,
) -> Film:
    """Pack these frames, or every k-th of them, so that what is said of them takes at most `budget` characters.

    Args:
        trajectory: of any kind; it is read once for every k that is tried.
        frames: numbers of frames.
        view: how large glyphs are, which says how exact positions must be.
        scalars: per-agent numbers of these frames, (T, C).
        budget: characters of the text, and of what else a page says of each frame.
        each: characters that a page says of a frame beside the film.
        sightings: number of agents that are present, summed over the frames; default: as many as there are places.
        speed: keep speeds as a scalar even if all are alike.
        labelled: whether few whole numbers have a label each.

    Raises:
        KaditaError: not even two frames fit.
    """
    columns = max(1, trajectory.n_columns)
    expected = DENSE * (len(frames) * columns if sightings is None else sightings) + each * len(frames)
    most = max(1, len(frames) - 1)
    stride, found, tried = min(max(1, int(expected / max(budget, 1.0))), most), None, set[int]()
    while True:
        tried.add(stride)
        film = _packed(trajectory, frames, stride, view, scalars, speed, labelled)
        size = len(film.text) + each * len(film.frames)
        if size <= budget:
            found = film
            finer = max(1, int(np.ceil(stride * size / (FULL * budget))))
            if finer in tried or finer >= stride:
                return found
            stride = finer
            continue
        if found is not None:
            return found
        if len(film.frames) <= 2:
            raise KaditaError(
                f"--budget: expected {(size - budget) / 1e6 + 0.1:.1f}MB more, to hold two frames of "
                f"{columns} agents; give more, or choose agents with --select"
            )
        coarser = stride * size / budget if budget > 0 else np.inf
        stride = int(min(max(stride + 1, np.ceil(min(coarser, most))), most))


def _packed(
    trajectory: Trajectory,
    frames: Integers,
    stride: int,
    view: View,
    scalars: Sequence[Scalar],
    speed: bool,
    labelled: bool,
) -> Film:
    chosen = frames[::stride]
    raw = Frames.read(trajectory, chosen, speed)
    extent = float(np.abs(raw.offsets[raw.there]).max(initial=0.0))
    size, quantum = _exactness(extent, FINE * view.size)
    axes = trajectory.decide_dimensions()
    planes = [raw.centres.astype("<f8").tobytes()]
    if cells := raw.changing:
        planes.append(raw.lengths.astype("<f8").tobytes())
    for axis in range(axes):
        planes += _differences(raw.offsets[..., axis], raw.there, quantum, size)
    if trajectory.has_velocities:
        planes += [half.tobytes() for half in raw.headings]
    if trajectory.reuses_columns:
        planes += [(raw.identities >> shift & 0xFF).astype(np.uint8).tobytes() for shift in (0, 8, 16, 24)]
    colours = [*([raw.speed] if raw.speed is not None else []), *scalars]
    shown = []
    for scalar in colours:
        values = scalar.values if scalar is raw.speed else scalar.values[::stride]
        found, bytes_ = coded(scalar, values, labelled)
        planes.append(bytes_.tobytes())
        shown.append(replace(found, undefined=bool((bytes_ == 0)[raw.there].any())))
    packed = gzip.compress(b"".join(planes), 6, mtime=0)
    return Film(
        text=base64.b64encode(packed).decode(),
        frames=chosen,
        times=raw.times,
        stride=stride,
        columns=raw.offsets.shape[1],
        axes=axes,
        size=size,
        quantum=quantum,
        headings=trajectory.has_velocities,
        curved=moves(trajectory),
        identities=trajectory.reuses_columns,
        cells=cells,
        scalars=tuple(shown),
        origin=raw.z,
        reaches=None if raw.lengths.any() else _reaches(raw.offsets, view),
    )


def _reaches(offsets: Floats, view: View) -> Floats | None:
    """Return the radius that holds most agents, its greatest in a window of frames and the mean of that."""
    present = ~np.isnan(offsets[..., 0]).all(axis=1)
    if not present.any():
        return None
    radii = np.full(len(offsets), np.nan)
    radii[present] = np.nanpercentile(np.linalg.norm(offsets[present], axis=-1), MOST, axis=1)
    radii = np.interp(np.arange(len(radii)), np.flatnonzero(present), radii[present])
    radii = np.maximum(radii, 2 * view.size)
    if radii.max() < CHANGING * radii.min():
        return None
    window = max(3, len(radii) // SMOOTHED * 2 + 1)
    padded = np.pad(radii, window - 1, mode="edge")
    greatest = np.lib.stride_tricks.sliding_window_view(padded, window).max(axis=1)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(greatest, window).mean(axis=1))


def _exactness(extent: float, fine: float) -> tuple[int, float]:
    """Return bytes and quantum of coordinates up to `extent`: two bytes, or three where two are coarser than `fine`."""
    if extent == 0:
        return 2, 1.0
    two, three = (extent / (2 ** (8 * size - 1) - 1) for size in (2, 3))
    return (2, two) if two <= fine else (3, max(three, fine))


def _differences(offsets: Floats, there: NDArray[np.bool_], quantum: float, size: int) -> list[bytes]:
    """Return the bytes of coordinates, least significant first: differences in time, modulo the range of integers."""
    absent = -(2 ** (8 * size - 1))
    steps = np.where(there, np.rint(np.where(there, offsets, 0.0) / quantum), absent).astype(np.int32)
    steps[1:] -= steps[:-1].copy()
    return [(steps >> shift & 0xFF).astype(np.uint8).tobytes() for shift in range(0, 8 * size, 8)]
