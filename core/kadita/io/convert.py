"""Convert tracks and trajectories between formats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError
from kadita.base.files import check_writable, replace_whole
from kadita.base.progress import Progress, counter, with_bar
from kadita.io.amber.trajectory import AmberTrajectory
from kadita.io.box_size import check_box
from kadita.io.importing.merged import open_merged
from kadita.io.importing.options import ImportOptions
from kadita.io.importing.summary import Summary, summary_of
from kadita.io.opening import open_trajectory
from kadita.io.writers.formats import format_of, write_as
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry
from kadita.school.transforms.given_box import parsed_box
from kadita.school.transforms.motion import Motion
from kadita.school.transforms.stated_dimensions import with_dimensions

WRITTEN = "kadita"  # format of which the summary is that of the written file


@with_bar("converting")
def convert(
    source: str | Path | Sequence[str | Path],
    output: str | Path,
    *,
    to: str | None = None,
    velocities: str | None = None,
    smooth: Any = None,
    resample: float | None = None,
    most_gap: float | None = None,
    box: Any = None,
    dimensions: int | None = None,
    topology: str | Path | None = None,
    plugins: Iterable[str | Path] = (),
    registry: Registry | None = None,
    force: bool = False,
    progress: Progress = None,
    summary: Callable[[Summary], None] | None = None,
    **others: Any,
) -> list[str]:
    """Convert tracks of animals, or any trajectory that `kadita.open` opens, to another format.

    Args:
        source: tracks that an installed importer reads, or a trajectory; of several files of tracks, one trajectory is
            made, whose animals have the name of their file where it has one animal.
        output: the file to write; its ending determines the format.
        to: name of the format, where several share an ending.
        velocities: ``"difference"`` computes finite differences of positions, ``"none"`` omits those of tracks.
        smooth: window and order of the polynomials whose derivatives are the velocities: ``9``, ``(9, 3)``, ``"9,3"``.
        resample: frames per unit of time, to which positions are interpolated linearly, each agent between its own
            sightings; velocities are computed again.
        most_gap: longest time between sightings that are interpolated; required with `resample`.
        box: the cell, for files that state none; see `kadita.Box.of`.
        dimensions: 2 for a plane, 3 for space; by default what the file says, or 2 if there is one z throughout.
        topology: a topology file, for formats that need one.
        plugins: plugin files to load in addition to installed ones.
        registry: from `kadita.plugins.loading.load_registry`; loaded if None.
        force: replace an existing file.
        progress: True shows a bar; a function is called with the number of frames done and the total.
        summary: called with what tracks hold, after they are written.
        others: how tracks are read, as in `kadita.open`: ``importer``, ``parameters``, ``length_unit``, ``frame_rate``,
            ``arena``; and options of the output format, by name.

    Returns:
        Remarks on the conversion for the user, one line each.

    Raises:
        KaditaError: the input cannot be read, a unit or frame rate is unknown, the cell is too small, or the output
            exists.

    >>> import kadita
    >>> remarks = kadita.convert("tracks.csv", "tracks.nc", length_unit="cm", time_unit="s")
    >>> kadita.info("tracks.nc")["agents"]
    4
    """
    sources = [Path(source)] if isinstance(source, str | Path) else [Path(file) for file in source]
    if not sources:
        raise KaditaError("expected at least one file; got none")
    source, output = sources[0], Path(output)
    target = format_of(output, to)
    for file in sources:
        check_writable(output, force=force, source=file)
    registry = load_registry(plugins) if registry is None else registry
    options = ImportOptions.of(**{key: value for key, value in others.items() if key in ImportOptions.keywords()})
    of_format = {key: value for key, value in others.items() if key not in ImportOptions.keywords()}
    motion = Motion.of(velocities, smooth, resample, most_gap)
    options.check_velocities(motion.option)
    cell = None if box is None else parsed_box(box)
    remarks: list[str] = []
    opened = open_merged(
        registry,
        sources,
        options,
        velocities="none" if motion.replaces else velocities,
        dimensions=dimensions,
        box=cell,
    )
    are_tracks = opened is not None
    if opened is None:
        opened = open_trajectory(source, topology, options)
        check_box(opened, cell, remarks)
        opened = motion.applied(opened, cell, remarks)
        opened = with_dimensions(opened, dimensions)
        if not opened.has_velocities:
            remarks.append(f"{source} has no velocities; --velocities difference computes them from positions")
    elif motion.replaces:
        opened = motion.applied(opened, None, remarks)  # it is in the box already
    remarks += opened.remarks
    with opened:
        facts = origin(source) if len(sources) == 1 else {"name": opened.name, "files": [origin(f) for f in sources]}
        replace_whole(
            output, lambda path: remarks.extend(write_as(target, opened, path, facts, counter(progress), **of_format))
        )
        if summary is not None and are_tracks and target.name != WRITTEN:
            summary(summary_of(opened))
    if summary is not None and are_tracks and target.name == WRITTEN:  # read faster than velocities are computed again
        with AmberTrajectory(output) as written:
            summary(summary_of(written))
    return remarks


def origin(source: Path) -> Mapping[str, Any]:
    """Return name (without folder), size and sha256 of a source file; for a folder, its name and those of each file."""
    import hashlib

    if source.is_dir():
        return {"name": source.name, "files": [origin(f) for f in sorted(source.iterdir()) if f.is_file()]}
    with source.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": source.name, "bytes": source.stat().st_size, "sha256": sha256}
