"""y of images points down: it is turned up, so that left is left and counterclockwise turns are positive."""

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose

import kadita
from kadita import Tracks, importer
from kadita.io.importing.as_trajectory import as_trajectory

RATE = 10.0
TURN = 0.497  # rad/s, to the left as it is seen on the screen


@pytest.fixture
def track(tmp_path):
    """A table of an animal that swims in a circle, to the left on a screen whose y points down."""

    def track(velocities=False, animals=1):
        angle = TURN / RATE * np.arange(200)
        lines = []
        for i in range(animals):
            x, y = 400 + 100 * i + 90 * np.cos(angle), 300 - 90 * np.sin(angle)
            vx, vy = -90 * TURN * np.sin(angle), -90 * TURN * np.cos(angle)
            columns = (x, y, vx, vy) if velocities else (x, y)
            lines += [",".join(map(str, (i, t, *(c[t] for c in columns)))) for t in range(200)]
        path = tmp_path / "t.csv"
        path.write_text("\n".join(["agent,frame,x,y" + (",vx,vy" if velocities else ""), *lines]) + "\n")
        return path

    return track


def turning(measured, read):
    """Mean turning rate, in rad/s; central differences shorten an angle of a circle by nothing, only the speed."""
    results = measured(read, "turning_rate", parameters={"turning_rate.about": "z"})
    return float(results.analyses["turning_rate.mean"].values)


PIXELS = {"length_unit": "px", "time_unit": "s", "frame_rate": RATE}
SAID = [
    ({}, TURN, "down, turned up by y' = -y"),
    ({"y_axis": "down"}, TURN, "down, turned up by y' = -y"),
    ({"y_axis": "up"}, -TURN, "up"),
    ({"length_unit": "pixels"}, TURN, "down, turned up by y' = -y"),
    ({"length_unit": "mm"}, -TURN, None),  # millimetres of whatever: y is as it is
    ({"length_unit": "mm", "y_axis": "down"}, TURN, "down, turned up by y' = -y"),
]


@pytest.mark.parametrize("velocities", [False, True])
@pytest.mark.parametrize(("options", "rate", "attribute"), SAID)
def test_a_turn_to_the_left_is_counterclockwise(track, converted, measured, said, velocities, options, rate, attribute):
    read = converted(track(velocities), **(PIXELS | options))
    # the first and last velocities are one-sided differences, which lag behind by half a step
    assert turning(measured, read) == pytest.approx(rate, rel=1e-5 if velocities else 0.01)
    assert read["attributes"].get("y_axis") == attribute
    assert said(read, "turned up by y' = -y") == (rate > 0)
    assert said(read, "positions in ") == (rate > 0 and "y_axis" not in options)


def test_the_animal_on_the_left_is_seen_on_the_left(tmp_path, converted, measured):
    """Two swim to the right of the screen, one above the other: the upper one has its neighbour on its right."""
    rows = [f"{name},{t},{10 * t},{y}" for name, y in (("upper", 100), ("lower", 140)) for t in range(5)]
    (tmp_path / "t.csv").write_text("\n".join(["agent,frame,x,y", *rows]) + "\n")
    read = converted(tmp_path / "t.csv", **PIXELS)
    assert read["agents"] == ["lower", "upper"]
    x = read["positions"]
    heading, to_lower = read["velocities"][2, 1], x[2, 0] - x[2, 1]
    assert np.cross(heading, to_lower)[2] < 0


def with_image(**known):
    """Tracks of an importer: two animals at y = 20 and 30 that swim down in the image, at 5 lengths a frame."""
    x = np.array([[[1.0, 20.0], [2.0, 30.0]], [[1.0, 25.0], [2.0, 35.0]]])
    return Tracks(np.arange(2), x, np.arange(2.0), length_unit="cm", time_unit="s", **known)


HEIGHTS = [
    ({"y_down": True, "height": 108.0}, None, [88, 78], "down, turned up by y' = 108 - y"),
    ({"y_down": True}, None, [-20, -30], "down, turned up by y' = -y"),
    ({"y_down": True, "height": 108.0}, "up", [20, 30], "up"),
    ({"y_down": False, "height": 108.0}, None, [20, 30], "up"),
    ({"y_down": False, "height": 108.0}, "down", [88, 78], "down, turned up by y' = 108 - y"),
    ({"height": 108.0}, None, [20, 30], None),
    ({}, None, [20, 30], None),
]


