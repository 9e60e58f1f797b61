"""A model becomes blocks, and blocks become a trajectory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kadita.block import Block
from kadita.errors import KaditaError
from kadita.models.configuration import RunConfiguration, load_configuration
from kadita.trajectory import frames_at_once

PAIRS_A_CALL = 300_000_000


def simulate(configuration: RunConfiguration, *, threads: int = 1) -> Iterator[Block]:
    """Integrate a model and yield its frames as blocks: time 0, then one frame every so many steps.

    The same configuration gives the same numbers whatever the threads.

    Raises:
        KaditaError: more threads than there are.
    """
    import numba

    from kadita.models.zones import advance, advance_in_parallel

    most = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    if not 1 <= threads <= most:
        raise KaditaError(f"--threads: expected 1 to {most} on this machine; got {threads}")
    p, seed = configuration.parameters, np.uint64(configuration.seed)
    step_many = advance
    if threads > 1:
        numba.set_num_threads(threads)
        step_many = advance_in_parallel
    rules = (p.space.array, p.r_r, p.r_o, p.r_a, p.cosine_limit, p.orientation_weight, p.max_turn, p.noise)
    positions, headings = p.initial_state(configuration.seed)
    frames = 1 + configuration.steps // configuration.every
    # a compiled call cannot be interrupted, so none takes more than a second or so
    slice_ = max(1, PAIRS_A_CALL // p.agents**2)
    size = frames_at_once(p.agents)
    attributes = {"model": configuration.model, "r_a": p.r_a}
    for first in range(0, frames, size):
        numbers = np.arange(first, min(first + size, frames))
        x = np.empty((len(numbers), p.agents, 3))
        u = np.empty_like(x)
        for row, frame in enumerate(numbers.tolist()):
            if frame > 0:
                for done in range((frame - 1) * configuration.every, frame * configuration.every, slice_):
                    steps = min(slice_, frame * configuration.every - done)
                    step_many(positions, headings, steps, done, seed, *rules, p.speed * p.time_step)
            x[row], u[row] = positions, headings
        times = numbers * configuration.every * p.time_step
        yield Block(x, u * p.speed, box=p.space, times=times, attributes=attributes, frames=numbers)


def run(
    scenario: str | Path | RunConfiguration,
    *,
    agents: int | None = None,
    steps: int | None = None,
    every: int | None = None,
    seed: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    threads: int = 1,
    output: str | Path | None = None,
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Simulate a school and write its trajectory.

    Args:
        scenario: a scenario's name, the path of a TOML file, or a configuration.
        agents: their number.
        steps: number of time steps.
        every: steps from one frame to the next.
        seed: of the random numbers; the same seed gives the same bytes.
        parameters: of the model, by name.
        threads: the trajectory does not depend on it.
        output: where to write; a file in this folder named after the scenario where it is not given.
        force: replace a file that exists.
        progress: called with the number of frames done and their total.

    Returns:
        The path of the trajectory.

    Raises:
        KaditaError: an unknown scenario, an impossible parameter, a file that exists.
    """
    from kadita.formats.amber_writer import AmberWriter

    if isinstance(scenario, RunConfiguration):
        configuration, name = scenario, str(scenario.model)
    else:
        changed = dict(parameters or {}) | ({} if agents is None else {"agents": agents})
        configuration = load_configuration(scenario, {"steps": steps, "every": every, "seed": seed}, changed)
        name = Path(scenario).stem if str(scenario).endswith(".toml") else str(scenario)
    path = Path(output) if output is not None else Path(f"{name}.nc")
    if path.suffix != ".nc":
        raise KaditaError(f"{path}: expected a trajectory named *.nc; got '{path.suffix}'")
    p = configuration.parameters
    frames = 1 + configuration.steps // configuration.every
    blocks = simulate(configuration, threads=threads)
    first = next(blocks)  # what is wrong with the input shows here, before a file is touched
    with AmberWriter(
        path,
        p.agents,
        periodic=p.space.periodic,
        configuration=configuration.model_dump(mode="json"),
        force=force,
    ) as writer:
        block: Block | None = first
        while block is not None:
            writer.write_block(block)
            if progress is not None:
                progress(writer.n_frames, frames)
            block = next(blocks, None)
    return path
