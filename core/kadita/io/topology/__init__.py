"""Topologies: files that name the agents of a trajectory, for tools that require one beside the trajectory."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError
from kadita.base.files import check_writable, replace_whole
from kadita.io.opening import open as open_path
from kadita.io.topology.gro import write_gro
from kadita.io.topology.pdb import write_pdb
from kadita.io.topology.psf import write_psf
from kadita.io.topology.snapshot import Snapshot, snapshot_of
from kadita.io.topology.tcl import write_tcl
from kadita.school.trajectory import Trajectory

Writer = Callable[[Snapshot, Path], None]
WRITERS: dict[str, Writer] = {".pdb": write_pdb, ".gro": write_gro, ".psf": write_psf}


def write_topology(
    trajectory: Trajectory, path: str | Path, *, force: bool = False, source: Path | None = None
) -> list[Path]:
    """Write the agents of a trajectory in the format of the file extension.

    A ``.pdb`` holds each agent's first known position and the first cell, a ``.gro`` also velocities, a ``.psf`` none
    of them. A ``.tcl`` is a script for VMD; a ``.pdb`` of the same name is written beside it.

    Args:
        trajectory: holds the agents; their species become residue names and segments.
        path: the file to write.
        force: replace a file that exists.
        source: the trajectory's file; required for a ``.tcl``, which loads it.

    Returns:
        The paths of the written files.

    Raises:
        KaditaError: an unknown ending, an existing file without `force`, or a ``.tcl`` without `source`.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending == ".tcl":
        if source is None:
            raise KaditaError(f"{path}: expected a trajectory from a file, which the script loads; got one in memory")
        pdb = path.with_suffix(".pdb")
        for file in (path, pdb):
            check_writable(file, force=force, source=source)
        snapshot = snapshot_of(trajectory)
        replace_whole(pdb, partial(write_pdb, snapshot))
        replace_whole(path, partial(write_tcl, snapshot, pdb.name, _relative(source, path.parent)))
        return [path, pdb]
    if ending not in WRITERS:
        raise KaditaError(
            f"{path}: expected a topology named *{', *'.join(WRITERS)}, or a script for VMD named *.tcl; got '{ending}'"
        )
    check_writable(path, force=force, source=source)
    replace_whole(path, partial(WRITERS[ending], snapshot_of(trajectory)))
    return [path]


def _relative(file: Path, folder: Path) -> str:
    """Return the path from a folder to a file, so that both can be moved together; the whole path on another drive."""
    file, folder = file.resolve(), folder.resolve()
    return file.as_posix() if file.drive != folder.drive else Path(os.path.relpath(file, folder)).as_posix()


def topology(data: Any, output: str | Path, *, force: bool = False, **tracks: Any) -> list[Path]:
    """Write the names of the agents, for tools that need a topology beside the trajectory, as `kadita topology` does.

    Args:
        data: the path of a trajectory or of tracked animals, or an open trajectory.
        output: the file to write: .pdb, .gro or .psf; a .tcl is a script for VMD, with a .pdb beside it.
        force: replace a file that exists.
        tracks: how tracks are read; see `kadita.open`.

    Returns:
        The paths of the written files.

    Raises:
        KaditaError: an unknown ending, an existing file without `force`, input that cannot be read.

    >>> import kadita
    >>> [path.name for path in kadita.topology("school.nc", "school.pdb")]
    ['school.pdb']
    """
    if isinstance(data, Trajectory):
        return write_topology(data, output, force=force, source=data.path)
    with open_path(data, **tracks) as opened:
        return write_topology(opened, output, force=force, source=Path(data))
