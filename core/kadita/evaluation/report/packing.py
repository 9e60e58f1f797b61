"""A film for a page: frames as integers, differenced in time, and compressed; `web/src/film.js` unpacks it."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.evaluation.report.scalars import Scalar, coded
from kadita.evaluation.report.view import MOST, View
from kadita.school.box import Floats
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.velocity_kinds import ORIENTATION

FINE = 0.005  # of a glyph's length: positions that are stored more coarsely take a byte more
UNKNOWN = -128  # both bytes of a heading that is not known
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


def octahedral(headings: Floats) -> NDArray[np.int8]:
    """Return two signed bytes for each unit vector, (..., 3) -> (2, ...), less than a degree off.

    The vector is projected onto the octahedron |x| + |y| + |z| = 1, whose lower half is folded outwards onto the square
    |x|, |y| <= 1 (Cigolle et al. 2014, Journal of Computer Graphics Techniques 3(2), 1-30). A vector of zeros is
    `UNKNOWN`.
    """
    norm = np.abs(headings).sum(-1)
    known = norm > 0
    p = headings / np.where(known, norm, 1.0)[..., None]
    x, y, z = p[..., 0], p[..., 1], p[..., 2]
    folded = z < 0
    across = np.where(folded, (1 - np.abs(y)) * np.where(x >= 0, 1, -1), x)
    along = np.where(folded, (1 - np.abs(x)) * np.where(y >= 0, 1, -1), y)
    return np.where(known, np.rint(np.stack([across, along]) * 127), UNKNOWN).astype(np.int8)


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
    raw = _Raw.read(trajectory, chosen, speed)
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
        curved=trajectory.has_velocities and trajectory.attributes.get("velocities") != ORIENTATION,
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


@dataclass
class _Raw:
    """What a film is made of; NaN and zeros where nobody is."""

    centres: Floats  # (F, 3)
    offsets: Floats  # (F, C, 3)
    lengths: Floats  # (F, 3)
    headings: NDArray[np.int8]  # (2, F, C)
    identities: NDArray[np.uint32]  # (F, C)
    times: Floats  # (F,)
    speed: Scalar | None
    z: float

    @property
    def there(self) -> NDArray[np.bool_]:
        """Who is present, (F, C)."""
        return ~np.isnan(self.offsets[..., 0])

    @property
    def changing(self) -> bool:
        """Whether the cell changes."""
        return bool((self.lengths != self.lengths[:1]).any())

    @classmethod
    def read(cls, trajectory: Trajectory, frames: Integers, speed: bool) -> _Raw:
        """Read the frames, block by block."""
        shape = (len(frames), trajectory.n_columns)
        raw = cls(
            centres=np.full((len(frames), 3), np.nan),
            offsets=np.full((*shape, 3), np.nan),
            lengths=np.full((len(frames), 3), np.nan),
            headings=np.full((2, *shape), UNKNOWN, np.int8),
            identities=np.zeros(shape if trajectory.reuses_columns else (0, 0), np.uint32),
            times=trajectory.times[frames],
            speed=None,
            z=0.0,
        )
        speeds = np.full(shape, np.nan)
        for block in trajectory.blocks_of(frames):
            rows = np.searchsorted(frames, block.frames)
            here = np.ix_(rows, block.columns)
            raw.centres[rows] = block.centroid
            raw.offsets[here] = block.offsets
            raw.lengths[rows] = block.box.array
            raw.z = float(block.positions[0, 0, 2])
            if trajectory.reuses_columns:
                raw.identities[here] = block.members
            if trajectory.has_velocities:
                for half, found in zip(raw.headings, octahedral(block.headings), strict=True):
                    half[here] = found
                if trajectory.attributes.get("velocities") != ORIENTATION:  # which have no speed
                    speeds[here] = block.speeds
        raw._fill_cells()
        if _varies(speeds) or (speed and not np.isnan(speeds).all()):
            raw.speed = Scalar("speed", _unit_of_speed(trajectory.attributes), speeds)
        return raw

    def _fill_cells(self) -> None:
        """Give frames without agents the cell of the frame before them, or of the first that has one."""
        known = np.flatnonzero(~np.isnan(self.lengths[:, 0]))
        if len(known):
            last = np.maximum(np.searchsorted(known, np.arange(len(self.lengths)), side="right") - 1, 0)
            self.lengths[:] = self.lengths[known[last]]
        else:
            self.lengths[:] = 0.0


def _unit_of_speed(attributes: Mapping[str, Any]) -> str:
    length, time = (attributes.get(f"{kind}_unit") or kind for kind in ("length", "time"))
    return f"{length}/{time}"


def _varies(speeds: Floats) -> bool:
    known = speeds[~np.isnan(speeds)]
    return bool(known.size and np.ptp(known) > 1e-3 * known.max())
