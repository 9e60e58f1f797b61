"""The trajectory that MDAnalysis' own suites expect, in NetCDF-4 and made with netCDF4 alone."""

import warnings

import netCDF4
import numpy as np
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what packages of the suites warn of when they are imported
    from MDAnalysisTests.coordinates.base import BaseReference
    from MDAnalysisTests.datafiles import COORDINATES_TOPOLOGY

from kadita.mda import NC4Reader, NC4Writer

UNITS = {
    "time": "picosecond",
    "coordinates": "angstrom",
    "velocities": "angstrom/picosecond",
    "forces": "kilocalorie/mole/angstrom",
    "cell_lengths": "angstrom",
    "cell_angles": "degree",
}


class NC4Reference(BaseReference):
    """5 frames of 5 atoms whose positions double; velocities a tenth of them, forces a hundredth; a growing cell."""

    def __init__(self, path):
        super().__init__()
        self.trajectory = str(path)
        self.topology = COORDINATES_TOPOLOGY
        self.reader, self.writer, self.ext = NC4Reader, NC4Writer, "nc4"
        self.changing_dimensions = True
        for ts in (self.first_frame, self.second_frame, self.last_frame, self.jump_to_frame):
            ts.velocities, ts.forces = ts.positions / 10, ts.positions / 100

    def iter_ts(self, i):
        ts = super().iter_ts(i)
        ts.velocities, ts.forces = ts.positions / 10, ts.positions / 100
        return ts


@pytest.fixture(scope="session")
def suites_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("suites") / "test.nc4"
    ref = NC4Reference(path)
    positions = np.array([2**i * ref.first_frame.positions for i in range(5)])
    arrays = {
        "time": (("frame",), np.arange(5.0)),
        "coordinates": (("frame", "atom", "spatial"), positions),
        "velocities": (("frame", "atom", "spatial"), positions / 10),
        "forces": (("frame", "atom", "spatial"), positions / 100 / 4.184),  # kJ/mol in MDAnalysis, kcal/mol in AMBER
        "cell_lengths": (("frame", "cell_spatial"), ref.dimensions[:3] + np.arange(5.0)[:, None]),
        "cell_angles": (("frame", "cell_angular"), ref.dimensions[3:] + 0.1 * np.arange(5)[:, None]),
    }
    with netCDF4.Dataset(path, "w") as nc:
        nc.setncatts({"Conventions": "AMBER", "ConventionVersion": "1.0", "program": "other", "programVersion": "1"})
        for name, size in {"frame": None, "atom": 5, "spatial": 3, "cell_spatial": 3, "cell_angular": 3}.items():
            nc.createDimension(name, size)
        for name, (dims, values) in arrays.items():
            variable = nc.createVariable(name, "f4" if name in ("coordinates", "velocities", "forces") else "f8", dims)
            variable.units = UNITS[name]
            variable[:] = values
    return path


@pytest.fixture
def ref(suites_file):
    return NC4Reference(suites_file)
