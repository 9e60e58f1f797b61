"""A simulation: a trajectory whose frames are computed as they are read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.block import Block
from kadita.school.box import Floats
from kadita.school.frame import Frame
from kadita.school.neighbors import Integers
from kadita.school.trajectory import BLOCK_FRAMES, Chunk, Trajectory, frames_at_once
from kadita.simulation import CHECKPOINT_SECONDS, checkpoint
from kadita.simulation.checkpoint import Checkpoint
from kadita.simulation.checks import attributes_of
from kadita.simulation.configuration import RunConfiguration
from kadita.simulation.integration import Integration, checksum_of, checksum_of_rules

if TYPE_CHECKING:
    from kadita.io.amber.writer import AmberWriter


BLOCK_SECONDS = 10.0  # a block that takes longer ends with the frame at hand, so that it is written


class Simulation(Trajectory):
    """The frames of a run: time 0, then one every so many steps. Made by `kadita.simulate`.

    Reading it integrates the model, from the start each time. What `record` was called for is written as it passes:

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
        if start is not None and not start.moving.all():
            raise KaditaError(f"start: expected agents that move; agent {int(np.argmin(start.moving))} is at rest")
        self.name = name or configuration.model
        self.n_frames = configuration.frames
        self.agents = np.arange(self.model.agents)
        self.has_velocities = True
        self.attributes = attributes_of(self.model)
        self._threads, self._start = threads, start
        self.species = (
            np.array(configuration.species_names)[configuration.species_indices] if configuration.species else None
        )
        self._writer: AmberWriter | None = None
        self._sinks: list[Callable[[Block], object]] = []
        self._begun: Integration | None = None
        self._resumed: Checkpoint | None = None
        self._checkpoint_every = CHECKPOINT_SECONDS
        self.stopping = False  # once it is set, the frame at hand is the last

    @property
    def times(self) -> Floats:
        """Time of every frame, (n_frames,)."""
        return self._times(np.arange(self.n_frames))

    def _times(self, frames: Integers) -> Floats:
        times: Floats = (frames * self.configuration.every).astype(np.float64) * self.model.time_step
        return times

    def fingerprint(self) -> dict[str, Any]:
        """Return what made the frames: where it is equal, they are."""
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
        """Write the frames to a trajectory as they pass, which they do once from then on.

        Args:
            path: of the trajectory; checkpoints of the run lie beside it until it is complete.
            force: replace a file that exists.
            resume: go on with a run of this configuration that did not come to its end, from its newest checkpoint;
                the file becomes byte for byte that of a run that never stopped. Its first frames pass no more.
                Where the model's rules were edited since, it begins anew.
            checkpoint_every: least time from one checkpoint to the next, in seconds.

        Raises:
            KaditaError: a file that exists, or cannot be made there; one of another run, or a complete one, to resume.
        """
        from kadita.io.amber.writer import AmberWriter

        if self._writer is not None:
            raise KaditaError(f"{self.name}: it is recorded already, in {self._writer.path}")
        path, self._checkpoint_every = Path(path), checkpoint_every
        if resume and path.exists():
            self._check_same_run(path)
            self._resumed = checkpoint.load(path, self._made_by(), checksum_of_rules(self.configuration.models))
            self._writer = AmberWriter.reopen(path, self._resumed.frames if self._resumed else 0)
        else:
            self._writer = AmberWriter(
                path,
                self.model.agents,
                periodic=self.model.space.periodic,
                configuration=self._made_by(),
                attributes=self.attributes,
                species=(self.configuration.species_names, self.configuration.species_indices)
                if self.configuration.species
                else None,
                force=force,
            )
        self._sinks.insert(0, self._writer.write_block)
        return path

    def compile(self) -> None:
        """Compile the model for this machine, or take it from disk, before the first frame needs it."""
        self._begun = self._begin()
        self._begun.compile()

    def _begin(self) -> Integration:
        """Return the state at the start, which is made once where the model was compiled before."""
        begun, self._begun = self._begun, None
        return begun or Integration(self.configuration, self._threads, self._start)

    def send_to(self, sink: Callable[[Block], object]) -> None:
        """Call `sink` with every block as it passes, one after the other, while the next block is integrated."""
        self._sinks.append(sink)

    def _check_same_run(self, path: Path) -> None:
        from kadita.io.amber.trajectory import AmberTrajectory

        with AmberTrajectory(path) as begun:
            if begun.configuration != self._made_by():
                raise KaditaError(f"{path}: expected a run of this configuration to resume; it was made by another")
            if begun.complete:
                raise KaditaError(f"{path} is complete; there is nothing to resume")

    @property
    def recorded(self) -> int:
        """Number of frames that are in the file."""
        return self._writer.n_frames if self._writer else 0

    def close(self) -> None:
        """Close the file that is written to; it is complete if all frames have passed."""
        if self._writer is not None:
            complete = self.recorded == self.n_frames
            self._writer.close(complete=complete)
            if complete:
                checkpoint.remove(self._writer.path)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except OSError:
            if kind is None:
                raise  # otherwise what went wrong first is what to say

    def blocks_of(self, frames: Integers, size: int = BLOCK_FRAMES) -> Iterator[Block]:
        """Yield these frames; all others are integrated, too, and written where they are recorded."""
        for block in self.stream(size, None if self._writer else int(frames[-1]) + 1):
            chosen = np.isin(block.frames, frames)
            if chosen.all():
                yield block
            elif chosen.any():
                yield self._block(block.frames[chosen], block.positions[chosen], block.velocities[chosen])

    def read(self, frames: Integers) -> Chunk:
        """Integrate up to these frames and return them."""
        blocks = list(self.blocks_of(frames))
        positions, velocities = (np.concatenate([getattr(b, a) for b in blocks]) for a in ("positions", "velocities"))
        box = self.model.space
        return Chunk(
            positions, velocities, self._times(frames), np.tile(box.array, (len(frames), 1)) if box.periodic else None
        )

    def stream(self, size: int = BLOCK_FRAMES, stop: int | None = None) -> Iterator[Block]:
        """Yield frames 0, 1, 2 ... before `stop`, or all of them, whatever their number.

        Raises:
            KaditaError: they have passed already and are in the file.
        """
        if self.recorded > (self._resumed.frames if self._resumed else 0):
            raise KaditaError(f"{self.name}: its frames pass once while they are recorded; read the file")
        stop = self.n_frames if stop is None else stop
        size = frames_at_once(self.model.agents, size)
        state = self._begin()
        if self._resumed is not None:
            state.restore(self._resumed)
        saved, first = time.monotonic(), self.recorded
        with ThreadPoolExecutor(1) as worker:
            under_way: Future[None] | None = None
            while first < stop and not self.stopping:
                numbers = np.arange(first, min(first + size, stop))
                x, v = self._integrate(state, numbers)
                first += len(x)
                if under_way is not None:
                    under_way.result()  # one block is written at a time, in their order
                block = self._block(numbers[: len(x)], x, v) if len(x) else None
                if block is not None:
                    yield block  # before it is written: what is refused at once leaves no file, and replaces none
                now = None
                if first < self.n_frames and (self.stopping or time.monotonic() - saved >= self._checkpoint_every):
                    now = Checkpoint(state.step, first, state.positions, state.headings)
                    saved = time.monotonic()
                under_way = worker.submit(self._pass_on, block, now)
            if under_way is not None:
                under_way.result()

    def _integrate(self, state: Integration, numbers: Integers) -> tuple[Floats, Floats]:
        """Advance to these frames; return positions and velocities, (T, N, 3), of those that were reached in time."""
        every, ends = self.configuration.every, time.monotonic() + BLOCK_SECONDS
        speeds = np.array([model.speed for model in state.models])[state.species][:, None]
        x = np.empty((len(numbers), self.model.agents, 3))
        v = np.empty_like(x)
        done = 0
        for frame in numbers.tolist():
            state.advance(frame * every - state.step, partial(self._is_over, ends))
            if state.step < frame * every:  # between frames, where a checkpoint may be, too
                break
            state.write_to(x[done], v[done])
            v[done] *= speeds
            done += 1
            if self._is_over(ends):
                break
        state.check()
        return x[:done], v[:done]

    def _is_over(self, ends: float) -> bool:
        """Whether a block ends here: it has taken long enough, or the run is to stop."""
        return self.stopping or time.monotonic() > ends

    def _pass_on(self, block: Block | None, state: Checkpoint | None) -> None:
        """Give a block to all who asked for it, while the next is integrated; then write the checkpoint that is due."""
        if block is not None:
            for sink in self._sinks:
                sink(block)
        if self._writer is not None and state is not None:
            self._writer.secure()  # the frames that the checkpoint counts on are on disk before it is
            rules = checksum_of_rules(self.configuration.models)
            checkpoint.save(self._writer.path, state, self._made_by(), rules)

    def _block(self, numbers: Integers, positions: Floats, velocities: Floats) -> Block:
        return Block(
            positions,
            velocities,
            box=self.model.space,
            times=self._times(numbers),
            attributes=self.attributes,
            frames=numbers,
        )
