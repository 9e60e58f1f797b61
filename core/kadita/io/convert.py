"""Ways in and out: tracked animals and trajectories of other formats become kadita's, and kadita's become others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError
from kadita.base.files import check_writable, replace_whole
from kadita.io.opening import open as open_trajectory
from kadita.io.tracks import as_trajectory, find_importer, origin
from kadita.io.writers.formats import Progress, format_of, write_as
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.finite_differences import with_velocities


def convert(
    source: str | Path,
    output: str | Path,
    *,
    importer: str | None = None,
    to: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    length_unit: str | None = None,
    time_unit: str | None = None,
    frame_rate: float | None = None,
    velocities: str | None = None,
    topology: str | Path | None = None,
    plugins: Iterable[str | Path] = (),
    registry: Registry | None = None,
    force: bool = False,
    progress: Progress = None,
    **options: Any,
) -> list[str]:
    """Convert tracked animals, or any trajectory that `kadita.open` opens.

    Args:
        source: tracks that an installed importer reads, or a trajectory.
        output: the file to write; its ending says the format.
        importer: its name, where a file does not show what it is.
        to: name of the format, where an ending stands for several.
        parameters: of the importer.
        length_unit: unit of positions, for tracks that do not say it themselves.
        time_unit: unit of times; likewise.
        frame_rate: frames per unit of time, for tracks that count frames and do not say it.
        velocities: ``"difference"`` takes them from finite differences, ``"none"`` leaves those of tracks out.
        topology: for formats that need one.
        plugins: plugin files to load beside those installed.
        registry: of `kadita.plugins.loading.load_registry`, loaded anew where there is none.
        force: replace a file that exists.
        progress: called with the number of frames done and their total.
        options: of the format that is written.

    Returns:
        What the user should know about the conversion, a line each.

    Raises:
        KaditaError: input that cannot be read, a unit or frame rate that is not known, a file that exists.
    """
    source, output = Path(source), Path(output)
    target = format_of(output, to)
    check_writable(output, force=force, source=source)
    registry = load_registry(plugins) if registry is None else registry
    remarks: list[str] = []
    units = {"length_unit": length_unit, "time_unit": time_unit}
    reader = find_importer(registry, source, importer)
    opened: Trajectory
    if reader is not None:
        tracks = reader.read(source, parameters or {})
        said = {**units, "frame_rate": frame_rate, "velocities": velocities}
        opened = as_trajectory(tracks, str(source), remarks, **said)  # type: ignore[arg-type]
    else:
        if parameters or frame_rate is not None:
            raise KaditaError(f"{source}: a trajectory; --set, --column and --frame-rate are for tracks")
        opened = with_velocities(open_trajectory(source, topology=topology), velocities)
        if not opened.has_velocities:
            remarks.append(f"{source} holds no velocities; --velocities difference takes them from its positions")
    with opened:
        opened.attributes = {**opened.attributes, **{key: unit for key, unit in units.items() if unit}}
        replace_whole(
            output,
            partial(
                _write, remarks, target=target, trajectory=opened, origin=origin(source), progress=progress, **options
            ),
        )
    return remarks


def _write(remarks: list[str], path: Path, **what: Any) -> None:
    remarks += write_as(path=path, **what)
