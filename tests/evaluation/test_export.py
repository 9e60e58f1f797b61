"""Results as files: each format holds the same numbers, and nothing of the user's is lost."""

import csv
import json

import numpy as np
import pytest
import xarray

import kadita
from kadita.evaluation import export


@pytest.fixture
def results(tmp_path):
    path = kadita.run("dewi-kadita-2", agents=30, steps=60, every=10, output=tmp_path / "school.nc")
    names = ["polarization", "state", "depth_stratification_entropy", "spread"]
    return kadita.analyze(path, names)


def test_csv_has_frame_and_time_first_then_a_column_a_metric(results, tmp_path):
    export.write(results, tmp_path / "a.csv")
    rows = list(csv.DictReader((tmp_path / "a.csv").read_text().splitlines()))
    assert list(rows[0])[:2] == ["frame", "time"]
    assert set(list(rows[0])[2:-1]) == set(results)
    np.testing.assert_array_equal([float(r["polarization"]) for r in rows], results["polarization"])
    assert [int(r["frame"]) for r in rows] == results.frames.tolist()
    assert rows[0]["state"] == "torus"
    assert rows[0]["depth_stratification_entropy"] == ""


def test_beside_a_csv_stands_where_it_comes_from(results, tmp_path):
    export.write(results, tmp_path / "a.csv")
    record = json.loads((tmp_path / "a.json").read_text())
    assert record["provenance"]["input"]["name"] == "school.nc"
    assert record["metrics"]["polarization"]["parameters"] == {"definition": "corrected"}
    assert "values" not in record["metrics"]["polarization"]


def test_json_holds_the_numbers(results, tmp_path):
    export.write(results, tmp_path / "a.json")
    document = json.loads((tmp_path / "a.json").read_text())
    assert document["metrics"]["polarization"]["values"] == results["polarization"].tolist()
    assert set(document["metrics"]["depth_stratification_entropy"]["values"]) == {None}
    assert document["time"] == results.times.tolist()


def test_netcdf_holds_the_numbers(results, tmp_path):
    export.write(results, tmp_path / "a.nc")
    with xarray.open_dataset(tmp_path / "a.nc") as dataset:
        for name in results:
            np.testing.assert_array_equal(dataset[name], results[name])
        assert dataset["state"].attrs["flag_meanings"].split()[1] == "torus"
        assert dataset["spread"].attrs["units"] == "length"
        assert dataset.attrs["kadita"] == kadita.__version__


def test_xvg_is_read_by_numpy_as_grace_would(results, tmp_path):
    export.write(results, tmp_path / "a.xvg")
    table = np.loadtxt(tmp_path / "a.xvg", comments=["#", "@"])
    np.testing.assert_allclose(table[:, 0], results.times)
    legends = [line for line in (tmp_path / "a.xvg").read_text().splitlines() if 'legend "' in line]
    assert len(legends) == table.shape[1] - 1
    column = 1 + next(i for i, line in enumerate(legends) if "polarization" in line)
    np.testing.assert_allclose(table[:, column], results["polarization"], rtol=1e-9)


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.nc", "a.xvg"])
def test_a_file_that_exists_is_kept_unless_forced(results, tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(kadita.KaditaError, match=f"{name} exists"):
        export.write(results, tmp_path / name)
    assert (tmp_path / name).read_text() == "mine"
    export.write(results, tmp_path / name, force=True)
    assert (tmp_path / name).read_bytes() != b"mine"


def test_the_record_beside_a_csv_is_not_overwritten_either(results, tmp_path):
    (tmp_path / "a.json").write_text("mine")
    with pytest.raises(kadita.KaditaError, match="a.json exists"):
        export.write(results, tmp_path / "a.csv")
    assert (tmp_path / "a.json").read_text() == "mine"


def test_an_unknown_ending_says_which_there_are(results, tmp_path):
    with pytest.raises(kadita.KaditaError, match=r"expected an ending of .csv, .json, .nc, .xvg; got '.xlsx'"):
        export.write(results, tmp_path / "a.xlsx")


def test_a_json_asked_for_beside_a_csv_is_written_once_and_whole(results, tmp_path):
    export.write_all(results, [tmp_path / "a.csv", tmp_path / "a.json"], force=False)
    document = json.loads((tmp_path / "a.json").read_text())
    assert document["metrics"]["spread"]["values"] == results["spread"].tolist()
    assert {p.name for p in tmp_path.iterdir()} == {"school.nc", "a.csv", "a.json"}


def test_nothing_is_written_where_one_target_cannot_be(results, tmp_path):
    (tmp_path / "b.json").write_text("mine")
    for paths in (["a.csv", "b.csv"], ["a.csv", "a.csv"], ["a.csv", "c.xlsx"]):
        with pytest.raises(kadita.KaditaError):
            export.write_all(results, [tmp_path / p for p in paths], force=False)
        assert {p.name for p in tmp_path.iterdir()} == {"school.nc", "b.json"}


def test_equal_results_are_equal_files(results, tmp_path):
    for name in ("a.csv", "a.json", "a.xvg"):
        export.write(results, tmp_path / name, force=True)
        first = (tmp_path / name).read_bytes()
        export.write(results, tmp_path / name, force=True)
        assert (tmp_path / name).read_bytes() == first
