"""The work of a sweep's worker: run the points of one line with one seed, and write their results.

The results of seed 3 are seed-3.csv and seed-3.json, and seed-3_TABLE.csv for whole-trajectory analyses; its final
state, from which a chain continues, is seed-3.state.npz, and its trajectory, if it is kept, seed-3.nc. A point is
finished if all of them exist: each is written completely or not at all, and seed-3.json last.
"""

from __future__ import annotations

import hashlib
import warnings
import zipfile
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError, KaditaWarning, PluginError
from kadita.base.files import rename, replace_whole
from kadita.evaluation.evaluate import analyze
from kadita.evaluation.export import write
from kadita.evaluation.results import Results
from kadita.plugins.loading import load_same
from kadita.plugins.registry import Registry
from kadita.school.block import Block, Frame
from kadita.simulation.configuration import RunConfiguration
from kadita.simulation.stream import Simulation
from kadita.simulation.sweep.points import MANIFEST

NEVER = float("inf")  # seconds between checkpoints: an interrupted point is run again from the start


@dataclass(frozen=True)
class Point:
    """A run, and the folder of its results."""

    folder: str
    run: dict[str, Any]
    chained: bool  # it starts where the point before it ended


@dataclass(frozen=True)
class Line:
    """Points to run one after the other, with one seed: a chain, or a single point."""

    name: str
    seed: int
    points: tuple[Point, ...]
    plugins: tuple[tuple[str, str], ...]  # paths and checksums, as in `Registry.files`
    measurement: Mapping[str, Any]  # keywords of `kadita.analyze`
    equilibration: float | str
    trajectories: bool

    def __repr__(self) -> str:
        return f"{self.name}, seed {self.seed}"


def files_of(folder: Path, seed: int, *, chained: bool, trajectories: bool) -> list[Path]:
    """Return the files of a point; it is finished if all of them exist."""
    endings = [".csv", ".json", *([".state.npz"] if chained else []), *([".nc"] if trajectories else [])]
    return [folder / f"seed-{seed}{ending}" for ending in endings]


def run_line(line: Line) -> None:
    """Run the unfinished points of a line.

    Raises:
        KaditaError: a run or a metric fails, or the folder of the sweep does not exist.
    """
    registry = load_same(line.plugins)
    chained = len(line.points) > 1
    before: Path | None = None
    for point in line.points:
        folder = Path(point.folder)
        files = files_of(folder, line.seed, chained=chained, trajectories=line.trajectories)
        state = folder / f"seed-{line.seed}.state.npz"
        if not all(file.exists() for file in files):
            if not (folder / MANIFEST).exists():
                raise KaditaError(f"{folder}: expected the folder of a sweep, shared by all workers; it does not exist")
            parameters = registry.models[point.run["model"]].model_validate(point.run["parameters"])
            run = RunConfiguration.model_validate({**point.run, "seed": line.seed, "parameters": parameters})
            start = _load(before, run) if point.chained and before is not None else None
            try:
                _run(line, run, start, files[0], state if chained else None, registry)
            except KaditaError as error:
                raise type(error)(f"{line!r} ({folder.name}): {error}") from None
        before = state


def _run(
    line: Line,
    run: RunConfiguration,
    start: Frame | None,
    path: Path,
    state: Path | None,
    registry: Registry,
) -> None:
    results: list[Results] = []
    last: deque[Block] = deque(maxlen=1)

    def simulate(trajectory: Path | None = None) -> None:
        with Simulation(run, start=start) as school, warnings.catch_warnings():
            warnings.simplefilter("ignore", KaditaWarning)  # the results carry them as notes
            school.send_to(last.append)
            if trajectory is not None:
                school.record(trajectory, force=True, checkpoint_every=NEVER)
            results.append(analyze(school, registry=registry, **line.measurement))
        if results[0].failures:
            raise PluginError(next(iter(results[0].failures.values())))
        profile = Path(str(results[0].provenance["profile"])).name  # without the folders of this machine
        results[0] = replace(results[0], provenance={**results[0].provenance, "profile": profile})

    if line.trajectories:
        replace_whole(path.with_suffix(".nc"), simulate)
    else:
        simulate()
    if state is not None:
        replace_whole(state, partial(_save, last[0][-1]))
    _write(results[0], path, line.equilibration)


def _write(results: Results, path: Path, equilibration: float | str) -> None:
    """Write all files of the results, the record last: if it exists, all of them do."""
    with TemporaryDirectory(dir=path.parent, prefix=f".{path.stem}-") as unfinished:
        write(results, Path(unfinished) / path.name, equilibration=equilibration)
        for file in sorted(Path(unfinished).iterdir(), key=lambda file: (file.suffix == ".json", file.name)):
            rename(file, path.with_name(file.name))


def _save(frame: Frame, path: Path) -> None:
    x, v = frame.positions, frame.velocities
    with path.open("wb") as file:
        np.savez(file, positions=x, velocities=v, sha256=_checksum((x, v)))


def _load(path: Path, run: RunConfiguration) -> Frame:
    try:
        with np.load(path) as file:
            numbers = {name: file[name] for name in ("positions", "velocities")}
            valid = str(file["sha256"]) == _checksum(numbers.values())
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        valid = False
    if not valid:
        raise KaditaError(f"{path}: expected the final state of a run; it is damaged; remove it and sweep again")
    return Block(**numbers, box=run.parameters.space)[0]


def _checksum(arrays: Iterable[Any]) -> str:
    return hashlib.sha256(b"".join(np.ascontiguousarray(a, "<f8").tobytes() for a in arrays)).hexdigest()
