"""Which reader opens a file of another program that is no NetCDF file, and in which process."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from kadita.base.errors import KaditaError
from kadita.io.isolated.trajectory import isolated
from kadita.io.readers.extended_xyz import ENDINGS, ExtendedXyzTrajectory, is_extended
from kadita.school.trajectory import Trajectory


def open_foreign(path: Path, topology: str | Path | None) -> Trajectory:
    """Open GSD with gsd, extended XYZ here, and any other file with MDAnalysis; libraries work in the child process.

    Raises:
        KaditaError: gsd is not installed, the extension is unknown, the topology is missing, or the file cannot be
            read.
    """
    if path.suffix.lower() == ".gsd":
        if find_spec("gsd") is None:
            raise KaditaError(f"{path}: expected the package gsd to read it; not installed: pip install gsd")
        from kadita.io.readers.gsd import GsdTrajectory

        return isolated(GsdTrajectory, path, by="gsd")
    if topology is None and path.suffix.lower() in ENDINGS and is_extended(path):
        return ExtendedXyzTrajectory(path)
    from kadita.io.readers.universe import open_universe

    return isolated(open_universe, path, topology, topology=topology, by="MDAnalysis")
