"""The recording that takes frames: checks, wrapping into the cell, and times that increase."""

from __future__ import annotations

import warnings
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from kadita.base.errors import KaditaError, KaditaWarning
from kadita.io.amber.writer import SINGLE, AmberWriter
from kadita.io.recording.first_steps import Frames, remarks_on_step
from kadita.school.box import Box, Floats, within
from kadita.school.chunk import frames_at_once
from kadita.school.dimensions import PLANE
from kadita.school.input_arrays import axis, vectors
from kadita.school.velocity_kinds import RATES


class Recording:
    """A trajectory that takes frames of another program; made by `kadita.record`.

    Attributes:
        path: of the trajectory.
        n_frames: number of frames in it.
    """

    def __init__(
        self,
        writer: AmberWriter,
        box: Box,
        dimensions: int | None,
        *,
        velocities: str | None,
        presence: bool,
        origin: Floats | None,
        time_step: float | None,
    ) -> None:
        self.path = writer.path
        self._writer, self._box, self._dimensions = writer, box, dimensions
        self._kind, self._presence, self._time_step = velocities, presence, time_step
        self._origin = np.zeros(3) if origin is None else origin
        self._last, self._closed = -np.inf, False
        self._before: Frames | None = None  # a frame until agents have moved
        self._moved = False

    @property
    def n_frames(self) -> int:
        """Number of frames in the file."""
        return self._writer.n_frames

    def write(
        self, positions: ArrayLike, velocities: ArrayLike | None = None, *, time: ArrayLike | None = None
    ) -> None:
        """Write one frame, or T frames; they are in the file when this returns.

        Args:
            positions: (N, 3) or, of T frames, (T, N, 3); in a plane also (N, 2) and (T, N, 2). Those outside the cell
                are wrapped into it. NaN for an absent agent, with `presence`.
            velocities: of the same shape, in units of length per unit of time.
            time: of the frame, or (T,); it increases from frame to frame. None with a `time_step`.

        Raises:
            KaditaError: another shape, numbers that are not finite, z other than 0 in a plane, a time that does not
                increase, a closed file. Nothing of this call is written then, and the file remains as it was.
            OSError: the file cannot be written.
        """
        if self._closed:
            raise KaditaError(f"{self.path}: expected an open recording; it is closed")
        try:
            x = self._vectors("positions", positions)
            v = self._vectors("velocities", velocities, x) if self._takes(velocities) else None
            times = self._times(time, len(x))
        except KaditaError as error:
            raise KaditaError(f"{self.path}, after {self.n_frames} frames: {error}") from None
        x = self._box.wrap(x)
        if v is not None and self._presence:
            v = np.where(np.isnan(x), np.nan, v)
        size = frames_at_once(x.shape[1])
        for first in range(0, len(x), size):
            some = slice(first, first + size)
            edges = self._box.repeated(len(x[some]))
            self._writer.write(x[some], None if v is None else v[some], times[some], edges)
            self._last = float(times[some][-1])
        if not self._moved:
            self._look(Frames(x, v, times))

    def _takes(self, velocities: ArrayLike | None) -> bool:
        """Return whether frames have velocities; raise if those given, or none, contradict it."""
        if self._kind is not None and velocities is None:
            raise KaditaError("velocities: expected those of all agents; got none; record(velocities=False) has none")
        if self._kind is None and velocities is not None:
            raise KaditaError("velocities: expected none, as velocities=False says; got some")
        return velocities is not None

    def _vectors(self, name: str, values: Any, like: Floats | None = None) -> Floats:
        """Return frames as (T, N, 3), after checks."""
        try:
            shape = np.shape(values)
        except ValueError:
            raise KaditaError(f"{name}: expected numbers of shape (N, 3); got rows of unequal length") from None
        if shape[-1:] == (2,) and self._dimensions != PLANE:
            raise KaditaError(f"{name}: expected x, y and z; got shape {shape}; record(dimensions=2) takes x and y")
        array = vectors(name, values, unknown=True)
        agents = self._writer.n_agents
        if array.shape[1] != agents or (like is not None and array.shape != like.shape):
            expected = f"({agents}, 3) or (T, {agents}, 3)" if like is None else f"that of positions, {like.shape}"
            raise KaditaError(f"{name}: expected shape {expected}; got {shape}")
        if not self._presence and not within(array, np.inf):
            t, i, _ = np.argwhere(np.isnan(array))[0]
            raise KaditaError(
                f"{name}: expected finite numbers; got nan for agent {i} in frame {t}; with record(presence=True) "
                "agents can be absent"
            )
        if self._dimensions == PLANE and shape[-1] == 3 and np.nan_to_num(array[..., 2]).any():
            raise KaditaError(f"{name}: expected z = 0 in a plane; found other numbers; use dimensions=3")
        if not within(array, SINGLE) and (np.abs(array) > SINGLE).any():
            raise KaditaError(f"{name}: expected numbers below 3e38; got {np.nanmax(np.abs(array)):g}")
        return array

    def _times(self, time: ArrayLike | None, frames: int) -> Floats:
        """Return the times of these frames, (T,), which follow those in the file."""
        if (time is None) == (self._time_step is None):
            both = "" if time is None else "; record(time_step=...) gives it already"
            raise KaditaError(f"time: expected {'the time of each frame' if not both else 'none'}; got {time!r}{both}")
        if self._time_step is not None:
            return np.arange(self.n_frames, self.n_frames + frames, dtype=np.float64) * self._time_step
        times: Floats = axis("time", time, frames, np.float64)
        later = times > np.append(self._last, times[:-1])
        if not later.all():
            t = int(np.argmin(later))
            before = times[t - 1] if t else self._last
            raise KaditaError(f"time: expected a time after {before:g}, that of the frame before; got {times[t]:g}")
        return times

    def _look(self, frames: Frames) -> None:
        """Warn once, of the first step in which agents move, if the file would not be what it says."""
        if self._before is not None:
            frames = self._before.followed_by(frames)
        for t in range(1, len(frames.times)):
            two = frames.cut(slice(t - 1, t + 1))
            remarks = remarks_on_step(two, self._box, self._origin, rates=self._kind in RATES)
            if remarks is not None:
                self._moved, self._before = True, None
                for remark in remarks:
                    warnings.warn(f"{self.path}: {remark}", KaditaWarning, stacklevel=3)
                return
        self._before = frames.cut(slice(-1, None)).copy()  # programs reuse their arrays

    def close(self, *, complete: bool = True) -> None:
        """Close the file; with `complete`, mark it as complete.

        Raises:
            KaditaError: no frame was written, so that there is no file.
        """
        if self._closed:
            return
        self._closed = True
        empty = not self.n_frames
        self._writer.close(complete=complete and not empty)
        if complete and empty:
            raise KaditaError(f"{self.path}: expected at least one frame; none was written, and so there is no file")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close(complete=kind is None)
        except OSError:
            if kind is None:
                raise  # otherwise report the first error
