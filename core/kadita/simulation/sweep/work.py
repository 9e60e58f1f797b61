"""What a worker does: run the points of one line of a sweep with one seed, and write what was measured.

The results of seed 3 are seed-3.csv and seed-3.json, and seed-3_TABLE.csv of whole-trajectory analyses; its state at
the end, where a chain goes on from it, is seed-3.state.npz, and its trajectory, where that is kept, seed-3.nc. A point
is finished where all of them are there: each is written whole, and seed-3.json last.
"""

from __future__ import annotations

import hashlib
import warnings
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError, KaditaWarning, PluginError
from kadita.base.files import replace_whole
from kadita.evaluation.evaluate import analyze
from kadita.evaluation.export import write
from kadita.evaluation.plan import Preset
from kadita.evaluation.results import Results
from kadita.plugins.loading import load_same
from kadita.plugins.registry import Registry
from kadita.school.block import Block
from kadita.school.frame import Frame
from kadita.simulation.configuration import RunConfiguration
from kadita.simulation.stream import Simulation
from kadita.simulation.sweep.points import MANIFEST

NEVER = float("inf")  # seconds from one checkpoint to the next: a point that was interrupted is run anew


@dataclass(frozen=True)
class Measured:
    """What is measured of every point, and how; plugin files and a profile are what they held when the sweep began."""

    metrics: tuple[str, ...] | None  # all default ones
    parameters: dict[str, Any]
    profile: Preset | None
    largest_cluster: float | str | None
    trajectories: bool
    equilibration: float | str
    plugins: tuple[tuple[str, str], ...]  # paths, and their checksums in `Registry.files`


@dataclass(frozen=True)
class Point:
    """A folder, and the run whose results lie there."""

    folder: str
    run: dict[str, Any]
    chained: bool  # it starts where the point before it ended


@dataclass(frozen=True)
class Line:
    """Points one after the other, with one seed: a chain, or one point by itself."""

    name: str
    seed: int
    points: tuple[Point, ...]
    measured: Measured

    def __repr__(self) -> str:
        return f"{self.name}, seed {self.seed}"


def files_of(folder: Path, seed: int, *, chained: bool, trajectories: bool) -> list[Path]:
    """Return the files of a point, which is finished where they are all there."""
    endings = [".csv", ".json", *([".state.npz"] if chained else []), *([".nc"] if trajectories else [])]
    return [folder / f"seed-{seed}{ending}" for ending in endings]


def run_line(line: Line) -> None:
    """Run what is not finished of a line.

    Raises:
        KaditaError: a run or a metric fails, or the folder of the sweep is not there.
    """
    registry = load_same(line.measured.plugins)
    chained = len(line.points) > 1
    before: Path | None = None
    for point in line.points:
        folder = Path(point.folder)
        files = files_of(folder, line.seed, chained=chained, trajectories=line.measured.trajectories)
        state = folder / f"seed-{line.seed}.state.npz"
        if not all(file.exists() for file in files):
            if not (folder / MANIFEST).exists():
                raise KaditaError(f"{folder}: expected the folder of a sweep, which all workers share; it is not there")
            run = _configuration(point.run, line.seed, registry)
            start = _load(before, run) if point.chained and before is not None else None
            try:
                _run(run, start, files[0], state if chained else None, line.measured, registry)
            except KaditaError as error:
                raise type(error)(f"{line.name}, seed {line.seed} ({folder.name}): {error}") from None
        before = state


def _run(
    run: RunConfiguration,
    start: Frame | None,
    results: Path,
    state: Path | None,
    measured: Measured,
    registry: Registry,
) -> None:
    found: list[Results] = []
    last: list[Block] = []

    def keep(block: Block) -> None:
        last[:] = [block]

    def simulate(trajectory: Path | None = None) -> None:
        with Simulation(run, start=start) as school, warnings.catch_warnings():
            warnings.simplefilter("ignore", KaditaWarning)  # the results carry them as notes
            school.send_to(keep)
            if trajectory is not None:
                school.record(trajectory, force=True, checkpoint_every=NEVER)
            found.append(
                analyze(
                    school,
                    measured.metrics,
                    parameters=measured.parameters,
                    profile=measured.profile,
                    largest_cluster=measured.largest_cluster,
                    registry=registry,
                )
            )
        if found[0].failures:
            raise PluginError(next(iter(found[0].failures.values())))
        profile = Path(str(found[0].provenance["profile"])).name  # folders are nobody else's business
        found[0] = replace(found[0], provenance={**found[0].provenance, "profile": profile})

    if measured.trajectories:
        replace_whole(results.with_suffix(".nc"), simulate)
    else:
        simulate()
    if state is not None:
        replace_whole(state, partial(_save, last[0][-1]))
    _write(found[0], results, measured.equilibration)


def _write(found: Results, path: Path, equilibration: float | str) -> None:
    """Write results, whatever files they make, and last of all the record: where it is, they all are."""
    with TemporaryDirectory(dir=path.parent, prefix=f".{path.stem}-") as unfinished:
        write(found, Path(unfinished) / path.name, equilibration=equilibration)
        for file in sorted(Path(unfinished).iterdir(), key=lambda file: (file.suffix == ".json", file.name)):
            file.replace(path.with_name(file.name))


def _save(frame: Frame, path: Path) -> None:
    x, v = frame.positions, frame.velocities
    with path.open("wb") as file:
        np.savez(file, positions=x, velocities=v, sha256=_checksum((x, v)))


def _load(path: Path, run: RunConfiguration) -> Frame:
    try:
        with np.load(path) as file:
            numbers = {name: file[name] for name in ("positions", "velocities")}
            whole = str(file["sha256"]) == _checksum(numbers.values())
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        whole = False
    if not whole:
        raise KaditaError(f"{path}: expected the state in which a run ended; it is damaged; remove it and sweep again")
    return Block(**numbers, box=run.parameters.space)[0]


def _checksum(arrays: Iterable[Any]) -> str:
    return hashlib.sha256(b"".join(np.ascontiguousarray(a, "<f8").tobytes() for a in arrays)).hexdigest()


def _configuration(stored: dict[str, Any], seed: int, registry: Registry) -> RunConfiguration:
    parameters = registry.models[stored["model"]].model_validate(stored["parameters"])
    return RunConfiguration.model_validate({**stored, "seed": seed, "parameters": parameters})
