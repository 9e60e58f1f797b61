"""A metric with axes says which numbers lie along them, and every file that is written has these."""

import csv
import json

import numpy as np
import pytest
import xarray

import kadita
from kadita import Axis, Block, metric
from kadita.base.errors import PluginError
from kadita.plugins.registry import Plugin, Registry


def middles(block, *, bins):
    return (np.arange(bins) + 0.5) * 3.0 / bins


@metric(dims=("speed",), axes={"speed": Axis(middles, "length/time")}, needs_velocities=True)
def speeds_of_agents(block: Block, *, bins: int = 3):
    """Agents by their speed, (T, bins)."""
    return np.stack([np.histogram(s, bins, (0, 3))[0] for s in block.speeds])


def registry_of(*metrics):
    registry = Registry()
    registry.add(Plugin("mine", "mine", "1"), metrics=list(metrics))
    return registry


@pytest.fixture
def school():
    """Three agents, of speed 0.5, 1.5 and 1.5."""
    velocities = np.array([[[0.5, 0, 0], [0, 1.5, 0], [0, 0, -1.5]]] * 2)
    return Block(np.zeros((2, 3, 3)), velocities)


@pytest.fixture
def results(school):
    return kadita.analyze(school, registry=registry_of(speeds_of_agents))


def test_numbers_along_an_axis_name_the_columns(results):
    assert list(results.columns()) == [f"speeds_of_agents.{v}" for v in ("0.5", "1.5", "2.5")]
    assert results.to_xarray()["speeds_of_agents"].sel(speeds_of_agents_speed=1.5).values.tolist() == [2, 2]


def test_files_have_them(results, tmp_path):
    for ending in ("csv", "json", "nc"):
        kadita.write(results, tmp_path / f"found.{ending}", force=True)
    with (tmp_path / "found.csv").open() as file:
        assert next(csv.reader(file))[2:-1] == ["speeds_of_agents.0.5", "speeds_of_agents.1.5", "speeds_of_agents.2.5"]
    said = json.loads((tmp_path / "found.json").read_text())["metrics"]["speeds_of_agents"]
    assert (said["axes"], said["axis_units"]) == ({"speed": [0.5, 1.5, 2.5]}, {"speed": "length/time"})
    with xarray.open_dataset(tmp_path / "found.nc") as data:
        assert data["speeds_of_agents_speed"].values.tolist() == [0.5, 1.5, 2.5]
        assert data["speeds_of_agents_speed"].attrs == {"unit": "length/time"}


def test_numbers_that_few_digits_do_not_tell_apart_are_written_out(school):
    @metric(dims=("level",), axes={"level": Axis(lambda block: np.array([1.0, 1.0 + 1e-9]))})
    def levels(block):
        """Two levels, (T, 2)."""
        return np.ones((len(block), 2))

    columns = kadita.analyze(school, registry=registry_of(levels)).columns()
    assert list(columns) == ["levels.1.0", "levels.1.000000001"]


def test_of_each_frame_by_itself(school):
    @metric(per_frame=True, dims=("axis",), axes={"axis": Axis(lambda frame: 10 * np.arange(frame.positions.shape[1]))})
    def extents(frame):
        """Extent along each axis, (3,)."""
        return np.ptp(frame.positions, axis=0)

    found = kadita.analyze(school, registry=registry_of(extents))
    assert list(found.columns()) == ["extents.0", "extents.10", "extents.20"]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda block: np.zeros(4),
        lambda block: 2.5,
        lambda block: ["a", "b", "c"],
        lambda block: [1, 2, np.nan],
        lambda block: [1, 1, 2],
    ],
)
def test_numbers_that_are_not_along_the_axis(school, wrong):
    @metric(dims=("level",), axes={"level": Axis(wrong)})
    def levels(block):
        """Three levels, (T, 3)."""
        return np.ones((len(block), 3))

    message = r"levels \(plugin mine.*\) failed: axes: expected 3 numbers along level(; got|, finite| that increase)"
    with pytest.raises(PluginError, match=message):
        kadita.analyze(school, registry=registry_of(levels))


@pytest.mark.parametrize("axis", ["agent", "level"])
def test_an_axis_that_is_none_of_its_own(axis):
    with pytest.raises(PluginError, match=f"axes: expected names of dims other than agent and space; got '{axis}'"):

        @metric(dims=("agent",), axes={axis: Axis(middles)})
        def careless(block):
            """Nothing."""


@pytest.mark.parametrize(
    ("axis", "message"),
    [
        (middles, r"axes: expected 'level': Axis\(function, units\); got <function middles"),
        (Axis(5), "axes: expected 'level': Axis"),
        (Axis(middles), "axes: the function of 'level' needs 'bins', which is not a parameter"),
    ],
)
def test_a_declaration_that_cannot_be_computed(axis, message):
    with pytest.raises(PluginError, match=message):

        @metric(dims=("level",), axes={"level": axis})
        def careless(block, *, width: float = 1.0):
            """Nothing."""


def test_bins_that_follow_a_cell_that_changes_have_no_numbers(tmp_path, rng):
    """Half the shortest edge is the last distance: in a cell that breathes bins are not the same ones."""
    import MDAnalysis

    universe = MDAnalysis.Universe.empty(30, trajectory=True)
    positions = rng.random((2, 30, 3)).astype(np.float32) * 10
    universe.load_new(positions, dimensions=np.array([[10.0, 10, 10, 90, 90, 90], [12.0, 12, 12, 90, 90, 90]]))
    with pytest.warns(kadita.KaditaWarning, match="the numbers along distance differ between frames, and are left out"):
        found = kadita.analyze(universe, "radial_distribution", parameters={"bins": 4})
    assert list(found.columns())[:2] == ["radial_distribution.0", "radial_distribution.1"]
    found = kadita.analyze(universe, "radial_distribution", parameters={"bins": 4, "r_max": 4.0})
    assert list(found.columns())[:2] == ["radial_distribution.0.5", "radial_distribution.1.5"]


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_bring_them(tmp_path, workers):
    parameters = {"agents": 20, "box": 20.0}
    path = kadita.run("vicsek", steps=40, every=1, seed=1, output=tmp_path / "school.nc", parameters=parameters)
    found = kadita.analyze(path, ["radial_distribution", "neighbor_bearing"], workers=workers)
    np.testing.assert_allclose(found.series["radial_distribution"].axes["distance"], (np.arange(50) + 0.5) * 10 / 50)
    bearings = found.series["neighbor_bearing"].axes
    assert bearings["bearing"][0] == pytest.approx(-np.pi * 11 / 12)
    np.testing.assert_allclose(np.sin(bearings["elevation"]), [-5 / 6, -1 / 2, -1 / 6, 1 / 6, 1 / 2, 5 / 6])
