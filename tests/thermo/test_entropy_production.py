"""Entropy production of active particles: closed forms, parity, faults, what frames lose, and refusals."""

import inspect
from dataclasses import replace

import numpy as np
import pytest
from studies import module_of

import kadita
from kadita import Block, KaditaError, KaditaWarning
from kadita.testing import check_analysis
from kadita_thermo.entropy_production import entropy_production
from kadita_thermo.frame_intervals import share_lost

SYSTEMS = module_of("entropy_production", "systems")
STEP = 0.01
GYRATOR = [[1.0, 0.5], [0.5, 2.0]]


def production(block, headings="even", **parameters):
    results = kadita.analyze(block, entropy_production, parameters={"headings": headings} | parameters)
    return {name.partition(".")[2]: results[name] for name in results}


def in_trap(speed_squared, temperature, reorientation, k=1.0):
    """v^2 l / (T (l + k)), the rate of any active particle in a trap."""
    return speed_squared * reorientation / (temperature * (reorientation + k))


def swimmer(turned, dimensions, temperature, reorientation):
    return SYSTEMS.swimmer_in_trap(
        turned, dimensions, STEP, 1200, 3000, 5, temperature=temperature, reorientation=reorientation
    )


TRAPS = {
    "aoup": (lambda: SYSTEMS.aoup_in_trap(STEP, 1500, 3000, 1), in_trap(4.0, 0.3, 2.0), 2.0),
    "run and tumble": (lambda: swimmer(SYSTEMS.tumbling(0.5, STEP), 2, 0.2, 0.5), in_trap(1.0, 0.2, 0.5), 0.5),
    "flips on a line": (
        lambda: swimmer(SYSTEMS.flipping(0.5, STEP), 1, 0.3, 1.0),
        in_trap(1.0, 0.3, 1.0),
        1.0,
    ),
    "abp in a plane": (lambda: swimmer(SYSTEMS.diffusing(0.5, STEP, 2), 2, 0.2, 0.5), in_trap(1.0, 0.2, 0.5), 0.5),
    "abp in space": (lambda: swimmer(SYSTEMS.diffusing(0.5, STEP, 3), 3, 0.2, 1.0), in_trap(1.0, 0.2, 1.0), 1.0),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAPS)
def test_particles_in_traps(name):
    make, expected, reorientation = TRAPS[name]
    found = production(make())
    assert found["lost"] == pytest.approx(share_lost(STEP, reorientation, 1.0))
    exact = expected * (1 - found["lost"])
    assert found["rate"] == pytest.approx(expected, rel=0.03)
    assert found["rate"] == pytest.approx(exact, abs=3.5 * found["rate_error"])
    assert found["rate_error"] < 0.02 * expected
    if name == "flips on a line":  # at the rate .5: headings are forgotten at 1, unlike those that tumble at .5
        assert found["rate"] > 1.4 * in_trap(1.0, 0.3, 0.5)
    assert found["of_agents"].mean() == pytest.approx(found["rate"])
    assert found["total"] == pytest.approx(3000 * found["rate"])


def test_numbers_that_are_known():
    assert in_trap(4.0, 0.3, 2.0) == pytest.approx(8.8889, abs=1e-4)
    assert in_trap(1.0, 0.3, 1.0) == pytest.approx(1.6667, abs=1e-4)  # flips at the rate .5
    assert in_trap(1.0, 0.2, 0.5) == pytest.approx(1.6667, abs=1e-4)
    assert in_trap(1.0, 0.2, 1.0) == pytest.approx(2.5)
    exact = {0.005: 8.8225, 0.01: 8.7566, 0.02: 8.6263, 0.05: 8.2475, 0.1: 7.6539, 0.2: 6.5960}
    for step, rate in exact.items():
        assert 80 / 9 * (1 - share_lost(step, 2.0, 1.0)) == pytest.approx(rate, abs=1e-4)
    exact = {0.01: 1.6501, 0.05: 1.5854, 0.2: 1.3646}  # k = l
    for step, rate in exact.items():
        assert 5 / 3 * (1 - share_lost(step, 1.0, 1.0)) == pytest.approx(rate, abs=1e-4)


@pytest.mark.slow
def test_even_and_odd_sum_to_the_square_of_the_speed():
    block = SYSTEMS.aoup_in_trap(STEP, 1500, 3000, 1)
    even, odd = production(block, "even"), production(block, "odd")
    assert even["rate"] == pytest.approx(8.8889, rel=0.03)
    assert odd["rate"] == pytest.approx(4.4444, rel=0.05)  # what is lost of the even one is gained here
    v = block.velocities
    squares = ((v[:-1] ** 2 + v[1:] ** 2) / 2).sum(axis=2).mean() / 0.3
    assert even["rate"] + odd["rate"] == pytest.approx(squares, rel=1e-12)
    assert squares == pytest.approx(4 / 0.3, rel=0.03)
    # parity is chosen, never assumed
    with pytest.raises(KaditaError, match=r"headings is required: --set entropy_production.headings=VALUE"):
        kadita.analyze(block, entropy_production)


