"""The file that all readers are tried on does hold everything."""

import netCDF4
import numpy as np

KADITA = {
    "kadita_status",
    "kadita_configuration",
    "kadita_agent",
    "species",
    "kadita_species",
    "present",
    "kadita_clock",
    "kadita_crc32",
}
OTHERS = {"body_length", "step", "polarization", "kadita_generator"}
AMBER = {"spatial", "cell_spatial", "cell_angular", "time", "cell_lengths", "cell_angles", "coordinates", "velocities"}


def test_the_school_has_every_extra(school):
    with netCDF4.Dataset(school.trajectory) as file:
        assert set(file.variables) >= AMBER | KADITA | OTHERS
        assert set(file.ncattrs()) >= {f"kadita_{key}" for key in ("model", "r_a", "length_unit", "time_unit")}
        vectors = [v for v in file.variables.values() for name in v.ncattrs() if np.size(v.getncattr(name)) > 1]
        assert not vectors  # chemfiles would refuse the file
    if school.agents > 2:
        lines = school.topology.read_text().splitlines()
        assert [line[17:20] for line in lines if line.startswith("ATOM")][:4] == ["nim", "slo", "ngs", "nim"]
