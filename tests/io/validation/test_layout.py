"""Whoever writes a school, its file is laid out as the data of the convention say: names, order, types, units."""

import warnings

import netCDF4
import numpy as np
import pytest

import kadita
from kadita.io.amber.convention import convention
from kadita.io.convert import convert

TYPES = {"char": "S1", "byte": "i1", "int": "i4", "float": "f4", "double": "f8"}
TABLE = "frame,agent,x,y,z\n0,ann,1,2,3\n0,bo,2,3,4\n1,ann,1.5,2,3\n2,ann,2,2,3\n2,bo,3,3,4\n"
FRAMES = {"time", "coordinates", "velocities"}
CELL = {"cell_spatial", "cell_angular", "cell_lengths", "cell_angles"}
OWN = {"kadita_status", "kadita_header_crc32", "kadita_configuration", "kadita_crc32"}


def by_run(path):
    kadita.run("torus", agents=20, steps=4, every=2, seed=1, output=path)


def by_convert(path):
    table = path.with_suffix(".csv")
    table.write_text(TABLE)
    convert(table, path, length_unit="m", time_unit="s", frame_rate=5.0)


def by_nc4(path):
    by_run(path.with_suffix(".nc"))
    convert(path.with_suffix(".nc"), path)


def by_nc4_and_back(path):
    by_nc4(path.with_suffix(".nc4"))
    path.unlink()
    convert(path.with_suffix(".nc4"), path)


def by_mdanalysis(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what MDAnalysis says of itself when it is imported
        import MDAnalysis

        import kadita.mda  # noqa: F401
    universe = MDAnalysis.Universe.empty(4, trajectory=True, velocities=True, forces=True)
    universe.atoms.positions = universe.atoms.velocities = universe.atoms.forces = np.ones((4, 3))
    universe.dimensions = [20, 20, 20, 90, 90, 90]
    with MDAnalysis.Writer(str(path), 4) as writer:
        writer.write(universe.atoms)


WRITERS = {  # who writes a file of this name, and what it holds beside the names of the axes
    by_run: ("run.nc", FRAMES | OWN),
    by_convert: ("tracks.nc", FRAMES | OWN | {"present", "kadita_agent"}),
    by_nc4: ("packed.nc4", FRAMES | OWN),
    by_nc4_and_back: ("unpacked.nc", FRAMES | OWN),
    by_mdanalysis: ("universe.nc4", FRAMES | CELL | {"forces"}),
}


@pytest.mark.slow
@pytest.mark.parametrize("write", WRITERS)
def test_a_school_has_exactly_the_variables_that_the_data_declare(write, tmp_path):
    name, holds = WRITERS[write]
    write(tmp_path / name)
    declared = [v for v in convention().variables if v.name in {"spatial"} | holds]
    with netCDF4.Dataset(tmp_path / name) as file:
        assert list(file.variables) == [v.name for v in declared]
        for wanted, found in zip(declared, file.variables.values(), strict=True):
            assert found.dimensions == wanted.dims
            assert found.dtype == np.dtype(TYPES[wanted.types[-1]])
            assert getattr(found, "units", None) == wanted.units
        used = {dim for v in declared for dim in v.dims}
        assert list(file.dimensions) == [d.name for d in convention().dimensions if d.name in used]
        known = [a.name for a in convention().attributes]
        assert file.ncattrs() == [name for name in known if name in file.ncattrs()]
        assert {a.name for a in convention().attributes if a.required} <= set(file.ncattrs())
