"""What whole-trajectory analyses find, as files: a table for each set of axes, JSON, and NetCDF with axes."""

import json

import numpy as np
import pytest
import xarray

import kadita


@pytest.fixture(scope="module")
def found(school, plugin):
    names = ["pairs", "path_within_windows", "spread"]
    return kadita.analyze(school, names, plugins=[plugin], parameters={"lags": 3})


def test_tables_stand_beside_a_csv(found, tmp_path):
    kadita.write(found, tmp_path / "out.csv")
    names = ["out.csv", "out.json", "out_pairs.csv", "out_path_within_windows.csv"]
    assert sorted(p.name for p in tmp_path.iterdir()) == names
    lines = (tmp_path / "out_pairs.csv").read_text().splitlines()
    assert lines[0] == "lag,pairs,total"
    table = np.array([line.split(",") for line in lines[1:]], dtype=float)
    np.testing.assert_array_equal(table[:, 0], range(4))
    np.testing.assert_array_equal(table[:, 1], found.analyses["pairs.pairs"].values)
    np.testing.assert_array_equal(table[:, 2], found.analyses["pairs.total"].values)
    assert (tmp_path / "out_path_within_windows.csv").read_text().startswith("agent,path_within_windows\n0,")
    record = json.loads((tmp_path / "out.json").read_text())["analyses"]["pairs.pairs"]
    assert (record["dims"], record["parameters"]) == (["lag"], {"lags": 3})


def test_json_and_netcdf_hold_values_and_axes(found, tmp_path):
    kadita.write(found, tmp_path / "out.json")
    pairs = json.loads((tmp_path / "out.json").read_text())["analyses"]["pairs.total"]
    assert pairs["values"] == found.analyses["pairs.total"].values.tolist()
    assert pairs["axes"] == {"lag": [0, 1, 2, 3]}
    kadita.write(found, tmp_path / "out.nc")
    with xarray.open_dataset(tmp_path / "out.nc") as dataset:
        total = dataset["pairs.total"]
        np.testing.assert_array_equal(total, found.analyses["pairs.total"].values)
        assert total.dims == ("pairs_lag",)
        assert dataset["pairs_lag"].values.tolist() == [0, 1, 2, 3]
        assert total.attrs["units"] == "length"
        assert dataset["path_within_windows"].dims == ("agent",)


def test_a_table_that_is_there_is_not_replaced(command, school, plugin, tmp_path):
    (tmp_path / "out_pairs.csv").write_text("mine")
    done = command("analyze", school, "--plugin", plugin, "-m", "pairs", "-o", "out.csv")
    assert done.returncode == 2
    assert "out_pairs.csv exists" in done.stderr
    assert (tmp_path / "out_pairs.csv").read_text() == "mine"
    done = command("analyze", school, "--plugin", plugin, "-m", "pairs", "-o", "out.csv", "--force")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out_pairs.csv").read_text().startswith("lag,pairs,total")
    assert "pairs.pairs" in done.stdout
