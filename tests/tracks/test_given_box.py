"""A cell for tables, which cannot state one; planes and space."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import kadita
from kadita import KaditaError
from kadita.io.convert import convert

UNITS = {"length_unit": "mm", "time_unit": "s"}
WORDS = ("--length-unit", "mm", "--time-unit", "s")
EDGE = 10.0


@pytest.fixture
def table(tmp_path):
    """Write positions (T, N, 2 or 3) as a table with a time."""

    def table(x, name="t.csv"):
        axes = "xyz"[: x.shape[2]]
        rows = [",".join(map(str, (i, t, *x[t, i]))) for t in range(len(x)) for i in range(x.shape[1])]
        path = tmp_path / name
        path.write_text("\n".join([f"agent,time,{','.join(axes)}", *rows]) + "\n")
        return path

    return table


def flock(rng, axes=2, frames=30, agents=40):
    """All swim in one direction, 1 length a frame, in a cell of 10; unwrapped positions."""
    u = np.ones(axes) / np.sqrt(axes)
    start = rng.uniform(0, EDGE, (agents, axes))
    return start + u * np.arange(frames)[:, None, None]


@pytest.mark.parametrize(
    ("axes", "box"), [(2, 10), (2, (10, 10)), (2, "10,10,open"), (2, "10"), (3, 10), (3, "10,10,10")]
)
def test_wrapped_positions_of_a_flock(rng, table, converted, measured, axes, box):
    """MSD(1) = 1 and P = 1; without the cell the jumps across its faces count."""
    path = table(np.mod(flock(rng, axes), EDGE))
    read = converted(path, box=box, **UNITS)
    results = measured(read, "mean_squared_displacement", "polarization")
    msd = results.analyses["mean_squared_displacement"].values
    assert_allclose(msd[:4], [0, 1, 4, 9], atol=1e-4)
    assert_allclose(results["polarization"], 1, rtol=1e-6)
    without = measured(converted(path, **UNITS), "mean_squared_displacement", "polarization")
    assert without.analyses["mean_squared_displacement"].values[1] > 5
    assert without["polarization"].max() < 0.99


def test_a_vicsek_run_through_a_table(tmp_path, table, converted, measured):
    """Positions of a run, wrapped and written as text: with its cell, its results."""
    kadita.run("vicsek", agents=60, steps=20, every=1, seed=1, output=tmp_path / "v.nc")
    with kadita.open(tmp_path / "v.nc") as trajectory:
        chunk = trajectory.read(np.arange(trajectory.n_frames))
    edges = chunk.lengths[0]
    read = converted(table(np.mod(chunk.positions, edges)), box=tuple(edges), **UNITS)
    own = measured({"path": tmp_path / "v.nc"}, "mean_squared_displacement", "spread")
    again = measured(read, "mean_squared_displacement", "spread")
    name = "mean_squared_displacement"
    assert_allclose(again.analyses[name].values[1:], own.analyses[name].values[1:], rtol=1e-4)
    assert_allclose(again["spread"], own["spread"], rtol=1e-5)


def test_along_some_axes(rng, table, converted):
    """Periodic along x alone: steps across that face are one length long, and y is as it is."""
    x = flock(rng)
    x[..., 0] = np.mod(x[..., 0], EDGE)
    read = converted(table(x), box=(EDGE, "open", "open"), **UNITS)
    assert_allclose(read["velocities"][..., :2], 1 / np.sqrt(2), rtol=1e-5)
    with kadita.open(read["path"]) as trajectory:
        assert trajectory[0].box.lengths == (EDGE, 0.0, 0.0)


def test_open_says_that_there_is_none(rng, table, converted):
    read = converted(table(flock(rng)), box="open", **UNITS)
    with kadita.open(read["path"]) as trajectory:
        assert not trajectory[0].box.periodic


def test_tracks_that_are_not_wrapped_are_taken_as_they_are(rng, table, converted, measured, said):
    read = converted(table(flock(rng)), box=EDGE, **UNITS)
    assert_allclose(
        measured(read, "mean_squared_displacement").analyses["mean_squared_displacement"].values[1], 1, 1e-4
    )
    assert said(read, "positions along x span")
    assert said(read, "they are taken as tracks that are not wrapped into the cell")


def still(rng, extent):
    """Animals that hardly move, at 0, at `extent`, and between."""
    x = np.concatenate([[[0, 0], [extent, extent]], rng.uniform(0.2, 0.8, (6, 2)) * extent])
    return np.repeat(x[None], 5, axis=0) + 1e-3 * np.arange(5)[:, None, None]


def test_a_box_too_small_is_refused_in_one_line(rng, table, refused):
    path = table(np.mod(flock(rng), EDGE))
    line = refused(path, *WORDS, "--box", "5")
    assert "expected steps along x of at most the edge of --box, 5; found one of 9.29" in line
    line = refused(table(still(rng, 12.0)), *WORDS, "--box", "10")
    assert "expected positions along x within the edge of --box, 10; they span 12.004, and no track crosses" in line
    line = refused(table(still(rng, 12.0)), *WORDS, "--box", "20,10")
    assert "expected positions along y within the edge of --box, 10" in line


@pytest.mark.parametrize("extent", [9.9, 10.005])
def test_a_box_that_just_fits(rng, table, converted, extent):
    converted(table(still(rng, extent)), box=10, **UNITS)


@pytest.mark.parametrize(
    ("box", "says"),
    [
        ("ten", "--box: expected lengths such as 20 or 20,20,open; got 'ten'"),
        ("10,,10", "--box: expected lengths such as 20 or 20,20,open; got '10,,10'"),
        ("0", "--box: expected one length, two or three"),
        ("1,2,3,4", "--box: expected one length, two or three"),
        ("nan", "--box: expected one length, two or three"),
    ],
)
def test_boxes_that_are_none(rng, table, refused, box, says):
    assert says in refused(table(flock(rng)), *WORDS, "--box", box)


def test_formats_without_a_cell(rng, table, converted, tmp_path, command):
    """Text of extended XYZ in open space gets a cell, too; a file that has one keeps it."""
    x = np.mod(flock(rng, 3), EDGE)
    frames = [
        f"40\nTime={t}.0 Properties=pos:R:3\n" + "".join("{} {} {}\n".format(*row) for row in f)
        for t, f in enumerate(x)
    ]
    (tmp_path / "a.xyz").write_text("".join(frames))
    read = converted(tmp_path / "a.xyz", box=EDGE, velocities="difference")
    assert_allclose(np.linalg.norm(read["velocities"], axis=2), 1, rtol=1e-5)
    with pytest.raises(KaditaError, match="--box"):
        convert(read["path"], tmp_path / "b.nc", box=20)
    assert convert(read["path"], tmp_path / "b.nc", box=EDGE) == []


# ------------------------------------------------------------------------------------------------ plane and space


def dimensions_of(read):
    with kadita.open(read["path"]) as trajectory:
        return trajectory.dimensions


def test_a_table_without_z_is_a_plane_unless_space_is_meant(rng, table, converted):
    path = table(flock(rng))
    assert dimensions_of(converted(path, **UNITS)) == 2
    assert dimensions_of(converted(path, dimensions=2, **UNITS)) == 2
    read = converted(path, dimensions=3, **UNITS)
    assert dimensions_of(read) == 3
    assert_array_equal(read["positions"][..., 2], 0)


def test_one_z_throughout_is_a_plane(rng, table, converted, said):
    x = np.concatenate([flock(rng), np.full((30, 40, 1), 3.5)], axis=2)
    read = converted(table(x), **UNITS)
    assert dimensions_of(read) == 2
    assert_array_equal(read["positions"][..., 2], 0)
    assert said(read, "z is 3.5 throughout, a plane; it is set to 0; --dimensions 3 keeps it")
    read = converted(table(x), dimensions=3, **UNITS)
    assert dimensions_of(read) == 3
    assert_array_equal(read["positions"][..., 2], 3.5)


def test_z_that_differs_is_space(rng, table, converted, refused):
    path = table(flock(rng, 3))
    assert dimensions_of(converted(path, **UNITS)) == 3
    assert "expected a plane of constant z; found z from" in refused(path, *WORDS, "--dimensions", "2")
    assert "--dimensions: expected 2 or 3; got 4" in refused(path, *WORDS, "--dimensions", "4")


def test_a_velocity_along_z_is_space(tmp_path, converted, refused):
    path = tmp_path / "t.csv"
    path.write_text(
        "agent,time,x,y,z,vx,vy,vz\n1,0,0,0,1,1,0,0\n2,0,5,0,1,1,0,0.5\n1,1,1,0,1,1,0,0\n2,1,6,0,1,1,0,0.5\n"
    )
    assert dimensions_of(converted(path, **UNITS)) == 3
    assert "a velocity of 0.5 along z" in refused(path, *WORDS, "--dimensions", "2")


def test_dimensions_of_other_trajectories(rng, table, converted, tmp_path):
    plane = converted(table(flock(rng)), **UNITS)["path"]
    with pytest.raises(KaditaError, match="is stated to be in a plane; --dimensions 3 contradicts it"):
        convert(plane, tmp_path / "space.nc", dimensions=3)
    (tmp_path / "flat.xyz").write_text("2\nProperties=pos:R:3\n1 2 0\n3 4 0\n" * 2)
    for said, found in ((None, 2), (2, 2), (3, 3)):
        convert(tmp_path / "flat.xyz", tmp_path / "flat.nc", dimensions=said, force=True)
        assert dimensions_of({"path": tmp_path / "flat.nc"}) == found
