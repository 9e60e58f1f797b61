"""Files as TRex writes them: trex.run/docs/formats.html (docs/formats.rst in its source) says what is in them."""

import zipfile

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

RATE = 25.0
UP = [1, -1]  # y counts from the top of the image, and is turned up


def save(folder, animal, frames, rng, *, video="pond", prefix="fish", lost=(), **changed):
    """Write the file of one animal: float32, a value a frame, infinite and `missing` where it is not found."""
    frames = np.asarray(frames)
    arrays = {"frame": frames.astype(np.float32), "time": (frames / RATE).astype(np.float32)}
    for name in ("X", "Y", "X#wcentroid", "Y#wcentroid", "SPEED#wcentroid"):
        arrays[name] = rng.uniform(0, 30, len(frames)).astype(np.float32)
    arrays["missing"] = np.isin(frames, lost).astype(np.float32)
    for name in arrays.keys() - {"frame", "time", "missing"}:
        arrays[name][arrays["missing"] == 1] = np.inf
    arrays |= changed
    path = folder / f"{video}_{prefix}{animal}.npz"
    np.savez(path, **{name: values for name, values in arrays.items() if values is not None})
    return path, arrays


@pytest.fixture
def pond(tmp_path, rng):
    """Three animals; one comes late, one leaves early, and in frames 5 and 6 nobody is there."""
    folder = tmp_path / "data"
    folder.mkdir()
    animals = {
        0: save(folder, 0, [0, 1, 2, 3, 4, 7, 8, 9], rng, lost=[2]),
        2: save(folder, 2, [3, 4, 7, 8, 9], rng),
        10: save(folder, 10, [1, 2, 3, 4], rng),
    }
    np.savez(folder / "pond_posture_fish0.npz", frames=np.arange(3), midline_points=np.zeros((3, 2)))
    np.savez(folder / "pond_heatmap_p0_4_47x47.npz", heatmap=np.zeros((2, 2)), frames=np.arange(2))
    return folder, {number: arrays for number, (_, arrays) in animals.items()}


def expected(animals, x, y):
    positions = np.full((10, 3, 2), np.nan)
    for i, arrays in enumerate(animals.values()):
        for row, frame in enumerate(arrays["frame"].astype(int)):
            if not arrays["missing"][row]:
                positions[frame, i] = arrays[x][row], arrays[y][row]
    return positions * UP


def test_a_folder_is_one_school(pond, converted):
    folder, animals = pond
    read = converted(folder)
    assert read["agents"] == [0, 2, 10]
    assert read["attributes"]["length_unit"] == "cm"
    assert read["attributes"]["time_unit"] == "s"
    positions = expected(animals, "X#wcentroid", "Y#wcentroid")
    assert_array_equal(read["positions"][..., :2], positions)
    assert np.isnan(positions[5:7]).all()
    assert_allclose(read["times"], np.arange(10) / RATE, rtol=1e-6)  # TRex has times as float32
    assert any("cm_per_pixel" in r for r in read["remarks"])
    assert any("of the wcentroid; --set point=head takes others" in r for r in read["remarks"])


def test_no_velocity_reaches_across_a_gap(pond, converted):
    folder, animals = pond
    read = converted(folder)
    x, v = expected(animals, "X#wcentroid", "Y#wcentroid"), read["velocities"][..., :2]
    assert_allclose(v[4], (x[4] - x[3]) * RATE, rtol=1e-4)  # before nobody is there: one-sided
    assert_allclose(v[7, :2], (x[8, :2] - x[7, :2]) * RATE, rtol=1e-4)
    assert_allclose(v[8, :2], (x[9, :2] - x[7, :2]) * RATE / 2, rtol=1e-4)
    assert_allclose(v[1, 0], (x[1, 0] - x[0, 0]) * RATE, rtol=1e-4)  # before one is missing
    assert np.isnan(v[2, 0]).all()


def test_one_file_brings_its_siblings(pond, converted):
    folder, animals = pond
    read = converted(folder / "pond_fish2.npz")
    assert_array_equal(read["positions"][..., :2], expected(animals, "X#wcentroid", "Y#wcentroid"))
    assert any("read with the other 2 animals of its video" in r for r in read["remarks"])


def test_the_head_can_be_chosen(pond, converted):
    folder, animals = pond
    read = converted(folder, parameters={"point": "head"})
    assert_array_equal(read["positions"][..., :2], expected(animals, "X", "Y"))


