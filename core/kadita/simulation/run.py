"""Create a simulation, or run one and write its trajectory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError
from kadita.base.progress import Progress, counter, with_bar
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry
from kadita.school.block import Frame
from kadita.simulation import CHECKPOINT_SECONDS
from kadita.simulation.configuration import RunConfiguration, load_configuration
from kadita.simulation.stream import Simulation


def simulate(
    scenario: str | Path | RunConfiguration,
    *,
    agents: int | None = None,
    steps: int | None = None,
    every: int | None = None,
    seed: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    threads: int = 1,
    start: Frame | None = None,
    plugins: Iterable[str | Path] = (),
    registry: Registry | None = None,
) -> Simulation:
    """Return a simulation whose frames are computed as they are read: pass it to `kadita.analyze`, record it, or both.

    Args:
        scenario: a scenario's name, the path of a TOML file, or a configuration.
        agents: number of agents.
        steps: number of time steps.
        every: time steps between frames.
        seed: of the random numbers; the same seed gives the same numbers for any number of threads.
        parameters: of the model, by name.
        threads: number of threads; the frames do not depend on it.
        start: a frame to start from, instead of the configuration's initial state. Times start at 0 again, and the
            noise differs from that of a run from the initial state.
        plugins: plugin files to load in addition to the installed plugins.
        registry: from `kadita.plugins.loading.load_registry`, which is called if it is None.

    Raises:
        KaditaError: an unknown scenario, an invalid parameter, more threads than this machine has.

    >>> import kadita
    >>> with kadita.simulate("torus", agents=50, steps=100, every=10) as school:
    ...     kadita.analyze(school, ["polarization"])
    <Results of 11 frames: polarization>
    """
    if agents is not None and "agents" in (parameters or {}):
        raise KaditaError("agents is set twice, by --agents and by --set; leave out one")
    of_model = dict(parameters or {}) | ({} if agents is None else {"agents": agents})
    changes = {"steps": steps, "every": every, "seed": seed}
    configuration = load_configuration(scenario, changes, of_model, registry=registry or load_registry(plugins))
    name = configuration.model if isinstance(scenario, RunConfiguration) else str(scenario)
    name = Path(name).stem if name.endswith(".toml") else name
    return Simulation(configuration, name=name, threads=threads, start=start)


def trajectory_path(school: Simulation, output: str | Path | None) -> Path:
    """Return the path of a trajectory: `output`, or SCENARIO.nc in the current folder.

    Raises:
        KaditaError: a name that does not end in .nc.
    """
    path = Path(output) if output is not None else Path(f"{school.name}.nc")
    if path.suffix != ".nc":
        raise KaditaError(f"{path}: expected a trajectory named *.nc; got '{path.suffix}'")
    return path


@with_bar("simulating")
def run(
    scenario: str | Path | RunConfiguration,
    *,
    output: str | Path | None = None,
    agents: int | None = None,
    steps: int | None = None,
    every: int | None = None,
    seed: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    threads: int = 1,
    start: Frame | None = None,
    resume: bool = False,
    checkpoint: float = CHECKPOINT_SECONDS,
    force: bool = False,
    plugins: Iterable[str | Path] = (),
    registry: Registry | None = None,
    progress: Progress = None,
) -> Path:
    """Simulate a school and write its trajectory.

    ``kadita.analyze(kadita.simulate(...))`` measures a run without writing it.

    Args:
        scenario: a scenario's name, the path of a TOML file, or a configuration.
        output: path of the trajectory; by default SCENARIO.nc in the current folder.
        agents, steps, every, seed, parameters, threads, start: see `simulate`.
        resume: continue an interrupted run from its newest checkpoint, to the same bytes as without the interruption.
        checkpoint: minimum time between checkpoints, in seconds.
        force: replace a file that exists.
        plugins: plugin files to load in addition to the installed plugins.
        registry: from `kadita.plugins.loading.load_registry`, which is called if it is None.
        progress: True shows a bar; a function is called with the number of frames that are written and their total.

    Returns:
        The path of the trajectory.

    Raises:
        KaditaError: an unknown scenario, an invalid parameter, a file that exists; to resume, a file of another run.

    >>> import kadita
    >>> kadita.run("torus", agents=50, steps=100, every=10, output="short.nc").name
    'short.nc'
    """
    with simulate(
        scenario,
        agents=agents,
        steps=steps,
        every=every,
        seed=seed,
        parameters=parameters,
        threads=threads,
        start=start,
        plugins=plugins,
        registry=registry,
    ) as school:
        path = trajectory_path(school, output)
        school.record(path, force=force, resume=resume, checkpoint_every=checkpoint)
        count = counter(progress)
        for _ in school.stream():
            count(school.recorded, school.n_frames)
    return path
