"""Reads trajectories in NetCDF-4: the variables of AMBER's convention, in compressed chunks with checksums."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kadita.files import fingerprint
from kadita.formats import contents
from kadita.formats.amber import AmberTrajectory, check_is_trajectory
from kadita.formats.nc4_records import Nc4Records, open_dataset
from kadita.trajectory import Trajectory


class Nc4Trajectory(AmberTrajectory):
    """A trajectory in a NetCDF-4 file, kadita's own or anybody's; its frames mean what they mean in a `.nc`.

    Raises:
        KaditaError: a file that is cut, damaged, empty or no trajectory, or that claims more than it can hold; on
            reading, frames whose checksums fail.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.name = str(path)
        self._records = Nc4Records(self.path)
        self.header = self._records.header
        try:
            check_is_trajectory(self.path, self.header)
            self._seed = self._checked_seed()
            fixed = self._records.fixed
            self.n_frames = self.header.records
            self.has_velocities = "velocities" in self.header.variables
            self.agents = contents.identities(fixed, self.header.dims["atom"])
            self.configuration = contents.configuration(fixed, self.header.attributes, self.name)
            self.attributes = contents.school_attributes(self.header.attributes)
            self.species = contents.species(fixed)
        except BaseException:
            self.close()
            raise

    def refresh(self) -> bool:
        """Say that there are no new frames: a file of this kind cannot be read while it is written."""
        return False

    def fingerprint(self) -> dict[str, Any]:
        """Return what identifies the file."""
        return fingerprint(self.path)


def open_nc4(path: Path) -> Trajectory:
    """Open a NetCDF-4 file as what it is: AMBER's variables, or dewi-kadita's.

    Raises:
        KaditaError: it is neither, or damaged.
    """
    with open_dataset(path) as file:
        is_amber = "coordinates" in file.variables
    if is_amber:
        return Nc4Trajectory(path)
    from kadita.formats.dewi_kadita import DewiKaditaTrajectory

    return DewiKaditaTrajectory(path)
