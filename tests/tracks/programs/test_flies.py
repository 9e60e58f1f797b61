"""MATLAB files of Ctrax, JAABA and FlyTracker."""

import h5py
import numpy as np
import pytest
from scipy.io import loadmat, savemat
from track_files import turning
from track_files.flies import ctrax, flytracker, trx

from kadita.io.importing.find import find_importer

FLIES = turning([0, 3, 12])


def edited(path, **variables):
    """The file with other variables; those that are None are left out."""
    content = {name: value for name, value in loadmat(path).items() if not name.startswith("__")} | variables
    savemat(path, {name: value for name, value in content.items() if value is not None})
    return path


@pytest.mark.parametrize("turned", [True, False])
def test_ctrax_counts_y_from_the_bottom(tmp_path, converted, turned):
    """A turn to the left on the screen is one to the left in the file."""
    read = converted(ctrax(tmp_path, FLIES), **({} if turned else {"y_axis": "up"}))
    assert read["attributes"]["y_axis"] == "up"
    assert np.allclose(read["positions"][..., 1], FLIES.positions[..., 1], rtol=1e-6, equal_nan=True)


def test_frames_of_ctrax_without_timestamps(tmp_path, converted, refused):
    path = edited(ctrax(tmp_path, FLIES), timestamps=None)
    assert "does not state their rate" in refused(path)
    assert np.allclose(converted(path, frame_rate=10)["times"], FLIES.times)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"ntargets": np.full((12, 1), 3.0)}, "found 34, 34 and 34 for 36"),
        ({"ntargets": np.full((34, 1), np.nan)}, "as many positions and identities as ntargets counts"),
        ({"x_pos": np.zeros((33, 1))}, "found 33, 34 and 34 for 34"),
        ({"identity": np.full((34, 1), 0.5)}, "expected whole numbers as identity"),
        ({"identity": "flies"}, "expected numbers in identity; found <U5"),
        ({"identity": np.zeros((34, 1))}, "expected one row per agent and time"),
    ],
)
def test_contradictions_of_ctrax(tmp_path, refused, variables, words):
    assert words in refused(edited(ctrax(tmp_path, FLIES), **variables))


def test_flies_of_jaaba_in_mm_or_in_pixels(tmp_path, converted, said, refused):
    path = trx(tmp_path, FLIES)
    read = converted(path)
    assert read["attributes"]["length_unit"] == "mm"
    assert said(read, "positions are x_mm and y_mm; --set unit=px takes the others")
    read = converted(path, parameters={"unit": "px"})
    assert read["attributes"]["length_unit"] == "px"
    assert np.allclose(read["positions"][..., 0], 20 * FLIES.positions[..., 0], rtol=1e-6, equal_nan=True)
    path = trx(tmp_path, FLIES, calibrated=False)
    assert converted(path)["attributes"]["length_unit"] == "px"
    assert "expected structs with a field x_mm" in refused(path, "--set", "unit=mm")


def test_a_fly_of_jaaba_that_comes_later(tmp_path, converted, refused):
    path = trx(tmp_path, FLIES)
    structs = loadmat(path)["trx"]
    for name in ("x", "y", "x_mm", "y_mm"):
        structs[name][0, 1] = structs[name][0, 1][:, 5:]
    structs["firstframe"][0, 1] = np.array([[6.0]])
    read = converted(edited(path, trx=structs))
    assert np.isnan(read["positions"][:5, 1]).all()
    assert np.allclose(read["positions"][5:, 1, 0], FLIES.positions[5:, 1, 0], rtol=1e-6)
    structs["fps"][0, 1] = np.array([[25.0]])
    assert "expected one frame rate, fps; found 10 to 25" in refused(edited(path, trx=structs))
    structs["fps"][0, 1], structs["firstframe"][0, 1] = np.array([[10.0]]), np.array([[0.5]])
    assert "a whole number as firstframe; found 7, 7 and 0.5" in refused(edited(path, trx=structs))


def test_the_calibration_of_flytracker_beside_its_tracks(tmp_path, converted, refused):
    (tmp_path / "movie").mkdir()
    path = flytracker(tmp_path / "movie", turning([1, 2, 3]))
    assert np.diff(converted(path)["times"]) == pytest.approx(0.1)
    (tmp_path / "movie" / "movie-calibration.mat").rename(tmp_path / "calibration.mat")
    assert np.diff(converted(path)["times"]) == pytest.approx(0.1)
    (tmp_path / "calibration.mat").unlink()
    assert "does not state their rate" in refused(path)


def test_features_of_flytracker_without_positions(tmp_path, refused):
    path = flytracker(tmp_path, turning([1, 2, 3]))
    trk = loadmat(path)["trk"]
    trk["names"][0, 0] = np.array([["vel", "ori"]], dtype=object)
    assert "with pos x and pos y among 2 names; found shape (3, 12, 4)" in refused(edited(path, trk=trk))
    savemat(path, {"trk": np.zeros((3, 3))})
    assert "expected a variable trk of structs; found 'trk'" in refused(path)


def test_structs_of_matlab_7_3_are_refused_with_advice(tmp_path, refused, registry):
    path = tmp_path / "trx.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        file.create_group("trx")
    content = bytearray(path.read_bytes())
    content[:128] = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    path.write_bytes(content)
    assert find_importer(registry, path, None).name == "trx"
    assert "save it in MATLAB with save(..., '-v7')" in refused(path)