@pytest.mark.parametrize("own_velocities", [False, True])
@pytest.mark.parametrize(("known", "y_axis", "y", "attribute"), HEIGHTS)
def test_the_height_of_the_image(known, y_axis, y, attribute, own_velocities):
    remarks = []
    if own_velocities:
        known = {**known, "velocities": np.full((2, 2, 2), 5.0)}
    units = {"length_unit": None, "time_unit": None, "frame_rate": None, "velocities": None}
    trajectory = as_trajectory(with_image(**known), "t", remarks, **units, y_axis=y_axis)
    chunk = trajectory.read(np.arange(2))
    assert_allclose(chunk.positions[0, :, 1], y)
    turned = attribute is not None and attribute.startswith("down")
    assert_allclose(chunk.velocities[..., 1], -5 if turned else 5)
    assert trajectory.attributes.get("y_axis") == attribute
    assert any("turned up" in r for r in remarks) == turned


def test_importers_are_not_changed_by_turning():
    """Tracks that an importer keeps are those that it made."""
    tracks = with_image(y_down=True, velocities=np.full((2, 2, 2), 5.0))
    before = tracks.positions.copy(), tracks.velocities.copy()
    units = {"length_unit": None, "time_unit": None, "frame_rate": None, "velocities": None}
    as_trajectory(tracks, "t", [], **units)
    assert_allclose(tracks.positions, before[0])
    assert_allclose(tracks.velocities, before[1])


def test_an_importer_of_pixels_that_says_nothing(tmp_path):
    @importer(endings=(".tracks",))
    def own(path):
        """Tracks of a test."""
        return Tracks(np.arange(1), np.array([[[1.0, 2.0]]]), np.zeros(1), length_unit="px", time_unit="s")

    (tmp_path / "a.tracks").write_text("1")
    trajectory = as_trajectory(
        own.read(tmp_path / "a.tracks", {}), "a", [], length_unit=None, time_unit=None, frame_rate=None, velocities=None
    )
    assert trajectory.read(np.arange(1)).positions[0, 0].tolist() == [1, -2, 0]


def test_trackers_that_count_y_from_the_top(tmp_path, converted, said, rng):
    """idtracker.ai also where it is calibrated, TRex in cm, boxes of MOT; but not its coordinates in the world."""
    x = rng.uniform(10, 90, (4, 2, 2))
    np.save(tmp_path / "t.npy", {"trajectories": x, "frames_per_second": 30, "length_unit": 10.0})
    for options, scale in (({}, 1), ({"parameters": {"calibrated": "cm"}}, 10)):
        read = converted(tmp_path / "t.npy", **options)
        assert_allclose(read["positions"][..., 1], -x[..., 1] / scale, rtol=1e-6)
        assert said(read, "y points down, as in images; it is turned up by y' = -y; --y-axis up leaves it as it is")
    arrays = {"frame": np.arange(4.0), "time": np.arange(4.0), "X": x[:, 0, 0], "Y": x[:, 0, 1]}
    np.savez(tmp_path / "pond_fish0.npz", **arrays, missing=np.zeros(4))
    assert_allclose(converted(tmp_path / "pond_fish0.npz")["positions"][:, 0, 1], -x[:, 0, 1], rtol=1e-6)
    (tmp_path / "m.txt").write_text("1,1,10,20,4,6,1,0.5,1.5,0\n2,1,12,20,4,8,1,0.75,1.75,0.25\n")
    world = converted(tmp_path / "m.txt", frame_rate=1.0, time_unit="s", length_unit="m")
    assert_allclose(world["positions"][:, 0, 1], [1.5, 1.75])
    boxes = converted(tmp_path / "m.txt", frame_rate=1.0, time_unit="s", parameters={"coordinates": "box"})
    assert_allclose(boxes["positions"][:, 0, 1], [-23, -24])


def test_other_words_are_refused(track, refused):
    words = ("--length-unit", "px", "--time-unit", "s", "--frame-rate", "10")
    assert "--y-axis: expected up or down; got 'left'" in refused(track(), *words, "--y-axis", "left")


def test_the_file_says_it(track, converted):
    read = converted(track(), **PIXELS)
    results = kadita.analyze(read["path"], ["spread"], velocities=None)
    assert json.dumps(dict(results.attributes)).count("turned up by y' = -y") == 1
