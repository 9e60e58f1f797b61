"""Pairs and the same pairs with time reversed: equilibrium, mirror images, planted arrows of time, faults, refusals."""

import inspect
import json
from dataclasses import replace

import numpy as np
import pytest
from studies import module_of

import kadita
from kadita import Block, KaditaError, KaditaWarning
from kadita.testing import check_analysis
from kadita_thermo.pair_irreversibility import COSINES, RECESSIONS, pair_irreversibility

SCHOOLS = module_of("arrow_of_time", "schools")
REACH = 12.0


def results(data, reach=REACH, analysis=pair_irreversibility, start=None, **parameters):
    found = kadita.analyze(data, analysis, start=start, parameters={"reach": reach} | parameters)
    return {name.partition(".")[2]: found[name] for name in found}


@pytest.fixture(scope="module")
def torus(tmp_path_factory):
    return SCHOOLS.simulated("torus", 1, tmp_path_factory.mktemp("torus"), steps=5000)


@pytest.fixture(scope="module")
def block(torus):
    with kadita.open(torus) as trajectory:
        frames = trajectory.read(np.arange(200, 1000))
        return Block(frames.positions, frames.velocities, times=frames.times, attributes=dict(trajectory.attributes))


def pairs_of(x, u, box=None):
    """r, c, w of all pairs of a frame, (P,)."""
    i, j = np.triu_indices(len(x), 1)
    d = x[j] - x[i]
    d = d if box is None else d - box * np.rint(d / box)
    r = np.linalg.norm(d, axis=1)
    return r, (u[i] * u[j]).sum(axis=1), ((u[j] - u[i]) * d).sum(axis=1) / r


@pytest.mark.parametrize("box", [None, 6.0])
def test_sums_are_those_of_all_pairs(box):
    rng = np.random.default_rng(3)
    x, v = rng.uniform(0, 6, (40, 15, 3)), rng.normal(size=(40, 15, 3))
    found = results(Block(x, v, box=box, attributes={"velocities": "state"}), 3.0, bins=4)
    speeds = np.linalg.norm(v, axis=2)
    r, c, w = np.concatenate([pairs_of(a, b, box) for a, b in zip(x, v / speeds[..., None], strict=True)], axis=1)
    parting = np.concatenate([pairs_of(a, b, box)[2] for a, b in zip(x, v, strict=True)])
    i, j = np.triu_indices(15, 1)
    speed = ((speeds[:, i] + speeds[:, j]) / 2).ravel()
    for k in range(4):
        near = (r >= 0.75 * k) & (r < 0.75 * (k + 1))
        assert found["pairs"][k] == near.sum()
        assert found["recession"][k] == pytest.approx(parting[near].sum() / speed[near].sum(), abs=1e-12)
        assert found["alignment_asymmetry"][k] == pytest.approx((c * w)[near].mean(), abs=1e-12)
    near = r < 3.0
    cells = np.zeros((4, COSINES, RECESSIONS))
    of_w = np.rint(np.sign(w) * np.sqrt(abs(w) / 2) * RECESSIONS / 2).astype(int) + RECESSIONS // 2
    of_c = (np.arccos(c) / np.pi * COSINES).astype(int)
    np.add.at(cells, ((r[near] / 0.75).astype(int), of_c[near], of_w[near]), 1)
    p, mirrored = cells + 0.5, cells[..., ::-1] + 0.5
    assert found["divergence"] == pytest.approx((p * np.log(p / mirrored)).sum() / p.sum(), rel=1e-9)


@pytest.mark.slow
def test_equilibrium_raises_no_false_alarms():
    assert 0.02 <= (SCHOOLS.false_alarms(200) < 0.05).mean() <= 0.09


def test_a_school_that_looks_alike_both_ways():
    """Every frame and its own mirror image in time: whatever the school, the divergence is 0."""
    rng = np.random.default_rng(1)
    x, v = rng.normal(size=(80, 12, 3)), rng.normal(size=(80, 12, 3))
    both = Block(
        np.repeat(x, 2, axis=0), np.stack([v, -v], axis=1).reshape(160, 12, 3), attributes={"velocities": "state"}
    )
    found = results(both, blocks=40)
    assert found["divergence"] == 0
    assert found["p_value"] == 1
    assert np.nanmax(abs(found["alignment_asymmetry"])) < 1e-12


def test_all_headings_alike_are_no_arrow_of_time():
    x = np.random.default_rng(1).normal(size=(80, 12, 3))
    found = results(Block(x, np.tile([1.0, 0.0, 0.0], (80, 12, 1)), attributes={"velocities": "state"}))
    assert found["divergence"] == 0
    assert found["p_value"] == 1


