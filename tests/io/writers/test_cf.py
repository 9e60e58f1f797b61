"""The CF export: the compliance checker finds nothing, and xarray finds the numbers."""

import hashlib
import json

import netCDF4
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from kadita.io.convert import convert
from kadita.io.writers import cf

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def findings(path, folder):
    """What compliance-checker has to say about a file, by CF 1.11, a line each."""
    runner = pytest.importorskip("compliance_checker.runner", reason="compliance-checker is not installed")
    suite = runner.CheckSuite()
    suite.load_all_available_checkers()
    report = folder / "report.json"
    runner.ComplianceChecker.run_checker(
        str(path), ["cf:1.11"], 0, "normal", output_filename=str(report), output_format="json"
    )
    said = json.loads(report.read_text())
    said = said.get("cf:1.11") or said[next(iter(said))]["cf:1.11"]
    assert len(said["all_priorities"]) > 20  # it did look
    return [line for check in said["all_priorities"] if check["value"][0] < check["value"][1] for line in check["msgs"]]


@pytest.mark.parametrize("kind", ["N=1", "cell", "open space", "absent, named, in metres"])
def test_the_compliance_checker_finds_nothing(kind, make, tmp_path):
    if kind == "absent, named, in metres":
        school = make(5, periodic=False, absent=[(0, 1), (2, 4)], identities=["Anna", "Bo", "Cleo", "Dö", "E"])
        units = {"length_unit": "m", "time_unit": "s"}
    else:
        school, units = make(1 if kind == "N=1" else 150, periodic=kind != "open space"), {}
    convert(school.path, tmp_path / "school.nc", to="cf", **units)
    assert findings(tmp_path / "school.nc", tmp_path) == []


def test_the_checker_finds_what_is_wrong(make, tmp_path):
    """So that its silence means something."""
    convert(make(3).path, tmp_path / "school.nc", to="cf")
    with netCDF4.Dataset(tmp_path / "school.nc", "a") as file:
        file["x"].units = "furlongs per fortnight"
        file["time"].delncattr("units")
    assert len(findings(tmp_path / "school.nc", tmp_path)) >= 2


def test_xarray_opens_it(school, tmp_path):
    xarray = pytest.importorskip("xarray")
    convert(school.path, tmp_path / "school.nc", to="cf", length_unit="cm", time_unit="s")
    with xarray.open_dataset(tmp_path / "school.nc") as data:
        for i, axis in enumerate("xyz"):
            assert data[axis].dims == ("time", "trajectory")
            assert_array_equal(data[axis], school.positions[..., i])
            assert_array_equal(data[f"v{axis}"], school.velocities[..., i])
            assert (data[axis].units, data[f"v{axis}"].units) == ("cm", "cm s-1")
        elapsed = (data.time - np.datetime64("1970-01-01")) / np.timedelta64(1, "s")
        assert_array_equal(elapsed, school.times)
        assert_array_equal(data.agent, np.arange(school.agents))
        assert data.agent.cf_role == "trajectory_id"
        if school.lengths is None:
            assert "cell_lengths" not in data
        else:
            assert_array_equal(data.cell_lengths, school.lengths)
        if school.agents > 1:
            assert_array_equal(np.array(data.species.flag_meanings.split())[data.species], school.names)
        assert hashlib.sha256(school.path.read_bytes()).hexdigest() in data.attrs["source"]
        assert data.attrs["kadita_length_unit"] == "cm"


def test_absence_is_the_fill_value(gappy, tmp_path):
    xarray = pytest.importorskip("xarray")
    convert(gappy.path, tmp_path / "school.nc", to="cf")
    with netCDF4.Dataset(tmp_path / "school.nc") as file:
        assert file["x"][:].mask.sum() == 3
        file.set_auto_mask(False)
        assert not np.isnan(file["x"][:]).any()  # CF knows _FillValue, not NaN
    with xarray.open_dataset(tmp_path / "school.nc") as data:
        assert_array_equal(np.stack([data.x, data.y, data.z], axis=-1), gappy.positions)


def test_units_that_udunits_does_not_know(make, tmp_path):
    remarks = convert(make(3).path, tmp_path / "a.nc", to="cf", length_unit="body_length", time_unit="tick")
    assert any("body_length, is not a UDUNITS unit" in line for line in remarks)
    assert any("tick, is not a UDUNITS unit" in line for line in remarks)
    with netCDF4.Dataset(tmp_path / "a.nc") as file:
        assert (file["x"].units, file["vx"].units) == ("1", "1")
        assert "tick" in file["time"].comment


@pytest.mark.parametrize("unit", sorted({*cf.LENGTHS.values(), *cf.TIMES.values()}))
def test_udunits_knows_every_unit_that_is_written(unit):
    cf_units = pytest.importorskip("cf_units", reason="cf-units is not installed")
    base = "m" if unit in cf.LENGTHS.values() else "s"
    assert cf_units.Unit(unit).is_convertible(base)


def test_names_of_agents_are_kept(make, tmp_path):
    convert(make(3, identities=["Anna", "Bö", "C"]).path, tmp_path / "a.nc", to="cf")
    with netCDF4.Dataset(tmp_path / "a.nc") as file:
        raw = file["agent"][:].filled(b"")
    assert [b"".join(row).decode() for row in raw] == ["Anna", "Bö", "C"]
