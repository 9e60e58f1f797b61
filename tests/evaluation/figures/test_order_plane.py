"""The plane of polarization and rotation: the density is the histogram of frames, the regions are the metric's own."""

import numpy as np
import pytest

import kadita
from kadita import Block, figures
from kadita.base.errors import KaditaError
from kadita.plugins.loading import load_registry

STATE = load_registry().metrics["state"]


@pytest.fixture
def schools(rng):
    """Frames from a mill to a school that swims one way, with noise."""
    angles = np.linspace(0, 2 * np.pi, 30, endpoint=False)
    ring = np.stack([np.cos(angles), np.sin(angles), 0.1 * np.sin(3 * angles)], axis=1)
    turn = np.stack([-np.sin(angles), np.cos(angles), 0 * angles], axis=1)
    share = np.linspace(0, 1, 120)[:, None, None]
    v = (1 - share) * turn + share * np.array([1.0, 0, 0]) + 0.3 * rng.normal(size=(120, 30, 3))
    return Block(np.broadcast_to(ring, v.shape) + 0.01 * rng.normal(size=v.shape), v)


def mesh_of(axes):
    return next(c for c in axes.collections if type(c).__name__ == "QuadMesh")


@pytest.mark.parametrize(
    ("profile", "names"),
    [(None, ["polarization_unbiased", "rotation_unbiased"]), ("published", ["polarization", "rotation"])],
)
def test_the_density_is_the_histogram_of_the_frames_in_the_plane_that_decides_the_state(
    schools, axes, profile, names, drawn
):
    results = kadita.analyze(schools, ["state", *names], profile=profile, box=None)
    assert figures.order_plane(axes, [results, results], bins=20) is axes
    expected, x, y = np.histogram2d(results[names[0]], results[names[1]], bins=20, range=[(0, 1), (0, 1)], density=True)
    mesh = mesh_of(axes)
    np.testing.assert_allclose(mesh.get_array().filled(0), expected.T)  # two equal runs have the density of one
    np.testing.assert_allclose(mesh.get_coordinates()[0, :, 0], x)
    assert mesh.get_array().mask[expected.T == 0].all()
    assert axes.get_xlabel().startswith(names[0].replace("_", " "))
    drawn(axes)


@pytest.mark.parametrize("definition", ["corrected", "published"])
def test_the_regions_are_those_of_the_metric_at_every_point(definition):
    regions = STATE.regions(definition=definition)
    p, m = (a.ravel() for a in np.meshgrid(np.linspace(0.003, 0.997, 71), np.linspace(0.003, 0.997, 71)))
    judged = STATE(Block(np.zeros((p.size, 1, 3))), p, m, p, m, definition=definition)
    i, j = (np.searchsorted(e, v) - 1 for e, v in ((regions.x_edges, p), (regions.y_edges, m)))
    np.testing.assert_array_equal(regions.codes[i, j], judged)
    assert len(np.unique(judged)) == (4 if definition == "corrected" else 5)


def test_borders_stand_at_the_thresholds_and_every_region_has_its_name(schools, axes):
    results = kadita.analyze(schools, ["state", *STATE.needs])
    figures.order_plane(axes, results, path=True)
    edges = STATE.regions().x_edges[1:-1]
    borders = [s for c in axes.collections if type(c).__name__ == "LineCollection" for s in c.get_segments()]
    upright = {float(s[0, 0]) for s in borders if s[0, 0] == s[1, 0]}
    assert upright == set(edges)
    assert {t.get_text() for t in axes.texts} == {"swarm", "torus", "parallel", "mixed"}
    (path,) = axes.lines
    np.testing.assert_array_equal(path.get_xdata(), results["polarization_unbiased"])


def test_what_the_plane_needs_is_named(schools, axes):
    alone = kadita.analyze(schools, ["state"])
    with pytest.raises(KaditaError, match="expected polarization_unbiased among the results to draw"):
        figures.order_plane(axes, alone)
    with pytest.raises(KaditaError, match="expected one metric with regions, such as the state, among the results"):
        figures.order_plane(axes, kadita.analyze(schools, ["polarization"]))
    runs = [kadita.analyze(schools, ["state", *STATE.needs], profile=p) for p in (None, "published")]
    with pytest.raises(KaditaError, match="state: expected the same definition in all runs"):
        figures.order_plane(axes, runs)
