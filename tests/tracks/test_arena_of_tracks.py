"""An arena is given in the coordinates of the tracks, kept in the file, and turned up with them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import kadita
from kadita import KaditaError
from kadita.io.convert import convert

CORNERS = np.stack([np.cos(np.arange(40) / 6.4), np.sin(np.arange(40) / 6.4)], axis=1) * 90.123456789 + 100
POLYGON = "polygon:" + ",".join(f"{number:.10g}" for number in CORNERS.ravel())


@pytest.fixture
def table(tmp_path, rng):
    x = rng.uniform(60, 140, (50, 4, 2))
    rows = [f"{t},{i},{a},{b}" for t, frame in enumerate(x.tolist()) for i, (a, b) in enumerate(frame)]
    path = tmp_path / "tracks.csv"
    path.write_text("frame,id,x,y\n" + "\n".join(rows) + "\n")
    return path, x


HOW = {
    "columns": ["agent=id", "frame=frame"],
    "frame_rate": 25,
    "time_unit": "s",
}


@pytest.mark.parametrize("ending", [".nc", ".nc4"])
@pytest.mark.parametrize("unit", ["px", "mm"])
def test_it_is_kept_and_turned_up_with_y(ending, unit, table, tmp_path):
    path, x = table
    expected = 70 - np.hypot(x[..., 0] - 100, x[..., 1] - 110)
    out, again = tmp_path / f"fish{ending}", tmp_path / "again.nc4"  # where it is copied as it is stored
    remarks = convert(path, out, arena="circle:100,110,70", length_unit=unit, **HOW)
    assert not any("outside the arena" in remark for remark in remarks)
    convert(out, again)
    y = "-110" if unit == "px" else "110"
    for file in (out, again):
        with kadita.open(file) as trajectory:
            assert trajectory.attributes["arena"] == f"circle:100,{y},70"
        found = kadita.analyze(file, "wall_distance_of_agents")["wall_distance_of_agents"]
        assert_allclose(found, expected, atol=1e-4)  # float32


def test_an_analysis_of_tracks_takes_it(table):
    path, x = table
    expected = (70 - np.hypot(x[..., 0] - 100, x[..., 1] - 110)).mean(axis=1)
    with pytest.warns(kadita.KaditaWarning):
        found = kadita.analyze(path, "wall_distance", arena="circle:100,110,70", tracks=HOW | {"length_unit": "px"})
    assert_allclose(found["wall_distance"], expected, rtol=1e-9)


def test_polygons_of_many_corners_are_kept_in_full(table, tmp_path):
    path, _ = table
    convert(path, tmp_path / "fish.nc", arena=POLYGON, length_unit="mm", **HOW)
    with kadita.open(tmp_path / "fish.nc") as trajectory:
        assert trajectory.attributes["arena"] == POLYGON


def test_positions_outside_are_counted(table, tmp_path):
    path, x = table
    remarks = convert(path, tmp_path / "fish.nc", arena="rectangle:80,0,200,200", length_unit="mm", **HOW)
    outside = int((x[..., 0] < 80).sum())
    assert f"{path}: {outside} of 200 positions are outside the arena rectangle:80,0,200,200" in remarks


def test_another_arena_contradicts_the_file(table, tmp_path):
    path, _ = table
    convert(path, tmp_path / "fish.nc", arena="circle:100,100,99", length_unit="mm", **HOW)
    kadita.analyze(tmp_path / "fish.nc", "wall_distance", arena="circle:100,100,99.0")
    with pytest.raises(KaditaError, match="states the arena circle:100,100,99; --arena circle:0,0,9 contradicts it"):
        kadita.analyze(tmp_path / "fish.nc", "wall_distance", arena="circle:0,0,9")


@pytest.mark.parametrize("ending", [".nc", ".nc4"])
def test_a_tank_of_tracks_in_space_is_kept(ending, tmp_path, rng):
    x = rng.uniform(-1, 1, (20, 3, 3))
    rows = [f"{t},{i},{a},{b},{c}" for t, frame in enumerate(x.tolist()) for i, (a, b, c) in enumerate(frame)]
    (tmp_path / "tracks.csv").write_text("frame,id,x,y,z\n" + "\n".join(rows) + "\n")
    out = tmp_path / f"fish{ending}"
    remarks = convert(tmp_path / "tracks.csv", out, arena="cylinder:0,0,1.2,-1,0.5", length_unit="m", **HOW)
    gaps = np.minimum(1.2 - np.hypot(x[..., 0], x[..., 1]), np.minimum(x[..., 2] + 1, 0.5 - x[..., 2]))
    assert any(
        f"{(gaps < 0).sum()} of 60 positions are outside the arena cylinder:0,0,1.2,-1,0.5" in r for r in remarks
    )
    found = kadita.analyze(out, "near_wall_of_agents", parameters={"near_wall_of_agents.distance": 0.2})[
        "near_wall_of_agents"
    ]
    np.testing.assert_array_equal(found, gaps <= 0.2)