def test_its_own_velocities_are_taken_where_all_have_them(tmp_path, converted, rng):
    own = {}
    for animal in (0, 1):
        v = rng.normal(size=(2, 4)).astype(np.float32)
        own[animal] = v
        save(tmp_path, animal, range(4), rng, prefix="id", **{"VX#wcentroid": v[0], "VY#wcentroid": v[1]})
    path = tmp_path / "pond_id0.npz"
    read = converted(path)
    assert_array_equal(read["velocities"][:, 1, :2], own[1].T * UP)
    assert any("velocities are TRex's VX#wcentroid and VY#wcentroid, in cm/s" in r for r in read["remarks"])
    differences = converted(path, velocities="difference")
    assert not np.allclose(differences["velocities"][:, 1, :2], own[1].T * UP)


def test_without_times_the_frame_rate_is_asked_for(tmp_path, converted, refused, rng):
    path, _ = save(tmp_path, 0, [3, 4, 5], rng, time=None)
    assert "name it with --time-unit" in refused(path)
    assert "name it with --frame-rate" in refused(path, "--time-unit", "s")
    read = converted(path, time_unit="s", frame_rate=10.0)
    assert_allclose(read["times"], [0.3, 0.4, 0.5], rtol=1e-12)


def test_wrong_files(tmp_path, refused, rng):
    path, _ = save(tmp_path, 0, range(3), rng)
    whole = path.read_bytes()
    trex = ("--from", "trex")
    assert "of the pcentroid" in refused(path, "--set", "point=pcentroid")
    assert "trex.point" in refused(path, "--set", "point=tail")
    for content, said in (
        (whole[: len(whole) // 2], "expected an .npz of TRex"),
        (b"PK\x03\x04" + rng.bytes(500), "expected an .npz of TRex"),
        (rng.bytes(500), "expected an .npz of TRex"),
    ):
        path.write_bytes(content)
        assert "--from trex reports what is wrong" in refused(path)
        assert said in refused(path, *trex)
    for changed, said in (
        ({"frame": None}, "expected an .npz of TRex"),
        ({"X": None, "X#wcentroid": None}, "expected an .npz of TRex"),
        ({"time": np.zeros(2)}, "one value per frame; found frame 3"),
        ({"frame": np.array([0, np.inf, 2])}, "expected finite frame numbers"),
        ({"frame": np.array([0, 1, 1])}, "expected one row per agent and time"),
        ({"frame": np.array([0, 1, 1e12])}, "at most 100000000 frames; found 1e+12 from 0 to 1e+12"),
        ({"frame": np.array([0, 0.5, 1])}, "expected integer frame numbers; found 0.5"),
        ({"frame": np.zeros((3, 2))}, "frame is not a column of numbers, but float64 (3, 2)"),
        ({"X#wcentroid": np.array(["a", "b", "c"])}, "is not a column of numbers, but <U1"),
        ({"time": np.full(3, np.inf)}, "expected finite times; found none"),
        ({"missing": np.ones(3)}, "expected positions; found none"),
    ):
        path, _ = save(tmp_path, 0, range(3), rng, **changed)
        assert said in refused(path, *trex)


def test_no_pickle_in_an_npz_is_read(tmp_path, refused, rng):
    path, _ = save(tmp_path, 0, range(3), rng, **{"X#wcentroid": np.array([1, None, 2], dtype=object)})
    assert "Object arrays cannot be loaded" in refused(path)


def test_a_bomb_is_not_unpacked(tmp_path, refused, rng):
    path, _ = save(tmp_path, 0, range(3), rng)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("missing2.npy", b"")
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"X#wcentroid.npy"))  # its entry in the table of contents
    content[at + 24 : at + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    path.write_bytes(content)
    assert "claims 4294967280 bytes" in refused(path)


def test_one_video_at_a_time(pond, refused, rng):
    folder, _ = pond
    save(folder, 0, range(3), rng, video="lake")
    assert "expected tracks of one video; found lake_fish*.npz, pond_fish*.npz" in refused(folder)
    save(folder, 11, range(3), rng, time=np.arange(3) * 7.0)
    assert "are they of one video?" in refused(folder / "pond_fish0.npz")


def test_a_folder_without_tracks(tmp_path, refused):
    (tmp_path / "empty").mkdir()
    assert "cannot be read: Is a directory" in refused(tmp_path / "empty")
    assert "expected files of TRex, such as video_fish0.npz; found none" in refused(
        tmp_path / "empty", "--from", "trex"
    )
