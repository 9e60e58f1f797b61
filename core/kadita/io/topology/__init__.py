"""Topologies: who the agents of a trajectory are, for tools that want that in a file beside it."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from kadita.base.errors import KaditaError
from kadita.base.files import check_writable, replace_whole
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
    """Write the agents of a trajectory, by the ending of the file's name.

    A ``.pdb`` holds each agent's first known position and the first cell, a ``.gro`` velocities too, a ``.psf`` none of
    them. A ``.tcl`` is a script for VMD, beside which a ``.pdb`` of the same name is written.

    Args:
        trajectory: whose agents they are; their species become residue names and segments.
        path: of the file to write.
        force: replace a file that exists.
        source: file of the trajectory; a script needs it.

    Returns:
        The files that were written.

    Raises:
        KaditaError: another ending, or a file that exists.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending == ".tcl":
        if source is None:
            raise KaditaError(f"{path}: expected a trajectory in a file, which the script can load")
        beside = path.with_suffix(".pdb")
        for file in (path, beside):
            check_writable(file, force=force, source=source)
        snapshot = snapshot_of(trajectory)
        replace_whole(beside, partial(write_pdb, snapshot))
        replace_whole(path, partial(write_tcl, snapshot, beside.name, _relative(source, path.parent)))
        return [path, beside]
    if ending not in WRITERS:
        raise KaditaError(
            f"{path}: expected a topology named *{', *'.join(WRITERS)}, or a script for VMD named *.tcl; got '{ending}'"
        )
    check_writable(path, force=force, source=source)
    replace_whole(path, partial(WRITERS[ending], snapshot_of(trajectory)))
    return [path]


def _relative(file: Path, folder: Path) -> str:
    """Path from a folder to a file: both can move together."""
    return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
