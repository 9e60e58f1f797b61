"""Velocities from polynomials that are fitted to positions: the derivative of Savitzky and Golay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.school.box import Floats, minimum_image
from kadita.school.chunk import Chunk
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.transforms import View
from kadita.school.transforms.even_times import even_step
from kadita.school.transforms.finite_differences import longest_step

USUAL_ORDER = 2
WIDEST = 10_001  # frames of a window
HIGHEST = 20  # order; beyond, powers of the frame numbers are too large for a fit


@dataclass(frozen=True)
class Smoothing:
    """Polynomials of an order, each fitted to the positions in a window of frames by least squares."""

    window: int
    order: int = USUAL_ORDER

    @classmethod
    def of(cls, given: Any) -> Self:
        """Return the smoothing that is written as ``9`` or ``"9,3"``, or given as ``(9, 3)``: window and order.

        Raises:
            KaditaError: the window is no odd number above the order, or the order is below 1.
        """
        if isinstance(given, cls):
            return given
        words = str(given).split(",") if isinstance(given, str | int | float) else [str(word) for word in given]
        expected = f"--smooth: expected FRAMES or FRAMES,ORDER, such as 9 or 9,3; got '{given}'"
        try:
            numbers = [int(word) for word in words]
        except ValueError:
            raise KaditaError(expected) from None
        if len(numbers) not in (1, 2):
            raise KaditaError(expected)
        smoothing = cls(*numbers)
        window, order = smoothing.window, smoothing.order
        if not (1 <= order <= HIGHEST and order < window <= WIDEST and window % 2):
            raise KaditaError(
                f"--smooth: expected an odd number of frames above the order, and an order of 1 to {HIGHEST}; got "
                f"{window} frames, order {order}"
            )
        return smoothing

    @classmethod
    def stated(cls, attributes: Mapping[str, Any]) -> Self | None:
        """Return the smoothing that a file states of its velocities; None if it states none."""
        found = re.fullmatch(r"Savitzky-Golay, (\d+) frames, order (\d+)", str(attributes.get("smoothing")))
        return None if found is None else cls.of((found[1], found[2]))

    def __str__(self) -> str:
        return f"Savitzky-Golay, {self.window} frames, order {self.order}"

    def weights(self) -> Floats:
        """Return what the positions in a window contribute to the derivative in each of its frames, (frame, position).

        Times are in frames. The derivative in the middle frame is the usual one; the others are those of the first and
        the last polynomial of a stretch.
        """
        half = self.window // 2
        u = np.arange(-half, half + 1) / half  # Legendre polynomials lose no digits, unlike powers of frame numbers
        slopes = legendre.legvander(u, self.order - 1) @ legendre.legder(np.eye(self.order + 1)) / half
        weights: Floats = slopes @ np.linalg.pinv(legendre.legvander(u, self.order))
        return weights


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
        window, stretches, sightings, seen = self.smoothing.window, 0, 0, 0
        length = np.zeros(self.n_columns, np.int64)  # of the stretch in each column so far
        before: Chunk | None = None
        for _, chunk in self.source.chunks_of(np.arange(self.n_frames)):
            joined = chunk if before is None else _joined(before, chunk)
            linked = self._linked(joined)
            present = ~np.isnan(chunk.positions[..., 0])
            linked = linked if before is not None else np.concatenate([np.zeros_like(present[:1]), linked])
            for goes_on, is_seen in zip(linked, present, strict=True):
                ended = length[~goes_on]
                short = ended[(ended > 0) & (ended < window)]
                stretches, sightings = stretches + len(short), sightings + int(short.sum())
                length = np.where(goes_on, length + 1, is_seen)
            seen += int(present.sum())
            before = chunk
        short = length[(length > 0) & (length < window)]
        stretches, sightings = stretches + len(short), sightings + int(short.sum())
        if not stretches:
            return ()
        return (
            f"{self.name}: {stretches} stretches are shorter than the window of {window} frames; {sightings} of {seen} "
            "sightings, those in them, have no velocity",
        )

    def read(self, frames: Integers) -> Chunk:
        """Return these frames, with velocities."""
        reach = self.smoothing.window - 1
        near = (frames[:, None] + np.arange(-reach, reach + 1)).ravel()
        near = np.unique(near[(near >= 0) & (near < self.n_frames)])
        source = self.source.read(near)
        rows = np.searchsorted(near, frames)
        start, place, known = self._windows(source, near, rows)
        velocities = self._derivatives(source, start, place)
        velocities[~known] = np.nan
        lengths = None if source.lengths is None else source.lengths[rows]
        identities = None if source.identities is None else source.identities[rows]
        return Chunk(source.positions[rows], velocities, source.times[rows], lengths, identities)

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
