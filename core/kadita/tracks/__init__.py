"""Tracked animals, and trajectories of other formats, become kadita trajectories."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kadita.errors import KaditaError
from kadita.files import check_writable, first_bytes
from kadita.formats import open as open_trajectory
from kadita.formats.amber_writer import AmberWriter
from kadita.trajectory import Trajectory
from kadita.views.differences import with_velocities


def convert(
    source: str | Path,
    output: str | Path,
    *,
    columns: Iterable[str] = (),
    variable: str = "tracks_filt",
    length_unit: str | None = None,
    time_unit: str | None = None,
    frame_rate: float | None = None,
    velocities: str | None = None,
    topology: str | Path | None = None,
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[str]:
    """Convert tracks or another trajectory to a kadita trajectory.

    Args:
        source: MATLAB tracks (.mat), a long table (.csv, .tsv), or any trajectory that `kadita.open` opens.
        output: .nc to write.
        columns: ``role=name`` for a table.
        variable: of a MATLAB file.
        length_unit: unit of positions; required for tracks, which do not say it themselves.
        time_unit: unit of times; likewise.
        frame_rate: frames per unit of time, for tables that count frames.
        velocities: ``"difference"`` takes them from finite differences.
        topology: for formats that need one.
        force: replace a file that exists.
        progress: called with the number of frames done and their total.

    Returns:
        What the user should know about the conversion, a line each.

    Raises:
        KaditaError: input that cannot be read, a unit or frame rate that is not known, a file that exists.
    """
    source, output = Path(source), Path(output)
    if output.suffix != ".nc":
        raise KaditaError(f"{output}: expected a trajectory named *.nc; got '{output.suffix}'")
    check_writable(output, force=force, source=source)
    table = source.suffix.lower() in (".csv", ".tsv")
    if not table and (tuple(columns) or frame_rate is not None):
        raise KaditaError(f"{source}: --column and --frame-rate are for tables (.csv, .tsv)")
    remarks: list[str] = []
    units = {"length_unit": length_unit, "time_unit": time_unit}
    opened: Trajectory
    if source.suffix.lower() == ".mat":
        from kadita.tracks.matlab import read_matlab

        opened = read_matlab(_with_units(source, units), variable)
    elif table:
        from kadita.tracks.table import read_table

        opened = read_table(_with_units(source, units), columns, frame_rate, remarks)
    else:
        opened = open_trajectory(source, topology=topology)
    opened = with_velocities(opened, velocities)
    with opened:
        attributes = {**opened.attributes, **{key: unit for key, unit in units.items() if unit}}
        _write(opened, output, attributes, _origin(source), force, progress)
    if not opened.has_velocities:
        remarks.append(f"{source} holds no velocities; --velocities difference takes them from its positions")
    return remarks


def _with_units(source: Path, units: Mapping[str, str | None]) -> Path:
    first_bytes(source)
    for key, unit in units.items():
        if not unit:
            what = key.partition("_")[0]
            raise KaditaError(f"{source}: the file does not say its unit of {what}; name it with --{what}-unit")
    return source


def _origin(source: Path) -> dict[str, Any]:
    """Name without folders, size and sha256 of the file that was converted."""
    digest = hashlib.sha256()
    with source.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return {"source": {"name": source.name, "bytes": source.stat().st_size, "sha256": digest.hexdigest()}}


def _write(
    opened: Trajectory,
    output: Path,
    attributes: Mapping[str, Any],
    configuration: Mapping[str, Any],
    force: bool,
    progress: Callable[[int, int], None] | None,
) -> None:
    chunks = (chunk for _, chunk in opened.chunks_of(np.arange(opened.n_frames)))
    first = next(chunks)  # what is wrong with the input shows here, before a file is touched
    identities = opened.agents
    with AmberWriter(
        output,
        len(identities) if np.array_equal(identities, np.arange(len(identities))) else identities,
        periodic=first.lengths is not None,
        velocities=opened.has_velocities,
        presence=True,
        configuration=configuration,
        attributes=attributes,
        live=False,
        force=force,
    ) as writer:
        for chunk in (first, *chunks):
            writer.write(*chunk)
            if progress is not None:
                progress(writer.n_frames, opened.n_frames)
