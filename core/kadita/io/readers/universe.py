"""Read all other trajectory formats with MDAnalysis."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.io.quiet import quiet_mdanalysis
from kadita.io.readers.frame_by_frame import FileFrame, FrameByFrame
from kadita.io.readers.lammps import check_complete, check_same_atoms, lammps_boundaries
from kadita.school.box import Floats
from kadita.school.trajectory import Trajectory

LAMMPS_DUMPS = (".lammpstrj", ".lammpsdump")


def open_universe(path: Path, topology: str | Path | None) -> Trajectory:
    """Open a file with MDAnalysis, which chooses the format by the file extension.

    Raises:
        KaditaError: the extension is unknown, the topology is missing, or MDAnalysis cannot read the file.
    """
    with quiet_mdanalysis() as mda:
        options: dict[str, Any] = {}
        if path.suffix.lower() in LAMMPS_DUMPS:
            options = {"format": "LAMMPSDUMP"} | ({"topology_format": "LAMMPSDUMP"} if topology is None else {})
        try:
            reader = mda.coordinates.core.get_reader_for(str(path), format=options.get("format"))
        except (ValueError, TypeError):
            raise KaditaError(
                f"{path}: expected a trajectory: NetCDF (.nc) or a format that MDAnalysis knows by its ending "
                f"(.xtc, .trr, .dcd, .xyz, .pdb, .gro, ...); found '{path.suffix}'"
            ) from None
        if hasattr(reader, "_load_offsets"):
            options = {"format": _without_cache(reader)} | ({"topology_format": "MINIMAL"} if topology is None else {})
        files = [str(path)] if topology is None else [str(topology), str(path)]
        if topology is not None and not Path(topology).is_file():
            raise KaditaError(f"{topology}: there is no such topology file")
        try:
            universe = mda.Universe(*files, **options)
            if options.get("format") == "LAMMPSDUMP":
                check_complete(universe.trajectory)
            return UniverseTrajectory(universe, path)
        except KaditaError:
            raise
        except Exception as error:  # a damaged file can make readers raise any exception
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            hint = "" if topology is not None else "; if it needs a topology, name one with --topology"
            raise KaditaError(f"{path}: MDAnalysis cannot read it: {reason}{hint}") from None


def _without_cache(reader: Any) -> Any:
    """Return MDAnalysis' reader of XTC or TRR, changed to write no hidden offset files beside the trajectory."""

    def load_offsets(self: Any) -> None:
        self._read_offsets(store=False)

    return type(reader.__name__, (reader,), {"_load_offsets": load_offsets})


def species_of_atoms(atoms: Any) -> NDArray[Any] | None:
    """Return the type of each atom, or else its residue name, (N,), where there are several; None if there are not."""
    for name in ("types", "resnames"):
        labels = getattr(atoms, name, None)
        if labels is not None and len(np.unique(np.asarray(labels).astype(str))) > 1:
            return np.asarray(labels).astype(str)
    return None


class UniverseTrajectory(FrameByFrame):
    """The trajectory of an `MDAnalysis.Universe` or `AtomGroup`."""

    def __init__(self, universe: Any, path: Path | None = None) -> None:
        self._atoms = universe.atoms
        self._trajectory = universe.universe.trajectory
        self.path = path
        self.name = str(path or getattr(self._trajectory, "filename", None) or "universe")
        self.n_frames = len(self._trajectory)
        self.agents = np.asarray(self._atoms.indices)
        if len(self.agents) == 0:
            raise KaditaError(f"{self.name}: expected at least one atom; got none")
        self.has_velocities = bool(self._trajectory.ts.has_velocities)
        self.attributes: dict[str, Any] = {"length_unit": "angstrom", "time_unit": "ps"}  # units of MDAnalysis
        self.species = species_of_atoms(self._atoms)

    @property
    def times(self) -> Floats:
        """Time of every frame, (T,); reads all frames."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about formats without times: times are frame numbers
            return np.array([ts.time for ts in self._trajectory])

    def frame(self, number: int) -> FileFrame:
        """Return the frame of this number."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ts = self._trajectory[number]
                time = ts.time
        except Exception as error:
            raise KaditaError(f"{self.name}: frame {number} cannot be read: {error}".replace("\n", " ")) from None
        positions, cell = self._atoms.positions.astype(np.float64), ts.dimensions
        if getattr(self._trajectory, "format", None) == "LAMMPSDUMP":
            is_open, origin = lammps_boundaries(self._trajectory, number)
            check_same_atoms(self._trajectory, number)
            positions += origin * is_open
            cell = None if is_open.all() or cell is None else np.where([*is_open, False, False, False], 0.0, cell)
        velocities = self._atoms.velocities if self.has_velocities else None
        if cell is None or not np.any(cell[:3]):
            return FileFrame(positions, velocities, time, None)
        if not np.allclose(cell[3:], 90.0, atol=1e-3):
            raise KaditaError(f"{self.name}: expected an orthorhombic cell, angles of 90 degrees; got {cell[3:]}")
        return FileFrame(positions, velocities, time, cell[:3].copy())

    def close(self) -> None:
        """Close the file if kadita opened it."""
        if self.path is not None:
            self._trajectory.close()