def test_reversed_time_changes_the_sign_of_the_asymmetry(block):
    middle = block.positions - 0.05 * block.velocities
    kinds = {"velocities": "state", "r_a": 14.0}
    forwards = Block(middle, block.velocities, times=block.times, attributes=kinds)
    backwards = Block(middle[::-1], -block.velocities[::-1], times=block.times, attributes=kinds)
    there, back = results(forwards), results(backwards)
    for name in ("alignment_asymmetry", "recession"):
        np.testing.assert_allclose(there[name], -back[name], atol=1e-12)
    assert there["divergence"] == pytest.approx(back["divergence"], rel=1e-12)
    # half a step before positions, as the run says itself, is what these are
    attributes = {"velocities": "displacement", "time_step": 0.1}
    said = results(Block(block.positions, block.velocities, times=block.times, attributes=attributes))
    np.testing.assert_allclose(there["alignment_asymmetry"], said["alignment_asymmetry"], atol=1e-9)


def test_a_torus_is_found_irreversible_at_800_frames(torus):
    found = results(torus, start=200)
    assert found["p_value"] == 1 / 500
    assert 0.001 < found["divergence"] < 0.003
    assert found["flux"] < 1.5
    assert abs(found["recession"]).max() < 0.005
    assert found["alignment_asymmetry"][2] > 0.001  # from 1.5 to 2.25, those that part are better aligned


@pytest.mark.slow
def test_vicsek_has_the_profiles_of_an_independent_program(reference, tmp_path):
    """The same 600 frames: <c w>(r) and <w>(r) are equal, and the divergence is although other bins are used."""
    independent = json.loads((reference / "thermo" / "kadita_pairs_midstep.json").read_text())["vicsek_s1"]
    file = SCHOOLS.simulated("vicsek", 1, tmp_path, steps=3000, every=4)
    found = results(file, 4.0, start=150)
    np.testing.assert_allclose(found["alignment_asymmetry"], independent["cw"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(found["recession"], independent["w"], rtol=0, atol=1e-9)
    assert found["divergence"] == pytest.approx(independent["kl"], rel=0.1)
    assert found["null"] == pytest.approx(independent["null"], rel=0.1)
    assert 0.05 < found["p_value"] < 0.08  # of an independent program .066
    assert found["flux"] < 1
    # what is equal to 1e-9 depends on the half step, although one is short against the bins
    wrong = results(file, 4.0, start=150, half_step=0.0)
    assert abs(wrong["recession"] - independent["w"]).max() > 1e-3
    # frames of another interval are other data, which agree within errors and no better
    other = results(SCHOOLS.simulated("vicsek", 1, tmp_path, steps=3000), 4.0, start=121)
    gap = abs(other["alignment_asymmetry"] - independent["cw"])
    assert gap.max() > 1e-4
    assert (gap < 3 * other["alignment_asymmetry_error"]).all()


def test_positions_of_the_end_of_the_step_are_found_out(torus):
    """Without the half step the divergence is several times too large, and the recession is not 0."""
    right, wrong = results(torus, start=200), results(torus, start=200, half_step=0.0)
    assert wrong["divergence"] > 4 * right["divergence"]
    assert wrong["flux"] > 10 > 5 * right["flux"] / 1.5
    assert wrong["recession"][0] < -0.03
    assert wrong["recession"][-1] > 0.03
    source = inspect.getsource(pair_irreversibility.function)
    assert source.count("x = x - h *") == 1
    space = dict(pair_irreversibility.function.__globals__)
    exec(source.replace("x = x - h *", "x = x - 0 * h *"), space)
    faulty = results(torus, start=200, analysis=replace(space["pair_irreversibility"], name="faulty"))
    assert faulty["divergence"] == wrong["divergence"]


def test_agents_that_align_when_they_meet_are_found():
    """Those that part have met, and are better aligned than those that meet: <c w> is above 0."""
    rng = np.random.default_rng(2)
    frames, agents, side, step = 8000, 16, 8.0, 0.05
    x, angle = rng.uniform(0, side, (agents, 2)), rng.uniform(-np.pi, np.pi, agents)
    positions, velocities = np.empty((2, frames, agents, 2))
    for t in range(frames):
        u = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        positions[t], velocities[t] = x, u
        d = x[None] - x[:, None]
        near = ((d - side * np.rint(d / side)) ** 2).sum(axis=2) < 1
        turn = (near * np.sin(angle[None] - angle[:, None])).sum(axis=1)
        angle = angle + 3 * step * turn + np.sqrt(2 * 0.5 * step) * rng.normal(size=agents)
        x = (x + (u + np.stack([np.cos(angle), np.sin(angle)], axis=1)) / 2 * step) % side
    attributes = {"velocities": "state"}
    school = Block(positions, velocities, box=side, times=np.arange(frames) * step, attributes=attributes)
    found = results(school, 3.0, bins=6)
    assert found["p_value"] == 1 / 500
    assert found["divergence"] > 3 * found["null"]
    assert found["alignment_asymmetry"][2] > 3 * found["alignment_asymmetry_error"][2]
    assert found["flux"] < 2


def foragers(frames=1500, agents=12, step=0.137):
    """Return agents that leave a nest slowly and come back fast, always in new directions: stationary."""
    rng = np.random.default_rng(1)
    times = np.arange(frames) * step
    x, v = np.zeros((2, frames, agents, 2))
    for i in range(agents):
        far = rng.exponential(1, 2000) + 0.2
        ends = np.cumsum(1.5 * far)
        trip = np.searchsorted(ends, times + 20)
        since, far = times + 20 - ends[trip] + 1.5 * far[trip], far[trip]
        angle = rng.uniform(0, 2 * np.pi, 2000)[trip]
        along = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        x[:, i] = np.where(since < far, since, 3 * far - 2 * since)[:, None] * along
        v[:, i] = np.where(since < far, 1.0, -2.0)[:, None] * along
    return x, v, times


def test_the_check_holds_where_agents_come_fast_and_leave_slowly():
    """They are seen leaving more often, so that <w> is well above 0, but as many come as leave."""
    x, v, times = foragers()
    u = v / np.linalg.norm(v, axis=2, keepdims=True)
    found = results(Block(x, v, times=times, attributes={"velocities": "tracker"}), 3.0)
    assert found["flux"] < 1.5
    assert found["p_value"] == 1 / 500  # a film of them shows which way it runs
    headings = results(Block(x, u, times=times, attributes={"velocities": "tracker"}), 3.0)
    assert headings["flux"] > 20
    assert headings["recession"].min() > 0.15
    assert headings["divergence"] == found["divergence"]


def test_directions_of_bodies_give_no_check(tmp_path):
    x, v, times = foragers(400)
    u = v / np.linalg.norm(v, axis=2, keepdims=True)
    file = tmp_path / "bodies.nc"
    with kadita.record(file, agents=12, dimensions=2, velocities="orientation", time_step=times[1]) as recording:
        for positions, directions in zip(x, u, strict=True):
            recording.write(positions, directions)
    found = results(file, 3.0)
    assert np.isfinite(found["divergence"])
    assert np.isnan(found["flux"])
    assert np.isnan(found["recession"]).all()


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"velocities": "displacement", "time_step": 0.2}, 0.1),
        ({"velocities": "heading", "time_step": 0.2}, 0.1),
        ({"velocities": "state", "time_step": 0.2}, 0.1),
        ({"velocities": "state"}, 0.0),
        ({"velocities": "difference", "time_step": 0.2}, 0.0),
        ({"velocities": "smoothed"}, 0.0),
        ({"velocities": "tracker"}, 0.0),
    ],
)
def test_the_half_step_is_chosen_by_what_the_trajectory_says(attributes, expected):
    rng = np.random.default_rng(3)
    x, v = rng.normal(size=(60, 10, 3)), rng.normal(size=(60, 10, 3))
    found = results(Block(x, v, attributes=attributes))
    given = results(Block(x, v, attributes=attributes), half_step=expected)
    for name in found:
        np.testing.assert_array_equal(found[name], given[name])


