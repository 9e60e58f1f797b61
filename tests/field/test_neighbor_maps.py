"""Maps about a focal animal: a plain loop as the twin, planted rules that are found again, and errors that hold."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import kadita
from kadita import KaditaError
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory
from kadita.testing import check_analysis
from kadita_field import neighbor_maps

OUTPUTS = [*neighbor_maps.outputs]
MAPS = [name for name, output in neighbor_maps.outputs.items() if output.dims]


def trajectory(x, v, times=None, cell=None, dimensions=None, **attributes):
    """A trajectory of positions and velocities, (T, N, 2 or 3), in a cell with these edges."""
    x, v = (np.concatenate([a, np.zeros((*a.shape[:2], 3 - a.shape[2]))], axis=2) for a in (x, v))
    x[..., 2] = np.where(np.isnan(x[..., 0]), np.nan, x[..., 2])
    times = np.arange(len(x), dtype=float) if times is None else np.asarray(times, float)
    lengths = None if cell is None else np.tile(np.asarray(cell, float), (len(x), 1))
    of = np.arange(x.shape[1])
    return InMemoryTrajectory("school", Chunk(x, v, times, lengths), of, attributes, dimensions=dimensions)


def maps_of(school, workers=1, **parameters):
    """What the analysis finds, by output."""
    results = kadita.analyze(
        school, "neighbor_maps", parameters={f"neighbor_maps.{k}": w for k, w in parameters.items()}, workers=workers
    )
    return {name: results[f"neighbor_maps.{name}"] for name in OUTPUTS}


def walkers(rng, frames, agents, dimensions, turn=0.3):
    """Agents that wander at speeds of their own, and what they leave out of it: absences, rest, unknown velocities."""
    angles = rng.uniform(-np.pi, np.pi, agents) + np.cumsum(rng.normal(0, turn, (frames, agents)), axis=0)
    tilt = rng.normal(0, 0.5, (frames, agents)) * (dimensions == 3)
    u = np.stack([np.cos(angles) * np.cos(tilt), np.sin(angles) * np.cos(tilt), np.sin(tilt)], axis=2)
    v = u * rng.uniform(0.5, 1.5, (frames, agents, 1))
    x = rng.uniform(0, 4, (agents, 3)) * [1, 1, dimensions == 3] + 0.2 * np.cumsum(v, axis=0)
    x[3:6, 1] = v[3:6, 1] = np.nan
    v[8, 2] = 0.0
    v[11, 3] = np.nan
    return x, v


def twin(x, v, times, cell, reach, bins, half, most):
    """The same by plain loops, with z up: count, mean turning and its error, density and its error."""
    frames, agents = x.shape[:2]

    def heading(t, i):
        speed = math.dist(v[t, i], (0, 0, 0))
        return None if math.isnan(speed) or speed == 0 else v[t, i] / speed

    k = -60
    while len({math.floor(t / 2.0**k) for t in times}) > most:
        k += 1
    blocks = sorted({math.floor(t / 2.0**k) for t in times})
    pairs, known, turned = (np.zeros((len(blocks), bins, bins)) for _ in range(3))
    gained, focal, turning = np.zeros_like(pairs), np.zeros(len(blocks)), 0
    for t, i in itertools.product(range(frames), range(agents)):
        u = heading(t, i)
        if u is None or math.isnan(x[t, i, 0]):
            continue
        b = blocks.index(math.floor(times[t] / 2.0**k))
        left = np.array([-u[1], u[0], 0.0]) / math.hypot(u[0], u[1])
        above = np.cross(u, left)
        rate = None
        if 0 < t < frames - 1 and heading(t - 1, i) is not None and heading(t + 1, i) is not None:
            h = times[t] - times[t - 1], times[t + 1] - times[t]
            if max(h) <= 1.5 * min(h):
                angle = [math.atan2(w @ left, w @ u) for w in (heading(t - 1, i), heading(t + 1, i))]
                rate = (angle[1] - angle[0]) / sum(h)
                gain = (math.dist(v[t + 1, i], (0, 0, 0)) - math.dist(v[t - 1, i], (0, 0, 0))) / sum(h)
        focal[b] += 1
        turning += rate is not None
        for j in range(agents):
            if j == i or math.isnan(x[t, j, 0]):
                continue
            d = x[t, j] - x[t, i]
            d = np.array([a - c * round(a / c) if c else a for a, c in zip(d, cell, strict=True)])
            place = [math.floor((a + reach) / (2 * reach) * bins) for a in (d @ u, d @ left)]
            if abs(d @ above) <= half and all(0 <= p < bins for p in place):
                pairs[b][*place] += 1
                if rate is not None:
                    known[b][*place] += 1
                    turned[b][*place] += rate
                    gained[b][*place] += gain

    def mean(sums, weights):
        total = weights.sum(axis=0)
        with np.errstate(all="ignore"):
            r, m = sums.sum(axis=0) / total, total**2 / (weights**2).sum(axis=0)
            error = np.sqrt(m / (m - 1) * ((sums - r * weights) ** 2).sum(axis=0)) / total
            return r, np.where(m >= 2, error, np.nan)

    area = (2 * reach / bins) ** 2
    density, density_error = mean(pairs, focal[:, None, None] * area)
    rate, rate_error = mean(turned, known)
    return {
        "count": pairs.sum(axis=0),
        "density": density,
        "density_error": np.where(pairs.sum(axis=0) > 0, density_error, np.nan),
        "turning": rate,
        "turning_error": rate_error,
        "turning_antisymmetric": (rate - rate[:, ::-1]) / 2,
        "acceleration": mean(gained, known)[0],
        "acceleration_error": mean(gained, known)[1],
        "focal": focal.sum(),
        "without_turning": focal.sum() - turning,
        "block": 2.0**k,
    }


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("edge", [None, 8.0], ids=["open", "cell"])
def test_a_plain_loop_finds_the_same(rng, dimensions, edge):
    x, v = walkers(rng, 40, 7, dimensions)
    times = np.arange(40) * 0.5 + (np.arange(40) > 20) * 2.0  # a gap
    cell = None if edge is None else [edge, edge, edge if dimensions == 3 else 0.0]
    x = x if edge is None else x % edge
    slab = {"slab": 1.5} if dimensions == 3 else {}
    found = maps_of(trajectory(x, v, times, cell, dimensions), reach=2.5, bins=6, blocks=8, **slab)
    expected = twin(x, v, times, cell or [0, 0, 0], 2.5, 6, slab.get("slab", np.inf) / 2, 8)
    assert 4 <= len(np.unique(times // expected["block"])) <= 8
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-9, atol=1e-9, err_msg=name)
    # 7 agents: 2 in the ends, 2 about the gap, 3 absent ones with a neighbouring frame each, one at rest, one unknown
    assert found["focal"] == 40 * 7 - 3 - 2
    assert found["without_turning"] == 4 * 7 + 2 + 2 + 2


def test_the_checks_of_analyses():
    check_analysis(neighbor_maps, bins=5)
    check_analysis(neighbor_maps, bins=8, blocks=5, reach=3.0)


def scenes(rng, number, agents, edge, turning=None, gain=None, noise=0.3, dimensions=2):
    """Agents at independent uniform places in a periodic cell that turn and gain speed by a rule, exactly.

    There are three frames, a time step apart, in each of `number` scenes, which are gaps apart; what agents do in the
    middle one is a rule of where the others are in their own frames, summed over all of them, and noise.
    """
    x = rng.uniform(0, edge, (3 * number, agents, dimensions))
    angle, rates = rng.uniform(-np.pi, np.pi, (number, agents)), rng.normal(0, noise, (2, number, agents))
    d = x[1::3, None] - x[1::3, :, None]
    d -= edge * np.rint(d / edge)
    c, s = np.cos(angle)[..., None], np.sin(angle)[..., None]
    p, q = d[..., 0] * c + d[..., 1] * s, d[..., 1] * c - d[..., 0] * s
    others = ~np.eye(agents, dtype=bool)
    for rate, rule in zip(rates, (turning, gain), strict=True):
        rate += 0 if rule is None else (rule(p, q) * others).sum(axis=2)
    angles = np.stack([angle - rates[0], angle, angle + rates[0]], axis=1).reshape(-1, agents)
    speeds = np.stack([5 - rates[1], np.full_like(angle, 5), 5 + rates[1]], axis=1).reshape(-1, agents)
    v = speeds[..., None] * np.stack([np.cos(angles), np.sin(angles)], axis=2)
    times = (10 * np.arange(number)[:, None] + np.arange(3)).ravel()
    cell = [edge, edge, edge if dimensions == 3 else 0.0]
    return trajectory(x, v, times, cell, dimensions)


def middles(reach, bins):
    """Places of the bins, ahead and to the left."""
    m = ((np.arange(bins) + 0.5) / bins - 0.5) * 2 * reach
    return np.meshgrid(m, m, indexing="ij")


def pulls(found, name, expected):
    """Differences from what is expected, in standard errors."""
    return ((found[name] - expected) / found[f"{name}_error"]).ravel()


def squares(rng, name, expected, seeds=16, reach=3.5, **rules):
    """Mean squared pull of all bins, of several seeds: 1, or with m blocks, (m - 1) / (m - 3) of Student's t."""
    bins = len(expected) if np.ndim(expected) else 10
    found = [maps_of(scenes(rng, 256, 30, 10.0, **rules), reach=reach, bins=bins, blocks=64) for _ in range(seeds)]
    return np.mean([pulls(f, name, expected) ** 2 for f in found])


