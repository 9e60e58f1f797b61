"""A trajectory: frames that are read by number, or iterated over as blocks."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from kadita.base import html, renamed
from kadita.base.errors import KaditaError
from kadita.base.files import fingerprint
from kadita.school.block import Block, Frame
from kadita.school.box import Floats, within
from kadita.school.chosen_frames import chosen
from kadita.school.chunk import BLOCK_FRAMES, Chunk, frames_at_once
from kadita.school.dimensions import PLANE, SPACE, off_plane
from kadita.school.input_arrays import names_of
from kadita.school.neighbors import Integers
from kadita.school.whole_blocks import blocks_in

if TYPE_CHECKING:
    from kadita.evaluation.report.show import Page
    from kadita.io.info import Description


class Trajectory(ABC):
    """Frames of one school, read by number. Each format is a subclass that implements `read`.

    ``trajectory[3]`` is a frame, and ``trajectory[10:200:5]`` the trajectory of some of the frames, which are counted
    from 0 again and keep their times; ``trajectory.select("species=prey")`` is that of some of the agents.

    Attributes:
        name: its name in messages.
        path: its file; None if kadita opened none.
        n_frames: number of frames.
        agents: (N,) identities of all agents that occur in it.
        has_velocities: whether `read` returns velocities.
        attributes: metadata of the school: ``r_a``, ``length_unit``, ``time_unit``, ``model``.
        species: (N,) name of each agent's species; None if there is a single species.
        dimensions: 2 for a plane, 3 for space; None if nobody says it, see `decide_dimensions`.
        remarks: what was assumed when it was read, one line each.
        variables: names of the numbers that agents keep, which blocks and frames have as `variables`.
    """

    name: str
    path: Path | None = None
    n_frames: int
    agents: NDArray[Any]
    has_velocities: bool
    attributes: Mapping[str, Any]
    species: NDArray[Any] | None = None
    dimensions: int | None = None
    remarks: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    _decided: int | None = None

    @property
    def n_columns(self) -> int:
        """Number of columns in which frames hold agents; fewer than agents where later agents reuse them."""
        return len(self.agents)

    @property
    def reuses_columns(self) -> bool:
        """Whether later agents reuse columns; if not, column i is agent i."""
        return self.n_columns != len(self.agents)

    @property
    def complete(self) -> bool | None:
        """Whether its writer marked it as complete; None if the file does not say."""
        return None

    def refresh(self) -> bool:
        """Include the frames that were written since the last call; return whether there are any.

        Raises:
            KaditaError: if the format cannot be followed, or the file was replaced.
        """
        raise KaditaError(f"{self.name}: expected a NetCDF-3 trajectory to follow; this format does not grow")

    @abstractmethod
    def read(self, frames: Integers) -> Chunk:
        """Return these frames; their numbers must increase."""

    @property
    @abstractmethod
    def times(self) -> Floats:
        """Time of every frame, (n_frames,)."""

    def fingerprint(self) -> dict[str, Any]:
        """Return what identifies the input; it is stored with results."""
        return {"name": Path(self.name).name} if self.path is None else fingerprint(self.path)

    def close(self) -> None:  # noqa: B027 - most trajectories have nothing to close
        """Close the file."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except OSError:
            if error_type is None:
                raise  # otherwise the first error is the one to report

    def __len__(self) -> int:
        return self.n_frames

    def __iter__(self) -> Iterator[Frame]:
        """Iterate over frames in order; frames without agents are left out."""
        return (frame for block in self.blocks() for frame in block)

    @overload
    def __getitem__(self, frame: int) -> Frame: ...
    @overload
    def __getitem__(self, frame: slice) -> Trajectory: ...
    def __getitem__(self, frame: int | slice) -> Frame | Trajectory:
        """Return a frame by number, from 0, or the trajectory of a slice of the frames, which reads them when asked to.

        Negative numbers count back from the end. The frames of a slice are counted from 0 again, and keep their times.

        Raises:
            IndexError: if there is no such frame.
            KaditaError: if the frame has no agents, or the slice no frames.

        >>> import kadita
        >>> with kadita.open("school.nc") as trajectory:
        ...     trajectory[-1].time, len(trajectory[10:20:5])
        (100.0, 2)
        """
        if isinstance(frame, tuple):
            raise TypeError('expected a frame number or a slice of frames; select("agent=NAME") chooses agents')
        if isinstance(frame, slice):
            from kadita.school.transforms.parts import frames_of

            return frames_of(self, frame)
        if not -self.n_frames <= frame < self.n_frames:
            raise IndexError(f"frame: expected {-self.n_frames} .. {self.n_frames - 1}; got {frame}")
        for block in self.blocks_of(np.array([frame % self.n_frames])):
            return block[0]
        raise KaditaError(f"{self.name}: no agent is present in frame {frame}")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}, {self.n_frames} frames, {len(self.agents)} agents>"

    def _repr_html_(self) -> str:  # without reading frames, as it is shown often
        times, unit = self.times, self.attributes.get("time_unit") or ""
        species = "" if self.species is None else f" of {', '.join(names_of(self.species))}"
        facts = {
            "frames": self.n_frames,
            "agents": f"{len(self.agents)}{species}",
            "times": f"{times[0]:g} to {times[-1]:g} {unit}".strip(),
            "velocities": "yes" if self.has_velocities else "no",
            "model": self.attributes.get("model") or "",
        }
        return html.named(self.name, [(key, value) for key, value in facts.items() if value != ""])

    def select(self, *choices: str, **former: Any) -> Any:
        """Return the trajectory of the agents that all choices name; neighbours and clusters are those among them.

        Args:
            choices: ``"species=NAME"`` or ``"agent=NAME"``, with commas between several names.
            former: keywords of `frame_numbers`, which had this name.

        Raises:
            KaditaError: another form, a name that does not occur, or no agent left.

        >>> import kadita
        >>> with kadita.open("species.nc") as trajectory:
        ...     trajectory.select("species=predator").agents.tolist()
        [0, 1]
        """
        if unknown := former.keys() - {"start", "stop", "step", "begin", "end", "dt", "none"}:
            (key, *_) = sorted(unknown)
            raise KaditaError(f"select: expected text such as 'species=prey'; got the keyword {key}={former[key]!r}")
        if former or not all(isinstance(choice, str) for choice in choices):
            renamed.warn("Trajectory.select(start, stop, step)", "Trajectory.frame_numbers(start, stop, step)")
            return self.frame_numbers(*choices, **former)  # type: ignore[arg-type]
        from kadita.school.transforms.parts import agents_of

        return agents_of(self, choices)

    def describe(self) -> Description:
        """Return what `kadita info` prints: frames, agents, times, cell, gaps, units, and how it was made.

        >>> import kadita
        >>> with kadita.open("school.nc") as trajectory:
        ...     trajectory.describe()["frames"]
        21
        """
        import kadita

        return kadita.info(self)

    def show(self, metrics: Any = None, **options: Any) -> Page:
        """Show a film of the school, curves and numbers in a notebook; see `kadita.show`.

        >>> import kadita
        >>> with kadita.open("school.nc") as trajectory:
        ...     trajectory.show(["polarization"])
        <Page of ... MB; a notebook shows it, .save('report.html') writes it>
        """
        import kadita

        return kadita.show(self, metrics, **options)

    def frame_numbers(
        self,
        start: int | None = None,
        stop: int | None = None,
        step: int | None = None,
        *,
        begin: float | None = None,
        end: float | None = None,
        dt: float | None = None,
        none: bool = False,
    ) -> Integers:
        """Return the frame numbers of a slice, further limited to times from `begin` to `end` and to multiples of `dt`.

        With `none` the result can be empty.

        Raises:
            KaditaError: if the step is below 1, or no frames are selected.
        """
        return chosen(self, start, stop, step, begin=begin, end=end, dt=dt, none=none)

    def blocks(
        self,
        start: int | None = None,
        stop: int | None = None,
        step: int | None = None,
        size: int = BLOCK_FRAMES,
    ) -> Iterator[Block]:
        """Yield the frames of a slice as blocks of at most `size` frames; see `blocks_of`."""
        return self.blocks_of(self.frame_numbers(start, stop, step), size)

    def blocks_of(self, frames: Integers, size: int = BLOCK_FRAMES) -> Iterator[Block]:
        """Yield these frames as blocks in which the same agents are present and the cell is constant.

        Frames without agents are left out.
        """
        dimensions = self.decide_dimensions()
        all_species = names_of(self.species)
        for numbers, chunk in self.chunks_of(frames, size):
            yield from blocks_in(self, numbers, chunk, dimensions, all_species)

    def chunks_of(self, frames: Integers, size: int = BLOCK_FRAMES) -> Iterator[tuple[Integers, Chunk]]:
        """Yield these frames as the file stores them, at most `size` at a time, with their numbers."""
        size = frames_at_once(self.n_columns, size)
        for first in range(0, len(frames), size):
            numbers = frames[first : first + size]
            yield numbers, self.read(numbers)

    def decide_dimensions(self) -> int:
        """Return 2 or 3: `dimensions`, or where nobody says it, what all positions show.

        A school whose positions all have one z, and whose velocities have no z component, is in a plane. Frames are
        read once, until one is not in the plane.
        """
        if self.dimensions is not None:
            return self.dimensions
        if self._decided is None:
            self._decided = PLANE if self._is_flat() else SPACE
        return self._decided

    def _is_flat(self) -> bool:
        low, high, seen = np.inf, -np.inf, 0
        for numbers, chunk in self.chunks_of(np.arange(self.n_frames)):
            present = self.presence(numbers, chunk)
            z, seen = chunk.positions[..., 2][present], seen + int(present.sum())
            low, high = min(low, z.min(initial=np.inf)), max(high, z.max(initial=-np.inf))
            if low < high or (chunk.velocities is not None and off_plane(None, chunk.velocities)):
                return False
        return seen > 1  # a single position is no evidence

    def presence(self, frames: Integers, chunk: Chunk) -> NDArray[np.bool_]:
        """Return in which columns an agent is present in these frames, (T, C): its position is known.

        Raises:
            KaditaError: a frame holds an infinite number.
        """
        present = np.ones(chunk.positions.shape[:2], dtype=bool)
        for what, values in (("position", chunk.positions), ("velocity", chunk.velocities)):
            if values is None or within(values):
                continue
            if np.isinf(values).any():
                bad = frames[np.isinf(values).any(axis=(1, 2))][0]
                raise KaditaError(f"{self.name}: expected finite numbers; frame {bad} holds an infinite {what}")
            if what == "position":
                present = np.logical_not(np.isnan(values).any(axis=2))
        return present


def arrivals(trajectory: Trajectory, pause: float = 0.5) -> Iterator[int]:
    """Yield the frame count whenever it grows, until the writer marks completion."""
    yield trajectory.n_frames
    while True:
        complete = trajectory.complete is True  # read before the frames are counted: none is added afterwards
        if trajectory.refresh():
            yield trajectory.n_frames
        elif complete:
            return
        else:
            time.sleep(pause)
