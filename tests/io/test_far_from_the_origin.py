"""Positions far from 0 keep the resolution of their steps: an origin is subtracted before they are float32."""

import MDAnalysis
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import kadita
from kadita.io.convert import convert
from kadita.io.validation import findings_in

UTM = np.array([512_345.0, 5_403_210.0])  # metres


@pytest.fixture(scope="module")
def walks():
    """Ten animals on turning paths with steps of .3 m, in a region of a few hundred metres."""
    rng = np.random.default_rng(5)
    turns = rng.normal(0.0, 0.17, (400, 10)).cumsum(axis=0)
    steps = 0.3 * np.stack([np.cos(turns), np.sin(turns)], axis=2)
    return rng.uniform(0, 200, (10, 2)) + steps.cumsum(axis=0)


def table(path, x):
    rows = [f"{i},{t},{x[t, i, 0]:.6f},{x[t, i, 1]:.6f}" for t in range(len(x)) for i in range(x.shape[1])]
    path.write_text("\n".join(["agent,time,x,y", *rows]) + "\n")
    return path


def curvature(x):
    """Mean curvature of the circles through three successive positions, in plain NumPy."""
    a, b = np.diff(x, axis=0)[:-1], np.diff(x, axis=0)[1:]
    sides = [np.linalg.norm(side, axis=2) for side in (a, b, a + b)]
    return (2 * np.abs(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]) / np.prod(sides, axis=0)).mean()


@pytest.mark.parametrize("place", [UTM, 1e7 * np.array([1.0, -2.0]), np.array([0.0, 3e6]), np.zeros(2)])
def test_curvature_and_displacements_are_those_of_the_steps(walks, tmp_path, place):
    x = walks + place
    remarks = convert(table(tmp_path / "a.csv", x), tmp_path / "a.nc", length_unit="m", time_unit="s")
    far = bool(place.any())
    assert any("positions are stored from" in remark for remark in remarks) is far
    results = kadita.analyze(tmp_path / "a.nc", ["path_curvature", "mean_squared_displacement"])
    steps = np.diff(walks, axis=0)
    assert results.analyses["path_curvature.mean"].values == pytest.approx(curvature(walks), rel=2e-3)
    lag_1 = results.analyses["mean_squared_displacement"].values[1]
    assert lag_1 == pytest.approx((steps**2).sum(axis=2).mean(), rel=1e-4)
    with kadita.open(tmp_path / "a.nc") as opened:
        assert_allclose(opened.read(np.arange(400)).positions[..., :2], x, atol=2e-5, rtol=1e-12)
    assert findings_in(tmp_path / "a.nc") == []
    seen = MDAnalysis.Universe(str(tmp_path / "a.nc"), to_guess=()).trajectory[0].positions[:, :2]
    origin = np.rint((x.min(axis=(0, 1)) + x.max(axis=(0, 1))) / 2) if far else 0.0
    assert_allclose(seen, x[0] - origin, atol=2e-5)  # other readers see positions relative to the origin


def test_the_origin_stays_through_the_archive_and_a_second_conversion(walks, tmp_path):
    convert(table(tmp_path / "a.csv", walks + UTM), tmp_path / "a.nc", length_unit="m", time_unit="s")
    convert(tmp_path / "a.nc", tmp_path / "b.nc4")
    convert(tmp_path / "b.nc4", tmp_path / "c.nc")
    convert(tmp_path / "a.nc", tmp_path / "d.nc")
    first, *others = (kadita.open(tmp_path / name).read(np.arange(400)) for name in ("a.nc", "b.nc4", "c.nc", "d.nc"))
    for other in others:
        assert_array_equal(other.positions, first.positions)


def test_a_cell_keeps_its_origin(walks, tmp_path):
    """Wrapped positions belong to the cell, whose corner is 0 in every reader."""
    x = np.mod(walks, 20.0)
    convert(table(tmp_path / "a.csv", x), tmp_path / "a.nc", length_unit="m", time_unit="s", box=20.0)
    with kadita.open(tmp_path / "a.nc") as opened:
        assert_allclose(opened.read(np.arange(3)).positions[..., :2], x[:3], atol=1e-5)
    assert "kadita_origin" not in kadita.open(tmp_path / "a.nc").header.variables


def test_what_no_origin_helps_is_found(walks, tmp_path):
    """One animal 3,000 km from the others: steps of .3 m are below what float32 resolves."""
    x = walks.copy()
    x[:, 0] += 3e6
    convert(table(tmp_path / "a.csv", x), tmp_path / "a.nc", length_unit="m", time_unit="s")
    assert [finding.id for finding in findings_in(tmp_path / "a.nc")] == ["resolution"]