def mean_rule(rule, bins, reach=3.5):
    """The mean of a rule over each bin."""
    return rule(*middles(reach, bins * 50)).reshape(bins, 50, bins, 50).mean(axis=(1, 3))


@pytest.mark.parametrize(
    ("name", "expected"), [("density", 29 / 100), ("turning", 0), ("acceleration", 0), ("turning_antisymmetric", 0)]
)
def test_without_interaction_the_density_is_uniform_and_nothing_else_is_there(rng, name, expected):
    assert 0.85 < squares(rng, name, expected) < 1.25
    found = maps_of(scenes(rng, 256, 30, 10.0), reach=3.5, bins=10)
    assert found["without_turning"] == 2 / 3 * found["focal"] == 2 * 256 * 30
    assert np.median(found[f"{name}_error"]) < 0.05
    assert np.abs(pulls(found, name, expected)).max() < 5


def test_in_space_neighbours_are_counted_in_a_slab(rng):
    """Of 59 in a cube with edges of 10, 59 / 1000 slab are above each area; headings do not matter."""
    found = maps_of(scenes(rng, 100, 60, 10.0, dimensions=3), reach=3.0, slab=2.0, bins=7)
    pull = pulls(found, "density", 59 / 1000 * 2.0)
    assert 0.6 < (pull**2).mean() < 1.7
    thick = maps_of(scenes(rng, 100, 60, 10.0, dimensions=3), reach=3.0, slab=4.0, bins=7)
    assert thick["density"].mean() / found["density"].mean() == pytest.approx(2, rel=0.02)


