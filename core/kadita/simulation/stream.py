"""A simulation: a trajectory whose frames are computed as they are read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.block import Block, Frame
from kadita.school.box import Floats
from kadita.school.chunk import BLOCK_FRAMES, Chunk, frames_at_once
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.variables import NONE, Variables
from kadita.simulation import CHECKPOINT_SECONDS, checkpoint
from kadita.simulation.checkpoint import Checkpoint
from kadita.simulation.checks import attributes_of
from kadita.simulation.configuration import RunConfiguration
from kadita.simulation.first_state import checksum_of
from kadita.simulation.integration import Integration, checksum_of_rules

if TYPE_CHECKING:
    from kadita.io.amber.writer import AmberWriter


BLOCK_SECONDS = 10.0  # a block that takes longer ends early, so that its frames are written


class Simulation(Trajectory):
    """The frames of a run: one at time 0, then one every Nth step. Create one with `kadita.simulate`.

    Each reading integrates the model from the start. After `record` was called, frames are also written to a file:

        with kadita.simulate("torus") as school:
            school.record("torus.nc")
            results = kadita.analyze(school)
    """

    def __init__(
        self, configuration: RunConfiguration, *, name: str = "", threads: int = 1, start: Frame | None = None
    ) -> None:
        import numba

        most = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
        if not 1 <= threads <= most:
            raise KaditaError(f"--threads: expected 1 to {most} on this machine; got {threads}")
        self.configuration = configuration
        self.model = configuration.parameters
        if start is not None and not isinstance(start, Frame):
            raise KaditaError(f"start: expected a frame, such as trajectory[-1]; got {start!r}")
        if start is not None and len(start.agents) != self.model.agents:
            raise KaditaError(f"start: expected a frame of {self.model.agents} agents; got {len(start.agents)}")
        if start is not None and self.model.accelerate is None and not start.moving.all():
            raise KaditaError(f"start: expected agents that move; agent {int(np.argmin(start.moving))} is at rest")
        self.name = name or configuration.model
        self.n_frames = configuration.frames
        self.agents = np.arange(self.model.agents)
        self.has_velocities = True
        self.dimensions = self.model.dimensions
        self.attributes = attributes_of(configuration.models)
        self.variables = configuration.variables
        self._kept = [self.model.variables.index(name) for name in self.variables]  # rows of the state's variables
        self._threads, self._start = threads, start
        self.species = (
            np.array(configuration.species_names)[configuration.species_indices] if configuration.species else None
        )
        self._writer: AmberWriter | None = None
        self._sinks: list[Callable[[Block], object]] = []
        self._watchers: list[Callable[[Block], object]] = []
        self._block_seconds = BLOCK_SECONDS
        self._compiled: Integration | None = None
        self._resumed: Checkpoint | None = None
        self._checkpoint_every = CHECKPOINT_SECONDS
        self.stopping = False  # set it to end the run with the current frame

    @property
    def times(self) -> Floats:
        """Time of every frame, (n_frames,)."""
        return self._times(np.arange(self.n_frames))

    def _times(self, frames: Integers) -> Floats:
        return (frames * self.configuration.every).astype(np.float64) * self.model.time_step

    def fingerprint(self) -> dict[str, Any]:
        """Return everything that determines the frames."""
        return {"name": self.name, "configuration": self._made_by()}

    def _made_by(self) -> dict[str, Any]:
        state = {} if self._start is None else {"start": checksum_of(self._start)}
        return self.configuration.stored() | state

    def record(
        self,
        path: str | Path,
        *,
        force: bool = False,
        resume: bool = False,
        checkpoint_every: float = CHECKPOINT_SECONDS,
    ) -> Path:
        """Write the frames to a trajectory as they are computed; from then on they can be read only once.

        Args:
            path: of the trajectory; checkpoints are kept next to it until it is complete.
            force: replace a file that exists.
            resume: continue an interrupted run of this configuration from its newest checkpoint; the file becomes
                byte for byte that of an uninterrupted run. Frames already in the file are not computed again. If the
                rules of the model were edited since, the run starts again from the initial state.
            checkpoint_every: minimum time between checkpoints, in seconds.

        Raises:
            KaditaError: a file that exists or cannot be written; to resume, a file of another run or a complete one.
        """
        from kadita.io.amber.writer import AmberWriter

        if self._writer is not None:
            raise KaditaError(f"{self.name}: it is recorded already, in {self._writer.path}")
        path, self._checkpoint_every = Path(path), checkpoint_every
        if resume and path.exists():
            self._check_same_run(path)
            self._resumed = checkpoint.load(path, self._made_by(), checksum_of_rules(self.configuration))
            self._writer = AmberWriter.reopen(path, self._resumed.frames if self._resumed else 0)
        else:
            if not force and path.is_file() and is_interrupted(path):
                raise KaditaError(f"{path}: is an interrupted run; --resume continues it, --force begins it anew")
            self._writer = AmberWriter(
                path,
                self.model.agents,
                periodic=self.model.space.axes,
                dimensions=self.dimensions,
                configuration=self._made_by(),
                attributes=self.attributes,
                species=(self.configuration.species_names, self.configuration.species_indices)
                if self.configuration.species
                else None,
                variables=self.variables,
                force=force,
            )
        self._sinks.insert(0, self._writer.write_block)
        return path

    def compile(self) -> None:
        """Compile the model for this machine, or load it from the cache, before the first frame needs it."""
        self._compiled = self._initial()
        self._compiled.compile()

    def _initial(self) -> Integration:
        """Return the initial state; the first time, that of `compile`."""
        compiled, self._compiled = self._compiled, None
        return compiled or Integration(self.configuration, self._threads, self._start)

    def send_to(self, sink: Callable[[Block], object]) -> None:
        """Call `sink` with every block, in order, while the next block is integrated."""
        self._sinks.append(sink)

    def watch(self, watcher: Callable[[Block], object], seconds: float = BLOCK_SECONDS) -> None:
        """Call `watcher` with every block, in order, as soon as it is integrated; it must be quick, and not raise.

        Args:
            watcher: called in the thread that integrates.
            seconds: a block that takes longer ends early; the frames, and the file, do not depend on it.
        """
        self._watchers.append(watcher)
        self._block_seconds = min(self._block_seconds, seconds)

    def _check_same_run(self, path: Path) -> None:
        from kadita.io.amber.trajectory import AmberTrajectory

        with AmberTrajectory(path) as written:
            if written.configuration != self._made_by():
                raise KaditaError(f"{path}: expected a run of this configuration to resume; it has another one")
            if written.complete:
                raise KaditaError(f"{path} is complete; there is nothing to resume")

    @property
    def recorded(self) -> int:
        """Number of frames in the file."""
        return self._writer.n_frames if self._writer else 0

    def close(self) -> None:
        """Close the trajectory file, marked complete if all frames were written."""
        if self._writer is not None:
            complete = self.recorded == self.n_frames
            self._writer.close(complete=complete)
            if complete:
                checkpoint.remove(self._writer.path)

    def blocks_of(self, frames: Integers, size: int = BLOCK_FRAMES) -> Iterator[Block]:
        """Yield these frames; all other frames are integrated as well, and written if the run is recorded."""
        for block in self.stream(size, None if self._writer else int(frames[-1]) + 1):
            chosen = np.isin(block.frames, frames)
            if chosen.all():
                yield block
            elif chosen.any():
                kept = block.variables.at(chosen)
                yield self._block(block.frames[chosen], block.positions[chosen], block.velocities[chosen], kept)

    def read(self, frames: Integers) -> Chunk:
        """Integrate up to these frames and return them."""
        blocks = list(self.blocks_of(frames))
        positions, velocities = (np.concatenate([getattr(b, a) for b in blocks]) for a in ("positions", "velocities"))
        lengths = self.model.space.repeated(len(frames))
        kept = {name: np.concatenate([block.variables[name] for block in blocks]) for name in self.variables}
        return Chunk(positions, velocities, self._times(frames), lengths, variables=Variables(kept) if kept else NONE)

    def stream(self, size: int = BLOCK_FRAMES, stop: int | None = None) -> Iterator[Block]:
        """Yield the frames 0, 1, 2 ... up to `stop`, exclusive, or all frames, in blocks of at most `size`.

        Raises:
            KaditaError: a recorded run whose frames were read before; they are in the file.
        """
        if self.recorded > (self._resumed.frames if self._resumed else 0):
            raise KaditaError(f"{self.name}: its frames can be read once while recorded; read the file")
        stop = self.n_frames if stop is None else stop
        size = frames_at_once(self.model.agents, size)
        state = self._initial()
        if self._resumed is not None:
            state.restore(self._resumed)
        saved, first = time.monotonic(), self.recorded
        with ThreadPoolExecutor(1) as worker:
            writing = worker.submit(self._send, None, None)
            while first < stop and not self.stopping:
                numbers = np.arange(first, min(first + size, stop))
                x, v, kept = self._integrate(state, numbers)
                first += len(x)
                writing.result()  # blocks are written one at a time, in order
                block = self._block(numbers[: len(x)], x, v, kept) if len(x) else None
                if block is not None:
                    for watcher in self._watchers:
                        watcher(block)
                    yield block  # before it is written: an error in the first block then leaves no file
                due = None
                if first < self.n_frames and (self.stopping or time.monotonic() - saved >= self._checkpoint_every):
                    due = Checkpoint(state.step, first, state.positions, state.headings, state.variables)
                    saved = time.monotonic()
                writing = worker.submit(self._send, block, due)
            writing.result()

    def _integrate(self, state: Integration, numbers: Integers) -> tuple[Floats, Floats, Variables]:
        """Advance to these frames; return positions, velocities and variables of those reached in time."""
        every, ends = self.configuration.every, time.monotonic() + self._block_seconds
        x = np.empty((len(numbers), self.model.agents, 3))
        v = np.empty_like(x)
        kept = np.empty((len(self._kept), *x.shape[:2]))
        done = 0
        for frame in numbers.tolist():
            state.advance(frame * every - state.step, partial(self._is_over, ends))
            if state.step < frame * every:  # stopped between frames; a checkpoint can be saved there
                break
            state.write_to(x[done], v[done])
            if self._kept:
                kept[:, done] = state.variables[self._kept]
            done += 1
            if self._is_over(ends):
                break
        state.check()
        variables = Variables(dict(zip(self.variables, kept[:, :done], strict=True))) if self._kept else NONE
        return x[:done], v[:done], variables

    def _is_over(self, ends: float) -> bool:
        """Return whether to end a block here: its time is over, or the run is stopping."""
        return self.stopping or time.monotonic() > ends

    def _send(self, block: Block | None, state: Checkpoint | None) -> None:
        """Pass a block to all sinks, while the next one is integrated; then write the checkpoint if one is due."""
        if block is not None:
            for sink in self._sinks:
                sink(block)
        if self._writer is not None and state is not None:
            self._writer.secure()  # flush the frames that the checkpoint counts, before it is written
            rules = checksum_of_rules(self.configuration)
            checkpoint.save(self._writer.path, state, self._made_by(), rules)

    def _block(self, numbers: Integers, positions: Floats, velocities: Floats, variables: Variables) -> Block:
        return Block(
            positions,
            velocities,
            box=self.model.space,
            times=self._times(numbers),
            attributes=self.attributes,
            frames=numbers,
            species=self.species,
            dimensions=self.dimensions,
            variables=variables,
        )


def is_interrupted(path: Path) -> bool:
    """Return whether a file is the trajectory of a run that was interrupted."""
    from kadita.io.amber.trajectory import AmberTrajectory

    try:
        with AmberTrajectory(path) as trajectory:
            return trajectory.complete is False
    except (KaditaError, OSError):
        return False
