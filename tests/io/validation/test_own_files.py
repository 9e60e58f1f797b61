"""kadita's own files are what the convention says, seen by netCDF4 itself, and nothing is found in them."""

import itertools

import netCDF4
import numpy as np
import pytest

import kadita
from kadita.io.amber.convention import convention
from kadita.io.validation import findings_in, validate

KINDS = {"S1": "char", "i1": "byte", "i4": "int", "f4": "float", "f8": "double"}
SPECIES = (["nimble", "slow"], np.array([0, 1, 1, 0, 1], dtype=np.int32))
COMBINATIONS = list(itertools.product([True, False], repeat=5))


@pytest.fixture(params=COMBINATIONS, ids=lambda c: "".join(letter for letter, on in zip("cvpis", c, strict=True) if on))
def file(request, kadita_file, tmp_path):
    """A complete file with or without cell, velocities, presence, identities and species."""
    periodic, velocities, presence, identities, species = request.param
    return kadita_file(
        tmp_path / "school.nc",
        periodic=periodic,
        velocities=velocities,
        presence=presence,
        agents=["ann", "bo", "cy", "dee", "eve"] if identities else 5,
        species=SPECIES if species else None,
        attributes={"model": "couzin", "r_a": 14.0, "length_unit": "m", "time_unit": "s"},
    )


def test_it_is_made_of_what_the_convention_says(file, request):
    known = {v.name: v for v in convention().variables}
    with netCDF4.Dataset(file) as stored:
        stored.set_auto_chartostring(False)
        assert stored.data_model == "NETCDF3_64BIT_OFFSET"
        for wanted in convention().attributes:
            text = getattr(stored, wanted.name) if wanted.name in stored.ncattrs() or wanted.required else ""
            assert isinstance(text, str)
            assert wanted.value in (None, text)
        for dim in convention().dimensions:
            if dim.name in stored.dimensions:
                found = stored.dimensions[dim.name]
                assert found.isunlimited() == dim.unlimited
                assert dim.size in (None, len(found))
                assert len(found) >= dim.least
            else:
                assert dim.with_ or not dim.required
        for name, variable in stored.variables.items():
            wanted = known[name]  # a variable that the convention does not know is a fault of the writer or of the data
            assert variable.dimensions == wanted.dims
            assert KINDS[variable.dtype.str[1:]] in wanted.types
            assert getattr(variable, "units", None) == wanted.units
            if wanted.text:
                letters = np.asarray(variable[...]).tobytes().decode()
                assert letters == "".join(wanted.text)
        for wanted in convention().variables:
            if wanted.required and (not wanted.with_ or set(wanted.with_) & set(stored.variables)):
                assert wanted.name in stored.variables
        periodic, velocities, presence, identities, species = request.node.callspec.params["file"]
        expected = {"cell_lengths"} if periodic else set()
        expected |= {"velocities"} if velocities else set()
        expected |= {"present"} if presence else set()
        expected |= {"kadita_agent"} if identities else set()
        expected |= {"species", "kadita_species"} if species else set()
        optional = {v.name for v in convention().variables if not v.required or v.name.startswith("cell_l")}
        always = {"kadita_configuration", "kadita_status", "kadita_crc32"}
        assert optional & set(stored.variables) == expected | always


def test_nothing_is_found_in_it(file):
    report = validate(file)
    assert report.findings == ()
    assert (report.frames, report.agents, report.bytes) == (4, 5, file.stat().st_size)
    assert report.written_by.startswith("kadita ")


def test_nothing_is_found_in_a_run_nor_in_one_of_a_single_agent(tmp_path):
    kadita.run("torus", agents=30, steps=6, every=2, seed=1, output=tmp_path / "run.nc")
    assert findings_in(tmp_path / "run.nc") == []
    with kadita.io.amber.writer.AmberWriter(tmp_path / "one.nc", 1, periodic=False) as writer:
        writer.write(np.zeros((1, 1, 3)), np.zeros((1, 1, 3)), np.zeros(1))
    assert findings_in(tmp_path / "one.nc") == []


def test_every_variable_that_kadita_adds_is_in_the_data_and_is_written(kadita_file, tmp_path):
    known = {"presence": True, "origin": np.array([5e6, -1.0, 0.0]), "attributes": {"arena": "circle:5e6,0,9"}}
    path = kadita_file(tmp_path / "all.nc", agents=list("abcde"), species=SPECIES, **known)
    of_seven = SPECIES[0], np.array([0, 1, 0, 1, 0, 1, 0], np.int32)
    reused = kadita_file(tmp_path / "reused.nc", agents=list("abcdefg"), species=of_seven, reused=5, **known)
    assert findings_in(path) == findings_in(reused) == []
    with netCDF4.Dataset(path) as stored, netCDF4.Dataset(reused) as more:
        assert {v.name for v in convention().variables} - set(stored.variables) - set(more.variables) == {"forces"}
