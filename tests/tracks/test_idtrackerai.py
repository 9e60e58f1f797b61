"""Eight zebrafish that idtracker.ai tracked, from its file to MDAnalysis; and the forms of file it has had."""

import csv
import pickle
import subprocess
import sys

import h5py
import MDAnalysis
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from kadita.cli import main

UP = [1, -1]  # y of the video points down, and is turned up


@pytest.fixture(scope="module")
def told(reference):
    """What the file says, as NumPy itself reads it, which one does with a file that one knows."""
    return np.load(reference / "idtrackerai" / "zebrafish_8.npy", allow_pickle=True).item()


@pytest.fixture(scope="module")
def folder(reference, tmp_path_factory):
    """The folder with fish.nc, fish.pdb and fish.csv, made by three commands."""
    folder = tmp_path_factory.mktemp("fish")
    tracks = str(reference / "idtrackerai" / "zebrafish_8.npy")
    for words in (
        ["convert", tracks, "fish.nc"],
        ["topology", "fish.nc", "fish.pdb"],
        ["analyze", "fish.nc", "-o", "fish.csv"],
    ):
        done = subprocess.run([sys.executable, "-m", "kadita", *words], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        if words[0] == "convert":
            assert "has no z; it is set to 0" in done.stderr
            assert "central differences within unbroken stretches" in done.stderr
    return folder


def velocities_of(positions, step):
    """Central differences within unbroken stretches, one-sided at their ends: written as one says it."""
    frames, agents, _ = positions.shape
    seen = ~np.isnan(positions).any(axis=2)
    v = np.full(positions.shape, np.nan)
    for i in range(agents):
        for t in range(frames):
            before = t if t == 0 or not seen[t - 1, i] else t - 1
            after = t if t == frames - 1 or not seen[t + 1, i] else t + 1
            if seen[t, i] and after > before:
                v[t, i] = (positions[after, i] - positions[before, i]) / ((after - before) * step)
    return v


def test_fish_are_lost_and_found(told):
    lost = np.isnan(told["trajectories"]).any(axis=2)
    assert lost.shape == (508, 8)
    assert lost.sum() == 43
    assert lost.any(axis=0).sum() == 3


@pytest.mark.slow
def test_polarization_of_each_frame(folder, told):
    v = velocities_of(told["trajectories"], 1 / 28)
    headings = v / np.linalg.norm(v, axis=2, keepdims=True)
    expected = np.linalg.norm(np.nanmean(headings, axis=1), axis=1)
    with (folder / "fish.csv").open() as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    assert_allclose([float(row["polarization"]) for row in rows], expected, rtol=0, atol=1e-6)  # float32 in the file
    assert_allclose([float(row["time"]) for row in rows], np.arange(508) / 28, rtol=1e-12)


def test_the_fish_open_in_mdanalysis(folder, told):
    universe = MDAnalysis.Universe(str(folder / "fish.pdb"), str(folder / "fish.nc"))
    x = told["trajectories"] * UP
    v = velocities_of(x, 1 / 28)
    assert len(universe.trajectory) == 508
    for t, ts in enumerate(universe.trajectory):
        assert_array_equal(ts.positions[:, :2], x[t].astype(np.float32), strict=True)  # NaN where a fish is lost
        assert_array_equal(ts.positions[:, 2], np.where(np.isnan(x[t, :, 0]), np.nan, 0))
        assert_allclose(ts.velocities[:, :2], v[t], rtol=1e-5, atol=1e-3)


def test_gaps_are_absence(converted, reference, told):
    read = converted(reference / "idtrackerai" / "zebrafish_8.npy")
    assert_array_equal(np.isnan(read["positions"]).any(axis=2), np.isnan(told["trajectories"]).any(axis=2))
    assert read["attributes"]["length_unit"] == "px"
    assert read["attributes"]["time_unit"] == "s"
    assert float(read["attributes"]["body_length"]) == told["body_length"] == 58
    assert read["agents"] == list(range(1, 9))  # as idtracker.ai counts


def test_no_path_is_carried_over(folder, told, reference):
    assert told["video_path"].startswith("/home/")
    for file in folder.iterdir():
        content = file.read_bytes()
        for part in ("/home", "chronos2", "idtrackerai_video_example", str(reference)):
            assert part.encode() not in content


# What version 6 writes: trajectories_creation.py and the module that saves trajectories in its source.
def version_6(rng, **changed):
    x = rng.uniform(0, 1000, size=(6, 3, 2))
    x[2, 1] = x[0, 0] = np.nan
    return {
        "trajectories": x,
        "version": "6.0.0",
        "video_paths": ["/home/somebody/secret/video.avi"],
        "frames_per_second": 30,
        "body_length": np.float64(40.0),
        "estimated_accuracy": 0.99,
        "areas": {"mean": np.ones(3), "median": np.ones(3), "std": np.zeros(3)},
        "setup_points": {"corners": [[0, 0], [1000, 0]]},
        "identities_labels": ["ann", "bob", "cat"],
        "identities_groups": {"girls": ["1", "3"]},
        "length_unit": 25.0,
        "id_probabilities": np.ones((6, 3, 1)),
    } | changed


def save_h5(path, told):
    """As idtracker.ai does: numbers and words are attributes, arrays are datasets, dicts are groups."""
    with h5py.File(path, "w") as file:
        for key, value in told.items():
            if isinstance(value, dict):
                group = file.create_group(key)
                for name, part in value.items():
                    group.create_dataset(name, data=part)
            elif key == "length_unit":
                file.attrs[key] = value or -1
            elif isinstance(value, (int, float, str)) or (isinstance(value, list) and isinstance(value[0], str)):
                file.attrs[key] = value
            else:
                file.create_dataset(key, data=value, compression="gzip" if np.ndim(value) else None)


@pytest.fixture(params=["npy", "h5"])
def saved(request, tmp_path):
    def save(told):
        path = tmp_path / f"trajectories.{request.param}"
        np.save(path, told) if request.param == "npy" else save_h5(path, told)
        return path

    return save


def test_version_6(saved, converted, rng):
    told = version_6(rng)
    read = converted(saved(told))
    assert read["agents"] == ["ann", "bob", "cat"]
    assert_allclose(read["positions"][..., :2], told["trajectories"] * UP, rtol=1e-7)
    assert_allclose(read["velocities"][..., :2], velocities_of(told["trajectories"] * UP, 1 / 30), rtol=1e-5)
    assert_allclose(read["times"], np.arange(6) / 30, rtol=1e-12)
    assert read["attributes"]["length_unit"] == "px"
    assert float(read["attributes"]["body_length"]) == 40
    assert any("has a length_unit of 25 px" in remark for remark in read["remarks"])
    assert b"somebody" not in read["path"].read_bytes()


def test_its_own_calibration_gives_lengths(saved, converted, rng):
    told = version_6(rng)
    read = converted(saved(told), parameters={"calibrated": "cm"})
    assert_allclose(read["positions"][..., :2], told["trajectories"] * UP / 25, rtol=1e-6)
    assert read["attributes"]["length_unit"] == "cm"
    assert float(read["attributes"]["body_length"]) == pytest.approx(40 / 25)


def test_what_is_not_known_is_left_out_or_asked_for(saved, converted, refused, rng):
    told = version_6(rng, length_unit=None, body_length=np.nan, identities_labels=["a", "a", "b"])
    read = converted(saved(told))
    assert "body_length" not in read["attributes"]
    assert read["agents"] == [1, 2, 3]
    del told["frames_per_second"]
    path = saved(told)
    assert "counts frames and does not state their rate; name it with --frame-rate" in refused(path)
    assert "expected length_unit in the file for --set calibrated" in refused(path, "--set", "calibrated=cm")
    assert "its unit of length is px; --length-unit mm contradicts it" in refused(path, "--length-unit", "mm")


WRONG = [
    (np.zeros((4, 3)), "expected trajectories of numbers (frames, animals, 2); found float64 (4, 3)"),
    (np.zeros((4, 3, 5)), "found float64 (4, 3, 5)"),
    (np.zeros((0, 3, 2)), "found float64 (0, 3, 2)"),
    (np.zeros((4, 3, 2), dtype=np.int64), "found int64 (4, 3, 2)"),
    (np.full((4, 3, 2), np.nan), "expected positions; found none"),
]


@pytest.mark.parametrize(("x", "said"), WRONG, ids=lambda v: str(v)[:40] if isinstance(v, str) else "")
def test_tracks_of_another_shape(saved, refused, rng, x, said):
    assert said in refused(saved(version_6(rng, trajectories=x)))


def test_files_that_are_something_else(refused, tmp_path, rng):
    path = tmp_path / "a.npy"
    other = {"numbers": rng.normal(size=(4, 3, 2)), "dict": {"a\n\x1b[2J": 1}, "list": [1, 2]}
    for what, said in (
        ("numbers", "found an array (4, 3, 2) of float64"),
        ("dict", "a dict of"),
        ("list", "array (2,) of object"),
    ):
        with path.open("wb") as file:
            np.save(file, np.array(other[what]) if what == "numbers" else np.array(other[what], dtype=object))
        assert said in refused(path, "--from", "idtrackerai")
    path.write_bytes(pickle.dumps(version_6(rng)))  # a pickle that is no .npy
    assert "the header of an .npy file; it cannot be read" in refused(path, "--from", "idtrackerai")
    for content in (rng.bytes(3000), b"\x93NUMPY", b"\x93NUMPY\x01\x00\xff\xff{'descr': '\\d", b"text"):
        path.write_bytes(content)
        assert "the header of an .npy file; it cannot be read" in refused(path, "--from", "idtrackerai")
    path.write_bytes(b"")
    assert "empty file" in refused(path)


def test_hdf5_files_that_are_something_else(refused, tmp_path, rng):
    path = tmp_path / "a.h5"
    save_h5(path, version_6(rng))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "it cannot be read" in refused(path, "--from", "idtrackerai")
    path.write_bytes(rng.bytes(3000))
    assert "expected the header of an .npy file; it cannot be read" in refused(path, "--from", "idtrackerai")
    with h5py.File(path, "w") as file:
        file["tracks"] = 1.0
    assert "found an HDF5 file; --from" in refused(path)
    assert "expected a dataset trajectories; found 'tracks'" in refused(path, "--from", "idtrackerai")
    with h5py.File(path, "w") as file:
        file.create_dataset("trajectories", shape=(10**9, 100, 2), dtype="f8", chunks=(100, 100, 2))
    assert "claims 1600000000000 bytes" in refused(path)
    with h5py.File(path, "w") as file:
        file["trajectories"] = h5py.ExternalLink("/etc/passwd", "/a")
    assert "a link elsewhere" in refused(path)
    with h5py.File(path, "w") as file:
        file.create_dataset("trajectories", (4, 3, 2), "f8", external=[("/etc/passwd", 0, 192)])
    assert "a link elsewhere" in refused(path)


def test_a_missing_package_is_named(saved, refused, rng, monkeypatch, tmp_path):
    path = saved(version_6(rng))
    (tmp_path / "h5py.py").write_text("raise ModuleNotFoundError(name='h5py')")
    monkeypatch.syspath_prepend(tmp_path)  # for the process that reads it
    if path.suffix == ".h5":
        assert "needs h5py: pip install h5py" in refused(path)
    else:
        assert main(["convert", str(path), str(path.with_suffix(".nc"))]) == 0