@pytest.mark.slow
def test_two_temperatures():
    assert SYSTEMS.exact_heat(GYRATOR, [1, 3], -np.array(GYRATOR), [1, 3], 1e-6) == pytest.approx(1 / 9, rel=1e-5)
    step = 0.005
    exact = SYSTEMS.exact_heat(GYRATOR, [1, 3], -np.array(GYRATOR), [1, 3], step)
    found = production(SYSTEMS.gyrator(step, 1200, 6000, 1), diffusion=(1.0, 3.0))
    assert exact == pytest.approx(1 / 9, rel=0.01)
    assert found["rate"] == pytest.approx(exact, abs=3 * found["rate_error"])
    assert found["rate_error"] < 0.12 * exact


@pytest.mark.slow
def test_a_trap_that_turns():
    found = production(SYSTEMS.rotating_trap(STEP, 1500, 3000, 1))
    assert found["rate"] == pytest.approx(2 * 0.7**2 * (1 - found["lost"]), abs=3 * found["rate_error"])
    assert found["rate"] == pytest.approx(0.98, rel=0.03)


@pytest.mark.slow
def test_springs():
    found = production(SYSTEMS.springs(0.002, 1000, 2000, 1))
    modes = np.array([1.0, 4.2, 4.2, 4.2])
    expected = (2.0 / (0.3 * 0.5 * (1 + 0.5 * modes))).sum()
    assert expected == pytest.approx(21.792115)
    assert 4 * found["rate"] == pytest.approx(expected, rel=0.03)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("force", "amplitude", "drift", "rate"),
    [(1.0, 1.0, 0.62652, 1.25305), (2.0, 1.0, 1.75758, 7.03033), (1.0, 2.0, 0.095554, 0.191108)],
)
def test_a_ring(force, amplitude, drift, rate):
    assert SYSTEMS.drift_of_ring(force, amplitude) == pytest.approx(drift, abs=1e-5)
    found = production(SYSTEMS.ring(force, amplitude, STEP, 1000, 8000, 1))
    assert force * drift / 0.5 == pytest.approx(rate, rel=1e-4)
    assert found["rate"] == pytest.approx(rate, abs=3 * found["rate_error"])
    assert found["effective_speed"] == pytest.approx(drift, abs=3 * found["effective_speed_error"])


def planted(old, new):
    """Return the analysis with a fault in it."""
    source = inspect.getsource(entropy_production.function)
    assert source.count(old) == 1, old
    space = dict(entropy_production.function.__globals__)
    exec(source.replace(old, new), space)
    return replace(space["entropy_production"], name="faulty")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "system", "parameters", "right"),
    [
        ("(before + after) / 2 * moved) @", "before * moved) @", "gyrator", {"diffusion": (1.0, 3.0)}, 1 / 9),
        ('headings == "even"', 'headings == "odd"', "aoup_in_trap", {}, 80 / 9),
        ("x, v, times = window.unwrapped,", "x, v, times = window.positions,", "ring", {}, 7.03033),
        ("np.diff(x[: number + 1], axis=0)", "before * dt[:, None, None]", "aoup_in_trap", {}, 80 / 9),
    ],
    ids=["Ito in place of Stratonovich", "parity swapped", "wrapped positions", "velocities for displacements"],
)
def test_faults_are_found_out(old, new, system, parameters, right):
    made = (2.0, 1.0, STEP, 400, 2000, 1) if system == "ring" else (0.005, 600, 3000, 1)
    block = getattr(SYSTEMS, system)(*made)
    faulty = kadita.analyze(block, planted(old, new), parameters={"headings": "even"} | parameters)
    found = production(block, **parameters)
    assert abs(found["rate"] - right) < 4 * found["rate_error"] + 0.02 * right
    assert not abs(faulty["faulty.rate"] - right) < 4 * found["rate_error"] + 0.02 * right