def zones(p, q):
    """Away from neighbours within 1, and towards those from 2 to 3: sin of their bearing, to the left positive."""
    r = np.hypot(p, q)
    return np.where(r < 1, -0.10, np.where((r > 2) & (r < 3), 0.05, 0.0)) * q / np.maximum(r, 1e-9)


@pytest.mark.parametrize("name", ["turning", "turning_antisymmetric"])
def test_repulsion_and_attraction_are_found_where_they_were_planted(rng, name):
    """The turning in a bin is the rule's mean over it: all others, uniform in all directions, change nothing."""
    assert 0.85 < squares(rng, name, mean_rule(zones, 14), turning=zones) < 1.25
    found = maps_of(scenes(rng, 512, 30, 10.0, turning=zones), reach=3.5, bins=14)
    left, r = middles(3.5, 14)[1], np.hypot(*middles(3.5, 14))
    assert (found[name][(left > 0) & (r < 0.8)] < 0).all()  # a near neighbour on the left: to the right
    assert (found[name][(left > 0.8) & (r > 2.2) & (r < 2.8)] > 0).all()
    odd = found["turning_antisymmetric"]
    np.testing.assert_array_equal(odd, -odd[:, ::-1])


def test_what_all_turn_alike_is_not_in_the_antisymmetric_part(rng):
    """Each of 29 neighbours adds 0.02 wherever it is, as in a mill."""

    def rule(p, q):
        return zones(p, q) + 0.02

    found = maps_of(scenes(rng, 256, 30, 10.0, turning=rule), reach=3.5, bins=8)
    assert found["turning"].mean() == pytest.approx(29 * 0.02, abs=0.02)
    assert 0.85 < squares(rng, "turning_antisymmetric", mean_rule(zones, 8), turning=rule) < 1.25


