"""Sweeps: run a model over a grid of parameters and seeds, and tabulate the results."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_core import to_jsonable_python

from kadita.base.errors import KaditaError
from kadita.base.files import discard
from kadita.base.locks import locked
from kadita.base.parallel import worker_pool
from kadita.base.progress import Count, Progress, counter, with_bar
from kadita.evaluation.export import read_json
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry
from kadita.school.transforms.largest_cluster import LargestCluster
from kadita.simulation.stream import Simulation
from kadita.simulation.sweep.configuration import read_sweep, sweep_of
from kadita.simulation.sweep.points import MANIFEST, Points, Setting, points_of, write_json, write_manifest
from kadita.simulation.sweep.tables import finished, write_tables
from kadita.simulation.sweep.work import Line, Point, run_line

if TYPE_CHECKING:
    import xarray

KIND = "sweep of kadita"
LOCK = ".lock"


@with_bar("sweeping")
def sweep(
    configuration: str | Path | Mapping[str, Any],
    *,
    output: str | Path | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    table: bool = False,
    plugins: Iterable[str | Path] = (),
    registry: Registry | None = None,
    progress: Progress = None,
) -> xarray.Dataset:
    """Run the unfinished points of a sweep, tabulate all finished points, and return their table.

    Args:
        configuration: path of the TOML file of the sweep, or its content.
        output: folder of the sweep; by default one named after the file, in the current folder.
        workers: number of processes; the tables do not depend on it.
        scheduler: address of a dask.distributed scheduler, instead of workers.
        table: run nothing; only tabulate the finished points.
        plugins: plugin files to load in addition to the installed plugins.
        registry: from `kadita.plugins.loading.load_registry` with these plugins, which is called if it is None.
        progress: True shows a bar; a function is called with the number of finished points and their total.

    Returns:
        The dataset of table.nc: means, standard errors and whether they are equilibrated, with the parameters that vary
        and the seeds as dimensions; NaN where a point is not finished.

    Raises:
        KaditaError: an invalid configuration, a folder of something else, or a run that fails.

    >>> import kadita
    >>> table = kadita.sweep("sweep.toml")
    >>> dict(table.polarization.sizes)
    {'noise': 2, 'seed': 2}
    """
    import xarray

    options: dict[str, Any] = {"output": output, "workers": workers, "scheduler": scheduler, "plugins": plugins}
    _, path = run_sweep(configuration, **options, run=not table, registry=registry, progress=counter(progress))
    return xarray.load_dataset(path, engine="netcdf4")


def run_sweep(
    configuration: str | Path | Mapping[str, Any],
    *,
    output: str | Path | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    run: bool = True,
    plugins: Iterable[str | Path] = (),
    registry: Registry | None = None,
    progress: Count | None = None,
) -> list[Path]:
    """Run the unfinished points of a sweep, and write the tables of all finished points; return their paths.

    The arguments are those of `sweep`; False for `run` only tabulates the finished points.

    Raises:
        KaditaError: see `sweep`.
    """
    registry = load_registry(plugins) if registry is None else registry
    if isinstance(configuration, Mapping):
        if output is None:
            raise KaditaError("output: expected a folder for the sweep, whose configuration has no name; got none")
        name, folder = "sweep", Path(output)
        points = points_of(name, sweep_of(configuration, name, Path()), registry)
    else:
        path = Path(configuration)
        name, folder = str(path), Path(path.stem if output is None else output)
        points = points_of(name, read_sweep(path), registry)
    _check_run(name, points)
    _check_folder(folder, must_exist=not run)
    folder.mkdir(exist_ok=True)
    with _locked(folder):
        if run:
            _write_manifests(folder, points, registry)
            _run(folder, points, registry, (workers, scheduler), progress or counter(None))
        return write_tables(folder, points)


def _check_run(name: str, points: Points) -> None:
    """Raise, before any run starts, the errors that every run would raise."""
    first = next(points.settings).run
    with Simulation(first) as school:
        if points.sweep.largest_cluster is not None:
            try:
                LargestCluster(school, points.sweep.largest_cluster)
            except KaditaError as error:
                raise KaditaError(f"{name}: {error}") from None


def _run(
    folder: Path,
    points: Points,
    registry: Registry,
    pool: tuple[int, str | None],
    progress: Count,
) -> None:
    plugins = tuple((str(Path(file).resolve()), checksum) for file, checksum in registry.files.items())
    complete = {(setting.folder, seed) for setting, seed in finished(folder, points)}
    lines, done = [], len(complete)
    for seed in points.sweep.seeds:
        for line in points.lines:
            missing = sum((setting.folder, seed) not in complete for setting in line)
            if missing:
                lines.append((missing, _line(folder, points, line, seed, plugins)))
    progress(done, points.total)
    if not lines:
        return
    if pool[0] > 1:  # once, not in every worker at the same time
        with Simulation(next(points.settings).run) as school:
            school.compile()
    with worker_pool(*pool) as run:
        for number, _ in run(run_line, [line for _, line in lines]):
            done += lines[number][0]
            progress(done, points.total)


def _line(
    folder: Path, points: Points, settings: Sequence[Setting], seed: int, plugins: tuple[tuple[str, str], ...]
) -> Line:
    name = str(settings[0]) if len(settings) == 1 else f"the chain from {settings[0]}"
    tables = (s.run.model_dump(mode="json", exclude_none=True) for s in settings)
    places = (str((folder / s.folder).resolve()) for s in settings)
    runs = tuple(Point(place, table, s.chained) for place, table, s in zip(places, tables, settings, strict=True))
    return Line(name, seed, runs, plugins, points.measurement, points.sweep.counted, points.sweep.trajectories)


def _check_folder(folder: Path, *, must_exist: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise KaditaError(f"{folder}: expected a folder for the sweep; got a file; choose another with -o")
    if not folder.parent.is_dir():
        raise KaditaError(f"{folder}: there is no folder {folder.parent}")
    if not folder.exists():
        if must_exist:
            raise KaditaError(f"{folder}: there is no such folder; run the sweep first")
        return
    document = read_json(folder / MANIFEST)
    if any(file.name != LOCK for file in folder.iterdir()) and not (
        isinstance(document, dict) and document.get("kind") == KIND
    ):
        raise KaditaError(f"{folder}: expected the folder of a sweep, or an empty one; choose another with -o")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock a folder against other sweeps, and remove unfinished files of a sweep that was killed."""
    with locked(folder / LOCK, f"{folder}: another sweep is running in this folder; wait until it ends"):
        for pattern in (".table-*", ".manifest-*", "*/.seed-*", "*/.manifest-*"):
            for unfinished in folder.glob(pattern):
                if unfinished.is_dir():
                    shutil.rmtree(unfinished, ignore_errors=True)
                else:
                    discard(unfinished)
        yield


def _write_manifests(folder: Path, points: Points, registry: Registry) -> None:
    """Write the manifests of the sweep and of its points to their folders."""
    named = {"scenario": points.sweep.scenario, "profile": points.sweep.profile}
    names = {key: Path(name).name for key, name in named.items() if name is not None}  # without their folders
    document = {
        "kind": KIND,
        "sweep": points.sweep.model_dump(mode="json", exclude_unset=True) | names,
        "points": [
            {"folder": s.folder, **({"direction": s.direction} if s.direction else {}), "parameters": s.values}
            for s in points.settings
        ],
    }
    write_json(folder / MANIFEST, to_jsonable_python(document))
    for setting in points.settings:
        write_manifest(folder / setting.folder, setting, points, registry)
