"""Open a file of tracks as a trajectory."""

from __future__ import annotations

from pathlib import Path

from kadita.io.importing.as_trajectory import as_trajectory
from kadita.io.importing.find import find_importer, read_tracks
from kadita.io.importing.options import ImportOptions
from kadita.plugins.declaration.importer import Importer
from kadita.plugins.registry import Registry
from kadita.school.arena import Arena
from kadita.school.box import Box
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.in_arena import in_arena


def importer_of(registry: Registry, source: Path, options: ImportOptions) -> Importer | None:
    """Return the importer of a file; None if no importer reads such files.

    Raises:
        KaditaError: not exactly one importer recognizes the file, or another one than the named one does.
    """
    name = options.importer
    if name is None and options.names_columns:  # only tables have columns
        tables = (i for i in registry.importers.values() if i.fallback and "columns" in i.parameters.model_fields)
        name = next((i.name for i in tables), None)
    return find_importer(registry, source, name)


def open_tracks(
    registry: Registry,
    source: Path,
    options: ImportOptions,
    *,
    velocities: str | None = None,
    dimensions: int | None = None,
    box: Box | None = None,
) -> Trajectory | None:
    """Return the tracks of a file as a trajectory, with remarks for the user; None if no importer reads such files.

    Args:
        registry: with the importers.
        source: a file or folder.
        options: from the user.
        velocities, dimensions, box: see `as_trajectory`.

    Raises:
        KaditaError: the file cannot be read, or a unit or frame rate is unknown.
    """
    importer = importer_of(registry, source, options)
    if importer is None:
        return None
    tracks = read_tracks(registry, importer, source, options.values_for(importer))
    trajectory = as_trajectory(
        tracks,
        str(source),
        [],
        length_unit=options.length_unit,
        time_unit=options.time_unit,
        frame_rate=options.frame_rate,
        velocities=velocities,
        least=options.limits,
        y_axis=options.y_axis,
        dimensions=dimensions,
        box=box,
    )
    if options.arena is not None:  # given in the coordinates of the file, whose y may have been turned up
        arena = Arena.of(options.arena)
        turned = str(trajectory.attributes.get("y_axis")).startswith("down")
        trajectory = in_arena(trajectory, arena.turned_up(tracks.height or 0.0) if turned else arena)
    trajectory.path = None if source.is_dir() else source
    return trajectory