def test_acceleration_towards_neighbours_ahead(rng):
    def rule(p, q):
        return 0.04 * np.sign(p)

    assert 0.85 < squares(rng, "acceleration", mean_rule(rule, 8), gain=rule) < 1.25
    assert 0.85 < squares(rng, "turning", np.zeros((8, 8)), gain=rule) < 1.25


def test_agents_that_swim_by_rules(rng):
    """Four agents of a zone model: they avoid others within 1, align to 2 and approach to 4, and are noisy."""
    agents, edge, frames = 4, 12.0, 4000
    x, angle = rng.uniform(0, edge, (agents, 2)), rng.uniform(-np.pi, np.pi, agents)
    xs, angles = [], []
    for _ in range(frames):
        d = x[None] - x[:, None]
        d -= edge * np.rint(d / edge)
        r = np.hypot(*d.transpose(2, 0, 1)) + 99 * np.eye(agents)
        bearing = np.sin(np.arctan2(d[..., 1], d[..., 0]) - angle[:, None])
        turn = np.where(r < 1, -3.0, np.where((r > 2) & (r < 4), 0.5, 0.0)) * bearing
        turn += np.where((r > 1) & (r < 2), 0.5, 0.0) * np.sin(angle - angle[:, None])
        angle = angle + 0.1 * turn.sum(axis=1) + rng.normal(0, 0.15, agents)
        x = (x + 0.1 * np.stack([np.cos(angle), np.sin(angle)], axis=1)) % edge
        xs.append(x)
        angles.append(angle)
    v = np.stack([np.cos(angles), np.sin(angles)], axis=2)
    found = maps_of(trajectory(np.array(xs), v, 0.1 * np.arange(frames), [edge, edge, 0], 2), reach=4.0, bins=12)
    left, r = middles(4.0, 12)[1], np.hypot(*middles(4.0, 12))
    odd = found["turning_antisymmetric"] / found["turning_antisymmetric_error"]
    assert (odd[(left > 0) & (r < 0.8)] < -2).all()
    attraction = odd[(left > 1) & (r > 2.2) & (r < 3.2)]
    assert np.nanmean(attraction > 0) > 0.9
    assert np.nanmedian(attraction) > 2


def test_errors_hold_where_what_happens_is_correlated(rng):
    """Places and turning that change slowly, over 12 frames, in schools of 1,500 frames: pulls of independent seeds."""
    pull, kept = [], np.exp(-1 / 12)
    for _ in range(20):
        steps = rng.normal(0, 1, (3, 1500, 12))
        for t in range(1, 1500):
            steps[:, t] = kept * steps[:, t - 1] + np.sqrt(1 - kept**2) * steps[:, t]
        v = np.stack([np.cos(0.1 * np.cumsum(steps[2], 0)), np.sin(0.1 * np.cumsum(steps[2], 0))], axis=2)
        found = maps_of(trajectory(steps[:2].transpose(1, 2, 0), v, dimensions=2), reach=1.5, bins=4)
        pull.append(pulls(found, "turning", 0.0))
    assert 0.6 < (np.array(pull) ** 2).mean() < 1.8


@pytest.mark.parametrize(("memory", "least", "most"), [(1, -0.15, 0.15), (400, 0.3, 1.0)])
def test_blocks_that_are_too_short_for_their_errors_are_told(rng, memory, least, most):
    """The turning of all agents is a random telegraph that flips every `memory` frames on average; blocks are 64."""
    sign = np.where(np.cumsum(rng.random(2048) < 1 / memory) % 2, 1, -1)
    angle = np.cumsum(0.05 * sign[:, None] + rng.normal(0, 0.01, (2048, 12)), axis=0)
    v = np.stack([np.cos(angle), np.sin(angle)], axis=2)
    found = maps_of(trajectory(rng.normal(0, 1, v.shape), v, dimensions=2), reach=1.5, bins=4)
    assert found["block"] == 64
    assert least < found["block_correlation"] < most


