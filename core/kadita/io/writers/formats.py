"""The formats that a trajectory can be written in, found by name or by file extension."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any, NamedTuple

from kadita.base.errors import KaditaError, did_you_mean
from kadita.io.writers.extent import extent_of
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.one_column_each import one_column_each
from kadita.school.velocity_kinds import ORIENTATION

NO_VELOCITIES = (".xtc", ".dcd")
Progress = Callable[[int, int], None] | None
Writer = Callable[..., Any]  # (trajectory, path, *, origin, progress, **options)


class Format(NamedTuple):
    """A file format: its name, its file extension, and the module whose function `write` writes it."""

    name: str
    ending: str
    module: str  # in this package; imported on use
    description: str
    reuses: bool = False  # whether its files can have columns that later agents reuse
    single: bool = False  # whether it stores positions in single precision, as they are


FORMATS = (
    Format("kadita", ".nc", "repack", "a kadita trajectory, which MD tools open", reuses=True),
    Format("nc4", ".nc4", "repack", "the same in NetCDF-4: compressed, with checksums, for archives", reuses=True),
    Format("cf", ".nc", "cf", "CF-1.11, featureType trajectory: for archives and for xarray"),
    Format("restart", ".ncrst", "restart", "AMBER restart: one frame in double precision"),
    Format("xtc", ".xtc", "mdanalysis", "GROMACS, compressed to two decimals, no velocities", single=True),
    Format("trr", ".trr", "mdanalysis", "GROMACS, with velocities", single=True),
    Format("dcd", ".dcd", "mdanalysis", "CHARMM and NAMD, no velocities, evenly spaced times", single=True),
    Format("h5md", ".h5md", "mdanalysis", "H5MD, HDF5 for molecular data (needs h5py)", single=True),
    Format("gsd", ".gsd", "gsd", "HOOMD-blue (needs gsd)", single=True),
    Format("lammps", ".lammpstrj", "lammps_dump", "LAMMPS text dump"),
    Format("xyz", ".xyz", "extended_xyz", "extended XYZ, text for OVITO and ASE; the number of agents may vary"),
)


def format_of(output: Path, name: str | None) -> Format:
    """Return the format of this name, or else that of the file extension.

    Raises:
        KaditaError: both are unknown, or they contradict each other.
    """
    if name is not None:
        named = {f.name: f for f in FORMATS}
        if name not in named:
            raise KaditaError(
                f"--to: there is no format '{name}'{did_you_mean(name, named)}; there are: {', '.join(named)}"
            )
        if output.suffix.lower() != named[name].ending:
            raise KaditaError(f"{output}: expected a name that ends with {named[name].ending} for --to {name}")
        return named[name]
    for candidate in FORMATS:
        if output.suffix.lower() == candidate.ending:
            return candidate
    endings = ", ".join(dict.fromkeys(f.ending for f in FORMATS))
    raise KaditaError(f"{output}: expected an ending of {endings}; got '{output.suffix}'")


def _on_orientations(target: Format, trajectory: Trajectory) -> list[str]:
    """Return a remark if directions of bodies are written where programs expect velocities."""
    if trajectory.attributes.get("velocities") != ORIENTATION:
        return []
    return [
        f"{target.ending} cannot say that velocities are directions of bodies, unit vectors and not dr/dt; .nc and "
        ".nc4 can"
    ]


def write_as(
    target: Format, trajectory: Trajectory, path: Path, origin: Mapping[str, Any], progress: Progress, **options: Any
) -> list[str]:
    """Write all frames to a new file; return remarks for the user, one line each."""
    write: Writer = import_module(f"kadita.io.writers.{target.module}").write
    if unknown := sorted(options.keys() - signature(write).parameters.keys()):
        raise KaditaError(
            f"--{unknown[0].replace('_', '-')}: the format {target.name} ({target.ending}) has no such option"
        )
    if not target.reuses:
        trajectory = one_column_each(trajectory)
    remarks = []
    if target.single and (rounding := extent_of(trajectory).rounding):
        remarks.append(
            f"{target.ending} stores single precision, which rounds positions so far from 0 to {rounding:.2g}; "
            ".nc subtracts an origin, .xyz is exact"
        )
    if not target.reuses and trajectory.variables:  # those that reuse columns are kadita's own
        names = ", ".join(trajectory.variables)
        remarks.append(f"the format {target.name} cannot hold what agents keep ({names}); .nc and .nc4 can")
    if not target.reuses and target.ending not in NO_VELOCITIES:
        remarks += _on_orientations(target, trajectory)
    return remarks + list(write(trajectory, path, origin=origin, progress=progress, **options) or ())
