"""What a trajectory can be written as, by the ending of a file's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any, NamedTuple

from kadita.base.errors import KaditaError, did_you_mean
from kadita.school.trajectory import Trajectory

Progress = Callable[[int, int], None] | None
Writer = Callable[..., Any]  # (trajectory, path, *, origin, progress, **options)


class Kind(NamedTuple):
    """A format: its name, the ending it is known by, and the function that writes it."""

    name: str
    ending: str
    module: str  # in this package; imported when it is used
    what: str


KINDS = (
    Kind("kadita", ".nc", "repack", "a kadita trajectory, which MD tools open"),
    Kind("nc4", ".nc4", "repack", "the same in NetCDF-4: compressed, with checksums, for archives"),
    Kind("cf", ".nc", "cf", "CF-1.11, featureType trajectory: for archives and for xarray"),
    Kind("restart", ".ncrst", "restart", "AMBER restart: one frame in double precision"),
    Kind("xtc", ".xtc", "mdanalysis", "GROMACS, compressed to two decimals, no velocities"),
    Kind("trr", ".trr", "mdanalysis", "GROMACS, with velocities"),
    Kind("dcd", ".dcd", "mdanalysis", "CHARMM and NAMD, no velocities, evenly spaced times"),
    Kind("h5md", ".h5md", "mdanalysis", "H5MD, HDF5 for molecular data (needs h5py)"),
    Kind("gsd", ".gsd", "gsd", "HOOMD-blue (needs gsd)"),
    Kind("lammps", ".lammpstrj", "lammps_dump", "LAMMPS text dump"),
    Kind("xyz", ".xyz", "extended_xyz", "extended XYZ, text for OVITO and ASE; agents can come and go"),
)


def kind_of(output: Path, name: str | None) -> Kind:
    """Return the format that a name says, or the ending of the file.

    Raises:
        KaditaError: neither is known, or they contradict each other.
    """
    if name is not None:
        for kind in KINDS:
            if kind.name == name:
                if output.suffix.lower() != kind.ending:
                    raise KaditaError(f"{output}: expected a name that ends with {kind.ending} for --to {name}")
                return kind
        names = [k.name for k in KINDS]
        raise KaditaError(
            f"--to: there is no format '{name}'{did_you_mean(name, names)}; there are: {', '.join(names)}"
        )
    for kind in KINDS:
        if output.suffix.lower() == kind.ending:
            return kind
    endings = ", ".join(dict.fromkeys(k.ending for k in KINDS))
    raise KaditaError(f"{output}: expected an ending of {endings}; got '{output.suffix}'")


def write_as(
    kind: Kind, trajectory: Trajectory, path: Path, origin: Mapping[str, Any], progress: Progress, **options: Any
) -> list[str]:
    """Write all frames to a new file; return what the user should know, a line each."""
    write: Writer = import_module(f"kadita.io.writers.{kind.module}").write
    if unknown := sorted(options.keys() - signature(write).parameters.keys()):
        raise KaditaError(
            f"--{unknown[0].replace('_', '-')}: the format {kind.name} ({kind.ending}) has no such option"
        )
    return list(write(trajectory, path, origin=origin, progress=progress, **options) or ())