def test_mirror_images_and_rotations(rng):
    x, v = walkers(rng, 60, 6, 3)
    given = {"reach": 2.0, "bins": 7, "blocks": 8}
    found = maps_of(trajectory(x, v), **given)
    mirrored = maps_of(trajectory(x * [1, -1, 1], v * [1, -1, 1]), **given)
    for name in OUTPUTS:
        sign = -1 if name in ("turning", "turning_antisymmetric") else 1
        expected = sign * found[name][:, ::-1] if name in MAPS else found[name]
        np.testing.assert_allclose(mirrored[name], expected, rtol=1e-9, atol=1e-9, err_msg=name)
    c, s = np.cos(1.1), np.sin(1.1)
    turned = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    onto_x = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]])  # z becomes x
    for rotation, up in ((turned, "z"), (onto_x, "x")):
        again = maps_of(trajectory(x @ rotation.T + 3, v @ rotation.T), up=up, **given)
        for name in OUTPUTS:
            np.testing.assert_allclose(again[name], found[name], rtol=1e-9, atol=1e-9, err_msg=name)


def test_bins_without_a_pair_have_no_mean(rng):
    """One agent ahead of another, abreast of nobody: a single bin has pairs."""
    x = np.stack([np.arange(20.0), np.zeros(20)], axis=1)[:, None] + [[0.0, 0.0], [2.0, 0.0]]
    found = maps_of(trajectory(x, np.ones_like(x) * [1.0, 0.0], dimensions=2), reach=3.0, bins=3)
    assert found["count"].tolist() == [[0, 20, 0], [0, 0, 0], [0, 20, 0]]
    assert found["density"].tolist() == [[0, 0.125, 0], [0, 0, 0], [0, 0.125, 0]]
    seen = found["count"] > 0
    for name in MAPS[1:-1]:
        assert np.isnan(found[name][~seen]).all(), name
        np.testing.assert_allclose(found[name][seen], 0, atol=1e-15)
    alone = maps_of(trajectory(x[:, :1], np.ones((20, 1, 2)), dimensions=2), reach=3.0, bins=3)
    assert alone["focal"] == 20
    assert not alone["count"].any()
    assert np.isnan(alone["turning"]).all()
    short = maps_of(trajectory(x[:2], np.ones((2, 2, 2)), dimensions=2), reach=3.0, bins=3)
    assert short["without_turning"] == short["focal"] == 4


def test_workers_species_and_what_is_refused(rng, tmp_path):
    x, v = walkers(rng, 2500, 5, 2)
    with kadita.record(
        tmp_path / "s.nc", agents=5, dimensions=2, presence=True, velocities="state", species=[*"aaabb"]
    ) as file:
        file.write(x[..., :2], v[..., :2], time=np.arange(2500.0))
    one, two = (maps_of(tmp_path / "s.nc", workers=w, reach=2.0, bins=5) for w in (1, 2))
    for name in OUTPUTS:
        np.testing.assert_array_equal(one[name], two[name])
    options = {"parameters": {"neighbor_maps.reach": 2.0, "neighbor_maps.bins": 5}}
    by = kadita.analyze(tmp_path / "s.nc", "neighbor_maps", by="species", **options)
    for k, name in enumerate("ab"):
        alone = kadita.analyze(tmp_path / "s.nc", "neighbor_maps", select=f"species={name}", **options)
        np.testing.assert_array_equal(by["neighbor_maps.count"][k], alone["neighbor_maps.count"])
    school = trajectory(x[:9], v[:9], dimensions=2)
    with pytest.raises(KaditaError, match=r"^school: neighbor_maps needs a reach, since no r_a .*neighbor_maps.reach"):
        maps_of(school)
    with pytest.raises(KaditaError, match="^neighbor_maps: slab: expected none, since the school is in a plane"):
        maps_of(school, reach=1.0, slab=1.0)
    with pytest.raises(KaditaError, match="^neighbor_maps: up: expected z, since the school is in a plane"):
        maps_of(school, reach=1.0, up="x")
    with pytest.raises(KaditaError, match=r"^neighbor_maps: reach: expected the corners .* 5; they are 5.65"):
        maps_of(trajectory(x[:9] % 10, v[:9], cell=[10, 10, 0], dimensions=2), reach=4.0)
    known = maps_of(trajectory(x[:9], v[:9], dimensions=2, r_a=2.0, velocities="orientation"), bins=5)
    assert np.isnan(known["acceleration"]).all()
    assert np.isfinite(known["turning"]).any()
