"""Record frames of any simulation program in kadita's file.

`record` checks what does not change, and returns a `Recording`, which takes frames.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kadita.base.errors import KaditaError, KaditaWarning
from kadita.io import recorded_facts as facts
from kadita.io.amber.writer import SINGLE, AmberWriter
from kadita.school.box import Box, Floats, within
from kadita.school.chunk import frames_at_once
from kadita.school.dimensions import PLANE
from kadita.school.input_arrays import axis, vectors

COARSE = 16  # parts of a step that float32 is to resolve at least; `kadita validate` warns of fewer


def record(
    path: str | Path,
    *,
    agents: int | Sequence[Any] | NDArray[Any],
    box: Any = "open",
    dimensions: int | None = None,
    velocities: bool | str = True,
    presence: bool = False,
    species: Sequence[str] | NDArray[Any] | None = None,
    time_step: float | None = None,
    length_unit: str | None = None,
    time_unit: str | None = None,
    model: str | None = None,
    link_distance: float | None = None,
    body_length: float | None = None,
    arena: str | None = None,
    origin: ArrayLike | None = None,
    program: str | None = None,
    configuration: Mapping[str, Any] | None = None,
    title: str | None = None,
    force: bool = False,
) -> Recording:
    """Record frames of a simulation program of your own in a trajectory such as `kadita run` writes.

        with kadita.record("mine.nc", agents=100, box=20.0, dimensions=2, time_step=0.1) as file:
            for step in range(1000):
                ...
                file.write(positions, velocities)

    The file has checksums, can be read while it grows, and holds each frame as soon as `write` returns, also if the
    program is killed. At the end of the block it is marked complete; if the block ends with an exception, it keeps its
    frames and stays marked incomplete.

    Args:
        path: the file to create, ``*.nc``; it appears with the first frame.
        agents: number of agents, or a name or number for each.
        box: the cell in which positions are periodic: one length, two for a plane, three, of which some can be
            ``"open"``; ``"open"`` in open space. See `Box.of`. Positions outside it are wrapped, to [0, L).
        dimensions: 2 for a plane, where z is 0 and can be left out; 3 for space; None does not say.
        velocities: True if frames have velocities, which are dr/dt; or what else they are: ``"displacement"``, dr/dt
            over the step that led to the frame; ``"heading"``, speed times heading where a displacement comes beside
            it; ``"difference"``, central differences of positions; ``"orientation"``, unit vectors along bodies; False
            for positions alone, from which kadita computes velocities only if asked to.
        presence: whether agents can be absent from a frame, where a coordinate of theirs is NaN. The velocity of an
            agent who is there can then be NaN, too: it is not known.
        species: name of each agent's species, (N,); None without species.
        time_step: time between frames, the first of which is at 0; None if each is written with its time.
        length_unit: unit of positions, such as ``"cm"``; None if they have none.
        time_unit: unit of times; None if they have none.
        model: name of the model.
        link_distance: distance within which agents are linked, the default of metrics of clusters.
        body_length: of an agent.
        arena: ``"circle:X,Y,R"``, ``"rectangle:X0,Y0,X1,Y1"``, ``"polygon:X1,Y1,..."``.
        origin: (3,), or (2,) in a plane, subtracted before positions are stored as float32, and added by kadita on
            reading; for coordinates far from 0. It is 0 along periodic axes.
        program: name and version of the program that makes the frames.
        configuration: parameters of the program, as JSON holds them; stored with their sha256 and the program.
        title: of the file.
        force: replace an existing file, when the first frame is written.

    Raises:
        KaditaError: the file exists or cannot be created, or an argument is not valid.
    """
    path = Path(path)
    if path.suffix != ".nc":
        raise KaditaError(f"{path}: expected a trajectory named *.nc; `kadita convert` writes other formats from it")
    if dimensions not in (None, 2, 3):
        raise KaditaError(f"dimensions: expected 2 for a plane, 3 for space, or None; got {dimensions!r}")
    dimensions = None if dimensions is None else int(dimensions)
    cell = Box.of(box).in_plane if dimensions == PLANE else Box.of(box)
    count, names = facts.agents_of(agents)
    kind, step = facts.velocities_of(velocities), facts.positive("time_step", time_step)
    subtracted = facts.origin_of(origin, cell, dimensions)
    writer = AmberWriter(
        path,
        count if names is None else names,
        periodic=cell.axes,
        velocities=kind is not None,
        presence=presence,
        configuration=facts.configuration_of(configuration, program),
        attributes={
            "model": facts.text_of("model", model),
            "r_a": facts.length_of("link_distance", link_distance),
            "body_length": facts.length_of("body_length", body_length),
            "velocities": kind,
            "arena": facts.arena_of(arena),
            "length_unit": facts.text_of("length_unit", length_unit),
            "time_unit": facts.text_of("time_unit", time_unit),
        },
        species=facts.species_of(species, count),
        dimensions=dimensions,
        origin=subtracted,
        title=facts.text_of("title", title) or "kadita trajectory",
        application=facts.text_of("program", program),
        force=force,
    )
    return Recording(
        writer, cell, dimensions, velocities=kind is not None, presence=presence, origin=subtracted, time_step=step
    )


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
        velocities: bool,
        presence: bool,
        origin: Floats | None,
        time_step: float | None,
    ) -> None:
        self.path = writer.path
        self._writer, self._box, self._dimensions = writer, box, dimensions
        self._velocities, self._presence, self._time_step = velocities, presence, time_step
        self._origin = np.zeros(3) if origin is None else origin
        self._last, self._closed = -np.inf, False
        self._first: Floats | None = np.empty((0, writer.n_agents, 3))  # None once float32 was seen to be fine enough

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
        self._warn_if_coarse(x)
        size = frames_at_once(x.shape[1])
        for first in range(0, len(x), size):
            some = slice(first, first + size)
            edges = self._box.repeated(len(x[some]))
            self._writer.write(x[some], None if v is None else v[some], times[some], edges)
            self._last = float(times[some][-1])

    def _takes(self, velocities: ArrayLike | None) -> bool:
        """Return whether frames have velocities; raise if those given, or none, contradict it."""
        if self._velocities and velocities is None:
            raise KaditaError("velocities: expected those of all agents; got none; record(velocities=False) has none")
        if not self._velocities and velocities is not None:
            raise KaditaError("velocities: expected none, as velocities=False says; got some")
        return self._velocities

    def _vectors(self, name: str, values: Any, like: Floats | None = None) -> Floats:
        """Return frames as (T, N, 3), after checks."""
        shape = np.shape(values)
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

    def _warn_if_coarse(self, positions: Floats) -> None:
        """Warn, once steps are known, if float32 rounds them."""
        if self._first is None:
            return
        known = np.concatenate([self._first, positions[:2]])
        steps = np.abs(self._box.minimum_image(np.diff(known, axis=0))).max(axis=2)
        moving = steps[steps > 0]  # NaN, where an agent is absent, is not
        if not len(moving):
            self._first = known[-1:]
            return
        self._first = None
        largest = float(np.nanmax(np.abs(known - self._origin)))
        rounding, step = float(np.spacing(np.float32(largest))), float(np.median(moving))
        if step < COARSE * rounding:
            warnings.warn(
                f"{self.path}: positions of {largest:.3g} are rounded to {rounding:.2g} in single precision, where "
                f"steps are {step:.2g}; record(origin=...) subtracts an origin near the agents, or record longer steps",
                KaditaWarning,
                stacklevel=3,
            )

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
