"""Schools in a plane: closed forms (a gas, a line abreast, a file, a mill, polygons), and NumPy, SciPy and freud."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial import Delaunay, cKDTree
from scipy.special import j0, jn_zeros

import kadita
from kadita import Block, KaditaError, NotApplicable

RANDOM = pytest.mark.parametrize("agents", [8, 20, 50, 500])


def planar(x, y, z=0.0):
    return np.stack([x, y, np.full_like(x, z)], axis=-1)


def gas_in_a_plane(rng, frames, agents, edge=10.0, box=True, resting=0.0):
    """Agents that know nothing of each other, uniform in a square, headings random."""
    a = rng.uniform(0, 2 * np.pi, (frames, agents))
    x = planar(*rng.uniform(0, edge, (2, frames, agents)), z=0.3)
    v = planar(np.cos(a), np.sin(a)) * rng.uniform(0.5, 1.5, (frames, agents, 1))
    v[rng.random((frames, agents)) < resting] = 0.0
    return Block(x, v, box=(edge, edge) if box else None)


def angles(block):
    return np.arctan2(block.velocities[..., 1], block.velocities[..., 0])


def test_nematic_order_is_the_mean_of_doubled_angles(value, rng):
    block = gas_in_a_plane(rng, 20, 30, resting=0.2)
    for t, (s, s0) in enumerate(
        zip(value("nematic_order", block), value("nematic_order_unbiased", block), strict=True)
    ):
        a = angles(block)[t][block.moving[t]]
        assert s == pytest.approx(abs(np.exp(2j * a).mean()), abs=1e-12)
        pairs = np.cos(2 * (a[:, None] - a))[np.triu_indices(len(a), 1)]
        assert s0 == pytest.approx(math.sqrt(max(0.0, pairs.mean())), abs=1e-12)


@RANDOM
def test_random_headings_have_the_nematic_order_of_their_number(agents, value, rng):
    frames = 2000
    block = gas_in_a_plane(rng, frames, agents)
    s = value("nematic_order", block)
    assert s.mean() * math.sqrt(agents) == pytest.approx(math.sqrt(math.pi) / 2, abs=0.03)
    square = (agents * s**2 - 1) / (agents - 1)
    assert abs(square.mean()) < 3.5 * square.std() / math.sqrt(frames)
    np.testing.assert_allclose(value("nematic_order_unbiased", block), np.sqrt(np.maximum(0, square)), atol=1e-7)


@RANDOM
def test_in_space_the_unbiased_square_has_mean_zero_too(agents, value, rng):
    v = rng.normal(size=(2000, agents, 3))
    u = v / np.linalg.norm(v, axis=2, keepdims=True)
    c = np.einsum("tia,tja->tij", u, u)[:, *np.triu_indices(agents, 1)] if agents < 100 else None
    found = value("nematic_order_unbiased", Block(v, v))
    if c is not None:  # the mean over pairs of the second Legendre polynomial
        square = (1.5 * c**2 - 0.5).mean(axis=1)
        np.testing.assert_allclose(found, np.sqrt(np.maximum(0, square)), atol=1e-7)
        assert abs(square.mean()) < 3.5 * square.std() / math.sqrt(2000)
    assert (found < 5 / math.sqrt(agents)).all()
    street = Block(v[0], [[0.0, 2, 1]] * agents * np.where(np.arange(agents) % 2, 1, -1)[:, None])
    assert value("nematic_order_unbiased", street) == pytest.approx(1)


def test_a_street_is_nematic_and_a_mill_is_not(value, rng):
    a = 2 * np.pi * np.arange(24) / 24
    mill = Block(planar(np.cos(a), np.sin(a)), planar(-np.sin(a), np.cos(a)))
    street = Block(mill.positions, planar(np.where(np.arange(24) % 2, 1.0, -3.0), 0 * a))
    for name in ("nematic_order", "nematic_order_unbiased"):
        assert value(name, mill) == pytest.approx(0, abs=1e-12)
        assert value(name, street) == pytest.approx(1, abs=1e-12)
        assert np.isnan(value(name, Block(mill.positions, 0 * mill.velocities)))
    assert np.isnan(value("nematic_order_unbiased", Block(mill.positions[0, :1], mill.velocities[0, :1], dimensions=2)))


def test_abreast_and_in_file(value, rng):
    """By the formula of space both were 0: neighbours to the sides, and neighbours ahead and behind."""
    along, off = np.arange(30.0), 0.01 * rng.normal(size=30)
    ahead = planar(np.ones(30), np.zeros(30))
    assert value("neighbor_anisotropy", Block(planar(off, along), ahead))[0] > 0.999
    assert value("neighbor_anisotropy", Block(planar(along, off), ahead))[0] < 1e-3
    diagonal = Block(planar(along, along), ahead)
    assert value("neighbor_anisotropy", diagonal)[0] == pytest.approx(0.5)


@pytest.mark.parametrize("agents", [20, 50, 500])
def test_without_anisotropy_it_is_a_half(agents, value, rng):
    gamma = value("neighbor_anisotropy", gas_in_a_plane(rng, 400, agents))
    assert gamma.mean() == pytest.approx(0.5, abs=3.5 * 0.354 / 20)  # of cos^2 of a random angle, sd sqrt(1/8)
    assert gamma.std() == pytest.approx(math.sqrt(1 / 8), abs=0.03)


def test_anisotropy_is_numpys(value, rng):
    block = gas_in_a_plane(rng, 4, 40, resting=0.2)
    d = block.box.minimum_image(block.positions[:, None] - block.positions[:, :, None])[..., :2]
    near = np.argsort(np.linalg.norm(d, axis=-1), axis=2)[..., 1]
    for t, gamma in enumerate(value("neighbor_anisotropy", block)):
        e = d[t, np.arange(40), near[t]]
        w = np.linalg.svd(e / np.linalg.norm(e, axis=1, keepdims=True))[2][1]
        v = block.headings[t].mean(axis=0)[:2]
        assert gamma == pytest.approx((w @ v) ** 2 / (v @ v), rel=1e-9)


@pytest.mark.parametrize(
    ("place", "bearing"),
    [((1, 0), 6), ((-1, 0.01), 11), ((0.1, 1), 8), ((0.1, -1), 3)],
    ids=["ahead", "behind", "l", "r"],
)
@pytest.mark.parametrize("heading", [0.1, 2.0, -1.3])
def test_where_the_nearest_is(place, bearing, heading, value):
    """Front is 0 and left is positive, counterclockwise; the second agent is at rest, and sees nothing."""
    c, s = np.cos(heading), np.sin(heading)
    turn = np.array([[c, s], [-s, c]])
    seen = (np.array(place) + [0, 1e-6]) @ turn
    block = Block([[0, 0, 5.0], [*seen, 5.0]], [[2 * c, 2 * s, 0], [0, 0, 0]])
    density = value("neighbor_bearing", block)[0]
    assert density.shape == (12, 1)
    assert np.argwhere(density).tolist() == [[bearing, 0]]
    assert density[bearing, 0] == 12
    with pytest.raises(KaditaError, match="up: expected z, since the school is in a plane of constant z; got x"):
        value("neighbor_bearing", block, up="x")


def test_axes_of_bearing_in_a_plane(value, rng):
    found = kadita.analyze(gas_in_a_plane(rng, 2, 9), "neighbor_bearing", parameters={"bins": (4, 3)})
    axes = found.series["neighbor_bearing"].axes
    np.testing.assert_allclose(axes["bearing"], np.array([-3, -1, 1, 3]) * np.pi / 4)
    np.testing.assert_array_equal(axes["elevation"], [0.0])


def test_a_gas_has_neighbors_everywhere(value, rng):
    found = value("neighbor_bearing", gas_in_a_plane(rng, 200, 200)).mean(axis=0)[:, 0]
    assert found.mean() == pytest.approx(1)
    assert (np.abs(found - 1) < 4.5 * np.sqrt(12 / 40_000)).all()


def test_gas_has_no_structure(value, rng):
    x = planar(*rng.uniform(0, 1, (2, 400, 100)) * np.array([9.0, 12.0])[:, None, None])
    block = Block(x, box=(9.0, 12.0))
    g = value("radial_distribution", block, bins=20)
    pairs = 400 * 100 * 99 / 2 * np.pi * np.diff(np.linspace(0, 4.5, 21) ** 2) / (9 * 12)
    assert (np.abs(g.mean(axis=0) - 1) < 4 / np.sqrt(pairs)).all()


@pytest.mark.parametrize("height", [0.5, 1e-3, 1e6])
def test_the_height_of_a_file_s_cell_does_not_matter_in_a_plane(height, value, rng):
    """Of a two-dimensional run the third edge is invented; ranges, density and images are those of the plane."""
    flat = gas_in_a_plane(rng, 3, 60)
    block = Block(flat.positions, flat.velocities, box=(10.0, 10.0, height), dimensions=2)
    for name in ("radial_distribution", "correlation_length", "susceptibility", "velocity_fluctuation_correlation"):
        np.testing.assert_array_equal(value(name, block), value(name, flat))


def test_a_flat_run_of_lammps_is_measured_by_its_plane(tmp_path, value, rng):
    """A file whose cell is 0.5 high: the wave in it is 20 long, and not a quarter."""
    edge, k = 20.0, 2 * np.pi / 20
    x = planar(*rng.uniform(0, edge, (2, 6, 300)))
    v = planar(np.ones((6, 300)), np.cos(k * x[..., 0]))
    path = tmp_path / "flat.lammpstrj"
    with path.open("w") as file:
        for t in range(6):
            bounds = "ITEM: BOX BOUNDS pp pp pp\n0 20\n0 20\n-0.25 0.25\n"
            file.write(f"ITEM: TIMESTEP\n{t}\nITEM: NUMBER OF ATOMS\n300\n{bounds}ITEM: ATOMS id x y z vx vy vz\n")
            file.writelines(" ".join(map(str, [i + 1, *x[t, i], *v[t, i]])) + "\n" for i in range(300))
    names = ["correlation_length", "susceptibility", "radial_distribution", "convex_hull_area"]
    found = kadita.analyze(path, names, dimensions=2)
    block = Block(x, v, box=(edge, edge))
    for name in names:
        np.testing.assert_allclose(
            found.series[name].values, value(name, block), rtol=1e-3, atol=0.01
        )  # in single precision
    assert found["correlation_length"].mean() == pytest.approx(jn_zeros(0, 1)[0] / k, rel=0.05)
    assert found.series["radial_distribution"].values.mean() == pytest.approx(1, abs=0.05)


def test_structure_of_a_square_lattice(value):
    """Four at one spacing, four at the diagonal."""
    x, y = 1.5 * np.stack(np.meshgrid(*[np.arange(6.0)] * 2)).reshape(2, -1) + 0.2
    g = value("radial_distribution", Block(planar(x, y), box=(9.0, 9.0)), bins=45)[0]
    others = g * np.diff(np.linspace(0, 4.5, 46) ** 2) * np.pi * 35 / 81
    assert others[14:16].sum() == pytest.approx(4)  # the spacing is an edge of bins
    assert others[21] == pytest.approx(4)
    assert others[:14].sum() == 0


def test_structure_needs_an_area(value, rng):
    x = gas_in_a_plane(rng, 1, 9).positions
    with pytest.raises(NotApplicable, match="needs a cell that repeats along x and y: this one is open along y"):
        value("radial_distribution", Block(x, box=(10.0, "open", "open")))
    with pytest.raises(NotApplicable, match="needs a periodic cell"):
        value("radial_distribution", Block(x))


@pytest.mark.parametrize("n", [3, 4, 7, 100])
def test_hull_of_a_polygon(n, value, rng):
    a = 2 * np.pi * np.arange(n) / n + 0.3
    corners, inside = planar(2.5 * np.cos(a), 2.5 * np.sin(a)), planar(*0.2 * rng.normal(size=(2, 5)))
    block = Block(np.vstack([corners, inside]) + [7.0, -3.0, 2.0])
    area, perimeter = n / 2 * 2.5**2 * math.sin(2 * math.pi / n), 2 * n * 2.5 * math.sin(math.pi / n)
    assert value("convex_hull_area", block) == pytest.approx(area)
    assert value("convex_hull_perimeter", block) == pytest.approx(perimeter)
    assert value("hull_area_density", block) == pytest.approx((n + 5) / area)


def test_hull_of_a_square_across_the_face_of_the_cell(value):
    square = 3.0 * np.array([[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 0.0]])
    block = Block((square + [8.5, 8.5, 0]) % 10, box=(10.0, 10.0))
    assert value("convex_hull_area", block) == pytest.approx(9)
    assert value("convex_hull_perimeter", block) == pytest.approx(12)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e12])
def test_hull_is_filled_by_triangles_in_any_unit(unit, value, rng):
    x = gas_in_a_plane(rng, 5, 30).positions
    block = Block(x * unit)
    for t, points in enumerate(x[..., :2]):
        triangles = Delaunay(points)
        area = sum(abs(np.linalg.det([q - p, r - p])) for p, q, r in points[triangles.simplices]) / 2
        edges = points[triangles.convex_hull]
        assert value("convex_hull_area", block)[t] == pytest.approx(area * unit**2, rel=1e-9)
        perimeter = np.linalg.norm(edges[:, 0] - edges[:, 1], axis=1).sum()
        assert value("convex_hull_perimeter", block)[t] == pytest.approx(perimeter * unit, rel=1e-9)


@pytest.mark.parametrize("slope", [0.0, 0.4, 1e9])
def test_schools_in_a_line_have_no_area_and_go_there_and_back(slope, value, rng):
    along = np.append(rng.uniform(0, 5, 18), [0.0, 5.0])
    line = planar(along, slope * along) / math.hypot(1, slope)
    for x, length in ((line, 5.0), (line[[-2, -1]], 5.0), (line[:1], 0.0), (np.zeros((6, 3)), 0.0)):
        block = Block(x, dimensions=2)
        assert value("convex_hull_area", block)[0] == 0
        assert np.isnan(value("hull_area_density", block)[0])
        assert value("convex_hull_perimeter", block)[0] == pytest.approx(2 * length)


@pytest.mark.parametrize("periods", [1, 2, 3])
def test_correlation_crosses_zero_where_a_planted_wave_does(periods, value, rng):
    """Over all directions in a plane cos(k x) becomes J0(k r)."""
    edge, k = 20.0, 2 * np.pi / 20 * periods
    x = planar(*rng.uniform(0, edge, (2, 40, 400)))
    block = Block(x, planar(np.full((40, 400), 5.0), np.cos(k * x[..., 0])), box=(edge, edge))
    assert value("correlation_length", block).mean() == pytest.approx(jn_zeros(0, 1)[0] / k, rel=0.02)
    c = value("velocity_fluctuation_correlation", block).mean(axis=0)
    r = (np.arange(50) + 0.5) * edge / 100
    np.testing.assert_allclose(c[10:], j0(k * r)[10:], atol=0.04)  # nearer there are few pairs


@pytest.mark.parametrize("k", [1, 4])
def test_neighbors_in_a_gas_are_as_far_as_chance_has_it(k, value, rng):
    block = gas_in_a_plane(rng, 40, 1000, edge=20.0)
    expected = math.gamma(k + 1 / 2) / math.gamma(k) / math.sqrt(math.pi * 1000 / 400)
    assert value("neighbor_distance", block, k=k).mean() == pytest.approx(expected, rel=5e-3)
    r = cKDTree(block.wrapped[0][:, :2], boxsize=(20.0, 20.0)).query(block.wrapped[0][:, :2], k=k + 1)[0][:, k]
    assert value("neighbor_distance", block, k=k)[0] == pytest.approx(r.mean(), rel=1e-12)


def test_gas_clusters_and_is_ordered_by_chance_alone(value, rng):
    block = gas_in_a_plane(rng, 20, 1500)
    clustering = value("network_clustering", block, link_distance=0.5).mean()
    assert clustering == pytest.approx(1 - 3 * math.sqrt(3) / (4 * math.pi), rel=0.01)
    assert value("network_degree", block, link_distance=0.5).mean() == pytest.approx(1499 * math.pi / 400, rel=0.01)
    order = value("local_order", block, k=20).mean()
    assert order * math.sqrt(20) == pytest.approx(math.sqrt(math.pi) / 2, rel=0.01)


def test_length_over_width_and_where_it_swims(value, rng):
    x = np.vstack([planar(np.array([6.0, -6.0]), np.zeros(2)), planar(np.zeros(2), np.array([2.0, -2.0]))])
    assert value("elongation", Block(x)) == pytest.approx(3)
    for angle in (0.0, 0.3, 1.2, np.pi / 2):
        v = np.tile([np.cos(angle), np.sin(angle), 0], (4, 1))
        assert value("elongation_heading_angle", Block(x, v)) == pytest.approx(angle, abs=1e-9)
    block = gas_in_a_plane(rng, 4000, 9, box=False)
    assert value("elongation_heading_angle", block).mean() == pytest.approx(math.pi / 4, abs=0.03)
    for t, points in enumerate(block.positions[:9, :, :2]):
        s1, s2 = np.linalg.svd(points - points.mean(axis=0))[1]
        assert value("elongation", block)[t] == pytest.approx(s1 / s2, rel=1e-9)


def test_who_is_ahead_in_a_file(value):
    x = planar(np.arange(5.0), 0.5 * np.arange(5.0))
    v = np.tile([2.0, 1.0, 0], (5, 1))
    ahead = (np.arange(5) - 2) * math.hypot(1, 0.5)
    np.testing.assert_allclose(value("front_back", Block(x, v)), [ahead])
    np.testing.assert_allclose(value("front_back", Block(x, -v)), [-ahead])


class TestFreud:
    """freud takes single precision, a box about 0, and points with z = 0."""

    @pytest.fixture
    def freud(self):
        return pytest.importorskip("freud")  # Ramasubramani et al. 2020, doi:10.1016/j.cpc.2020.107275

    def test_radial_distribution(self, freud, value, rng):
        x = planar(*rng.uniform(0, 1, (2, 5, 200)) * np.array([10.0, 13.0])[:, None, None])
        found = value("radial_distribution", Block(x, box=(10.0, 13.0)), bins=40, r_max=4.5)
        for t, points in enumerate(x):
            rdf = freud.density.RDF(bins=40, r_max=4.5, normalization_mode="finite_size")
            expected = rdf.compute((freud.box.Box(10.0, 13.0, is2D=True), points - [5.0, 6.5, 0])).rdf
            np.testing.assert_allclose(found[t], expected, rtol=1e-5)

    def test_nematic_order(self, freud, value, rng):
        """Of a plane's headings freud's tensor, that of space, has the largest eigenvalue (1 + 3 S) / 4."""
        block = gas_in_a_plane(rng, 5, 40)
        for found, headings in zip(value("nematic_order", block), block.headings, strict=True):
            expected = (4 * freud.order.Nematic().compute(headings).order - 1) / 3
            assert found == pytest.approx(expected, rel=1e-4)

    def test_bearings_by_quadrant(self, freud, value, rng):
        block = gas_in_a_plane(rng, 5, 100)
        found = value("neighbor_bearing", block, bins=(4, 1))[..., 0]
        for t in range(5):
            pmft = freud.pmft.PMFTXY(20.0, 20.0, (2, 2))
            system = (freud.box.Box(10.0, 10.0, is2D=True), block.positions[t] * [1, 1, 0] - [5, 5, 0])
            query = {"num_neighbors": 1, "exclude_ii": True}
            counts = pmft.compute(system, query_orientations=angles(block)[t], neighbors=query).bin_counts
            ahead_left, ahead_right = counts[1, 1], counts[1, 0]
            behind_left, behind_right = counts[0, 1], counts[0, 0]
            expected = np.array([behind_right, ahead_right, ahead_left, behind_left]) * 4 / 100
            np.testing.assert_array_equal(found[t], expected)