def test_what_cannot_be_computed_is_refused_with_the_reason():
    rng = np.random.default_rng(3)
    x, v = rng.uniform(0, 6, (60, 10, 3)), rng.normal(size=(60, 10, 3))

    def refusal(data, **parameters):
        with pytest.raises(KaditaError) as refused:
            kadita.analyze(data, pair_irreversibility, parameters=parameters)
        assert "\n" not in str(refused.value)
        return str(refused.value)

    old = Block(x, v, attributes={"velocities": "displacement"})
    assert "needs the time step of the model" in refusal(old, reach=3.0)
    assert results(old, 3.0, half_step=0.05)["divergence"] > 0
    tracked = Block(x, v, attributes={"velocities": "tracker"})
    assert "needs a reach" in refusal(tracked)
    assert "at most half the shortest edge of the cell, 3; got 4" in refusal(
        Block(x, v, box=6.0, attributes={"velocities": "tracker"}), reach=4.0
    )
    assert "needs pairs of agents within the reach in 8 blocks" in refusal(tracked, reach=1e-6)
    assert "needs pairs" in refusal(Block(x[:2], v[:2], attributes={"velocities": "tracker"}), reach=3.0)
    with pytest.warns(KaditaWarning, match="taken as those at the time of the positions"):
        results(Block(x, v), 3.0)


def test_absent_agents_and_agents_at_rest_are_in_no_pair():
    rng = np.random.default_rng(3)
    x, v = rng.normal(size=(60, 10, 3)), rng.normal(size=(60, 10, 3))
    v[:, 9] = 0
    attributes = {"velocities": "state"}
    fewer = results(Block(x[:, :9], v[:, :9], attributes=attributes))
    with_one = results(Block(x, v, attributes=attributes))
    for name in fewer:
        np.testing.assert_array_equal(fewer[name], with_one[name])


def test_streams_and_workers_give_the_same_bits(torus):
    parameters = {"pair_irreversibility.reach": REACH}
    serial = kadita.analyze(torus, "pair_irreversibility", parameters=parameters)
    parallel = kadita.analyze(torus, "pair_irreversibility", parameters=parameters, workers=2)
    for name in serial:
        np.testing.assert_array_equal(serial[name], parallel[name])


@pytest.mark.slow
def test_the_kit_passes():
    assert all(check.passed for check in check_analysis(pair_irreversibility, blocks=16))
