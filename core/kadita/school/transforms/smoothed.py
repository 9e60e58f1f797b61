"""Velocities from polynomials that are fitted to positions: the derivative of Savitzky and Golay."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.school.box import Floats, minimum_image
from kadita.school.chunk import Chunk
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.transforms import View
from kadita.school.transforms.even_times import even_step
from kadita.school.transforms.finite_differences import longest_step
from kadita.school.transforms.smoothing import Smoothing

AT_ONCE = 1024  # frames, in which stretches are counted


class Smoothed(View):
    """A trajectory with velocities that are derivatives of Savitzky-Golay polynomials; positions stay as they are.

    v_i is the derivative, at frame i, of the polynomial fitted to the positions in a window of frames around i; in the
    first and last frames of a stretch it is that of the first and last window, as with SciPy's ``mode="interp"``. A
    stretch ends where the agent is absent, where its column is taken over by another agent, and at a step in time
    longer than 1.5 times the usual one. In stretches shorter than the window velocities are not known. In a periodic
    cell steps are minimum images.

    Source: Savitzky & Golay 1964, Anal. Chem. 36, 1627-1639.

    Raises:
        KaditaError: times that are not evenly spaced between gaps.
    """

    def __init__(self, source: Trajectory, smoothing: Smoothing) -> None:
        super().__init__(source)
        self.smoothing = smoothing
        self.has_velocities = True
        self.attributes = dict(source.attributes) | {"velocities": "smoothed", "smoothing": str(smoothing)}
        self._step = even_step(self.name, self.times)
        self._longest = longest_step(self.times)
        self._weights = smoothing.weights() / self._step

    def refresh(self) -> bool:
        """Raise: velocities depend on later frames."""
        raise KaditaError(f"{self.name}: smoothed velocities need later frames and cannot be used with --follow")

    def fingerprint(self) -> dict[str, Any]:
        """Return what identifies the source, and the smoothing."""
        return self.source.fingerprint() | {"smoothing": str(self.smoothing)}

    def _own_remarks(self) -> tuple[str, ...]:
        return self._on_short_stretches

    @cached_property
    def _on_short_stretches(self) -> tuple[str, ...]:
        """How many sightings have no velocity; the source is read once to count them."""
        lengths = np.concatenate(list(self._stretches()))
        short = lengths[(lengths > 0) & (lengths < self.smoothing.window)]
        if not len(short):
            return ()
        return (
            f"{self.name}: {int(short.sum())} of {int(lengths.sum())} sightings have no velocity: they are in "
            f"stretches shorter than the window of {self.smoothing.window} frames, of which there are {len(short)}",
        )

    def _stretches(self) -> Iterator[Integers]:
        """Yield the numbers of frames of all stretches, and zeros."""
        going_on = np.zeros(self.n_columns, np.int64)  # frames so far of the stretch in each column
        before: Chunk | None = None
        for _, chunk in self.source.chunks_of(np.arange(self.n_frames), AT_ONCE):
            seen = ~np.isnan(chunk.positions[..., 0])
            if before is None:
                linked = np.concatenate([np.zeros_like(seen[:1]), self._linked(chunk)])
            else:
                linked = self._linked(_joined(before, chunk))
            begins = seen & ~linked
            begins[0] = True  # or goes on
            at = np.flatnonzero(begins.T)
            lengths = np.add.reduceat(seen.T.ravel().astype(np.int64), at)
            first = np.searchsorted(at, np.arange(seen.shape[1]) * len(seen))
            last = np.append(first[1:], len(at)) - 1
            lengths[first] += np.where(linked[0], going_on, 0)
            yield going_on[~linked[0]]
            yield np.delete(lengths, last)
            going_on, before = lengths[last], chunk
        yield going_on

    def read(self, frames: Integers) -> Chunk:
        """Return these frames, with velocities."""
        reach = self.smoothing.window - 1
        near = self._near(frames, reach)
        source = self.source.read(near)
        rows = np.searchsorted(near, frames)
        start, place, known = self._windows(source, near, rows)
        velocities = self._derivatives(source, start, place)
        velocities[~known] = np.nan
        return source._replace(velocities=None).at(rows)._replace(velocities=velocities)

    def _near(self, frames: Integers, reach: int) -> Integers:
        """Return the frames that are at most so far from any of these, which increase."""
        if not len(frames):
            return frames
        low, high = np.maximum(frames - reach, 0), np.minimum(frames + reach + 1, self.n_frames)
        marks = np.zeros(int(high[-1] - low[0]) + 1, dtype=np.int64)
        np.add.at(marks, low - low[0], 1)
        np.add.at(marks, high - low[0], -1)
        return low[0] + np.flatnonzero(np.cumsum(marks) > 0)

    def _linked(self, chunk: Chunk, numbers: Integers | None = None) -> NDArray[np.bool_]:
        """Return where a column goes on from one frame to the next with the same agent, (T - 1, C)."""
        present = ~np.isnan(chunk.positions[..., 0])
        linked: NDArray[np.bool_] = present[1:] & present[:-1]
        linked &= (np.diff(chunk.times) <= self._longest)[:, None]
        if numbers is not None:
            linked &= (np.diff(numbers) == 1)[:, None]
        if chunk.identities is not None:
            linked &= chunk.identities[1:] == chunk.identities[:-1]
        return linked

    def _windows(self, chunk: Chunk, numbers: Integers, rows: Integers) -> tuple[Integers, Integers, NDArray[np.bool_]]:
        """Return for rows of a chunk the row where the window starts, the place in it, and whether there is one."""
        window, half = self.smoothing.window, self.smoothing.window // 2
        linked = self._linked(chunk, numbers)
        before = np.zeros(chunk.positions.shape[:2], np.int64)  # frames of the same stretch before each
        after = np.zeros_like(before)
        for t in range(len(linked)):
            before[t + 1] = np.where(linked[t], before[t] + 1, 0)
        for t in reversed(range(len(linked))):
            after[t] = np.where(linked[t], after[t + 1] + 1, 0)
        before, after = before[rows], after[rows]
        known = ~np.isnan(chunk.positions[rows, :, 0]) & (before + after + 1 >= window)
        place = np.maximum(np.minimum(before, half), window - 1 - after)
        place = np.where(known, place, half)
        start = np.where(known, rows[:, None] - place, 0)
        return start, place, known

    def _derivatives(self, chunk: Chunk, start: Integers, place: Integers) -> Floats:
        """Return the derivatives at these places in the windows that begin in these rows, (T, C, 3).

        Sums run over the frames of a window in order, so that they are the same in whichever block.
        """
        x, columns, last = chunk.positions, np.arange(start.shape[1]), len(chunk.positions) - 1
        previous = x[start, columns]
        offset, derivatives = np.zeros_like(previous), np.zeros_like(previous)  # offset from the window's first frame
        for m in range(1, self.smoothing.window):
            rows = np.minimum(start + m, last)
            current = x[rows, columns]
            step = current - previous
            if chunk.lengths is not None:
                step = minimum_image(step, chunk.lengths[rows])
            offset += step
            derivatives += self._weights[place, m][..., None] * offset
            previous = current
        return derivatives


def _joined(before: Chunk, chunk: Chunk) -> Chunk:
    """Return the frames of a chunk after the last frame of the one before it; velocities and cells are left out."""
    identities = None
    if before.identities is not None and chunk.identities is not None:
        identities = np.concatenate([before.identities[-1:], chunk.identities])
    positions = np.concatenate([before.positions[-1:], chunk.positions])
    return Chunk(positions, None, np.concatenate([before.times[-1:], chunk.times]), None, identities)