def test_frames_too_far_apart_are_refused_with_the_interval_that_would_do():
    block = SYSTEMS.aoup_in_trap(0.1, 50, 20, 1)
    with pytest.raises(KaditaError) as refused:
        production(block)
    assert "frames 0.1 apart lose 14 % of the heat, above the tolerance of 5 %" in str(refused.value)
    assert "an interval of 0.0333 would do" in str(refused.value)
    assert share_lost(0.0333, 2.0, 1.0) < 0.05
    assert production(block, tolerance=0.2)["lost"] == pytest.approx(0.139, abs=1e-3)
    # without rates, the propulsion itself says how fast it is forgotten
    known = {"velocities": "state", "translational_diffusion": 0.3}
    alone = Block(block.positions, block.velocities, times=block.times, attributes=known)
    with pytest.raises(KaditaError, match="frames 0.1 apart lose"):
        production(alone, relaxation_rate=0.0)
    with pytest.warns(KaditaWarning, match="rates of forces are not known"):
        found = production(alone, tolerance=0.2)
    assert found["lost"] == pytest.approx(share_lost(0.1, 2.0, 0.0), abs=0.02)


def refusal(block, **parameters):
    with pytest.raises(KaditaError) as refused:
        production(block, **parameters)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_what_cannot_be_computed_is_refused_with_the_reason():
    block = SYSTEMS.aoup_in_trap(STEP, 50, 20, 1)

    def with_attributes(**attributes):
        return Block(block.positions, block.velocities, times=block.times, attributes=attributes)

    unknown = with_attributes(velocities="state")
    assert "the translational diffusion D_t, which the trajectory does not say" in refusal(unknown)
    without = with_attributes(velocities="heading", translational_diffusion=0.0)
    assert "the rate of entropy production diverges" in refusal(without)
    tracked = with_attributes(velocities="difference", translational_diffusion=0.3)
    assert "needs the velocity of propulsion" in refusal(tracked)
    assert "expected one number, or 2, one for each axis; got (1.0, 2.0, 3.0)" in refusal(
        block, diffusion=(1.0, 2.0, 3.0)
    )
    still = Block(block.positions[:1], block.velocities[:1], attributes=block.attributes)
    assert "two successive frames; there are none" in refusal(still)
    unsaid = with_attributes(translational_diffusion=0.3, relaxation_rate=1.0)
    with pytest.warns(KaditaWarning, match="taken as propulsion; the trajectory does not say"):
        production(unsaid)


def test_agents_that_come_and_go_and_gaps():
    block = SYSTEMS.aoup_in_trap(STEP, 400, 50, 1)
    x, v = block.positions.copy(), block.velocities.copy()
    times = block.times.copy()
    times[200:] += 10.0  # nobody looked
    v[50:60, 3] = np.nan
    torn = Block(x, v, times=times, attributes=block.attributes)
    found = production(torn)
    work = ((v[:-1] + v[1:]) / 2 * np.diff(x, axis=0)).sum(axis=2) / 0.3
    work[199] = np.nan
    assert found["rate"] == pytest.approx(np.nanmean(work) / STEP, rel=1e-9)
    assert found["of_agents"][3] == pytest.approx(np.nanmean(work[:, 3]) / STEP, rel=1e-9)


@pytest.mark.parametrize(
    ("intervals", "others"),
    [([STEP] * 1024 + [10.0], "10"), ([STEP] * 600 + [0.05] * 599, "0.05")],
    ids=["a gap alone in a window", "two intervals"],
)
def test_uneven_frames_are_refused_where_windows_cannot_tell_gaps(intervals, others):
    """A window knows its own intervals alone, and has 1024: it would take the gap in, or half of the frames out."""
    block = SYSTEMS.aoup_in_trap(STEP, len(intervals) + 1, 5, 1)
    times = np.append(0.0, np.cumsum(intervals))
    uneven = Block(block.positions, block.velocities, times=times, attributes=dict(block.attributes))
    said = f"needs frames evenly spaced between gaps: some are 0.01 apart, others {others};"
    assert said in refusal(uneven)


def test_a_run_in_streams_and_workers(tmp_path):
    file = tmp_path / "abp.nc"
    kadita.run("abp", agents=64, steps=1500, every=1, output=file, parameters={"box": 8.0, "stiffness": 0.0})
    parameters = {"entropy_production.headings": "even"}
    serial = kadita.analyze(file, "entropy_production", parameters=parameters)
    parallel = kadita.analyze(file, "entropy_production", parameters=parameters, workers=2)
    for name in serial:
        assert np.array_equal(serial[name], parallel[name]), name
    # v^2 / D_t, less the mean cosine of half a turn
    exact = 1 / 0.01 * (1 + np.exp(-2 * 0.03 * 0.01)) / 2
    assert serial["entropy_production.rate"] == pytest.approx(exact, abs=4 * serial["entropy_production.rate_error"])
    assert serial["entropy_production.rate_error"] < 0.01 * exact


def test_the_kit_passes():
    given = {"headings": "odd", "diffusion": 0.5, "tolerance": 0.5, "relaxation_rate": 0.0, "reorientation_rate": 0.1}
    assert all(check.passed for check in check_analysis(entropy_production, **given))
