"""Convert tracks and trajectories between formats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError
from kadita.base.files import check_writable, replace_whole
from kadita.io.box_size import check_box
from kadita.io.opening import open as open_trajectory
from kadita.io.tracks import as_trajectory, find_importer, origin
from kadita.io.writers.formats import Progress, format_of, write_as
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.finite_differences import within_box
from kadita.school.transforms.given_box import parsed_box
from kadita.school.transforms.stated_dimensions import with_dimensions


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
    least: Mapping[str, float] | None = None,
    y_axis: str | None = None,
    box: Any = None,
    dimensions: int | None = None,
    topology: str | Path | None = None,
    plugins: Iterable[str | Path] = (),
    registry: Registry | None = None,
    force: bool = False,
    progress: Progress = None,
    **options: Any,
) -> list[str]:
    """Convert tracks of animals, or any trajectory that `kadita.open` opens, to another format.

    Args:
        source: tracks that an installed importer reads, or a trajectory.
        output: the file to write; its ending determines the format.
        importer: name of the importer, where a file matches several or none.
        to: name of the format, where several share an ending.
        parameters: parameters of the importer, by name.
        length_unit: unit of positions, if the file states none.
        time_unit: unit of times, if the file states none.
        frame_rate: frames per unit of time, for tracks that count frames, if the file states none.
        velocities: ``"difference"`` computes finite differences of positions, ``"none"`` omits those of tracks.
        least: limits by name of a quality of tracks, such as ``{"confidence": 0.6}``; sightings below are left out.
        y_axis: ``"up"`` or ``"down"``, where y of tracks points; by default down in images, and then turned up.
        box: the cell, for files that state none; see `kadita.Box.of`.
        dimensions: 2 for a plane, 3 for space; by default what the file says, or 2 if there is one z throughout.
        topology: a topology file, for formats that need one.
        plugins: plugin files to load in addition to installed ones.
        registry: from `kadita.plugins.loading.load_registry`; loaded if None.
        force: replace an existing file.
        progress: called with the number of frames done and the total.
        options: options of the output format, by name.

    Returns:
        Remarks on the conversion for the user, one line each.

    Raises:
        KaditaError: the input cannot be read, a unit or frame rate is unknown, the cell is too small, or the output
            exists.
    """
    source, output = Path(source), Path(output)
    target = format_of(output, to)
    check_writable(output, force=force, source=source)
    registry = load_registry(plugins) if registry is None else registry
    remarks: list[str] = []
    units = {"length_unit": length_unit, "time_unit": time_unit}
    reader = find_importer(registry, source, importer)
    opened: Trajectory
    cell = None if box is None else parsed_box(box)
    if reader is not None:
        values = dict(parameters or {})
        if least and "least" in reader.parameters.model_fields:  # which then knows of which columns it is
            values["least"] = dict(least)
        opened = as_trajectory(
            reader.read(source, values),
            str(source),
            remarks,
            **units,
            frame_rate=frame_rate,
            velocities=velocities,
            least=least,
            y_axis=y_axis,
            dimensions=dimensions,
            box=cell,
        )
    else:
        if parameters or frame_rate is not None or least or y_axis is not None:
            raise KaditaError(
                f"{source}: expected tracks for --set, --column, --frame-rate, --least and --y-axis; found a trajectory"
            )
        opened = open_trajectory(source, topology=topology)
        check_box(opened, cell, remarks)
        opened = within_box(opened, cell, velocities, remarks)
        opened = with_dimensions(opened, dimensions)
        if not opened.has_velocities:
            remarks.append(f"{source} has no velocities; --velocities difference computes them from positions")
    with opened:
        opened.attributes = {**opened.attributes, **{key: unit for key, unit in units.items() if unit}}
        facts = origin(source)
        replace_whole(output, lambda path: remarks.extend(write_as(target, opened, path, facts, progress, **options)))
    return remarks
