"""A bound of the entropy production from currents between metrics: exact numbers, false alarms, faults, refusals."""

import inspect

import numpy as np
import pytest
from studies import module_of

import kadita
from kadita import Facts, KaditaError, NotApplicable, Window
from kadita.testing import check_analysis
from kadita_thermo.current_irreversibility import current_irreversibility, sums_of_currents

SPRINGS, CURRENTS = module_of("arrow_of_time", "springs"), module_of("arrow_of_time", "currents")
path, results = SPRINGS.path, CURRENTS.of_series
TWO_TEMPERATURES, EQUILIBRIUM = (1.0, 3.0), (1.0, 1.0)


def exact_bound(step):
    return SPRINGS.exact_bound(TWO_TEMPERATURES, step)


@pytest.mark.slow
def test_two_temperatures_give_the_exact_bound():
    assert exact_bound(0.001) == pytest.approx(SPRINGS.production(TWO_TEMPERATURES), rel=2e-3)
    assert SPRINGS.production(TWO_TEMPERATURES) == pytest.approx(1 / 9)
    for step in (0.02, 0.1, 0.5):  # the bound is lower where the time step is longer
        found = [results(path(TWO_TEMPERATURES, step, 100_000, seed), step) for seed in range(4)]
        mean = np.mean([f["bound"] for f in found])
        error = np.sqrt(np.mean([f["bound_error"] ** 2 for f in found]) / len(found))
        assert mean == pytest.approx(exact_bound(step), abs=3 * error), step
        assert error < 0.3 * exact_bound(step)
        assert all(f["p_value"] == 1 / 2000 for f in found)
        assert all(f["currents"] == 6 for f in found)
        assert found[0]["block"] == pytest.approx(2500 * step, rel=1e-3)


@pytest.mark.slow
def test_the_error_is_the_spread_of_repetitions():
    found = [results(path(TWO_TEMPERATURES, 0.05, 20_000, seed), 0.05) for seed in range(40)]
    spread = np.std([f["bound"] for f in found])
    assert np.mean([f["bound_error"] for f in found]) == pytest.approx(spread, rel=0.35)


def equilibrium(number):
    return [path(EQUILIBRIUM, 0.05, 4000, 1000 + seed) for seed in range(number)]


@pytest.mark.slow
def test_equilibrium_raises_no_false_alarms():
    found = [results(series, 0.05, degree=2) for series in equilibrium(200)]
    assert 0.02 <= np.mean([f["p_value"] < 0.05 for f in found]) <= 0.09
    bounds = np.array([f["bound"] for f in found])
    assert abs(bounds.mean()) < 0.35 * bounds.std()
    # the bias of independent currents, 2 / dt times their number over that of steps, is too much: exact differentials
    # such as x dx add up to what the ends of the observation differ by
    usual = np.array([2 * f["currents"] / (4000 * 0.05) for f in found])
    assert (bounds + [f["bias"] for f in found] - usual).mean() < -2 * bounds.std()


def test_reversed_time_gives_the_same():
    series = path(TWO_TEMPERATURES, 0.05, 4001, 3)
    forwards, backwards = results(series, 0.05, degree=2), results(series[::-1], 0.05, degree=2)
    for name in ("bound", "bound_error", "bias"):
        assert forwards[name] == pytest.approx(backwards[name], rel=1e-9)


def test_ito_currents_in_place_of_stratonovich_are_found_out():
    source = inspect.getsource(sums_of_currents)
    assert (fault := source.replace("(series[at] + series[at + 1]) / 2", "series[at]")) != source
    space = dict(sums_of_currents.__globals__)
    exec(fault, space)
    series, steps = path(EQUILIBRIUM, 0.05, 4001, 3), np.arange(4000)
    for function, mended in ((sums_of_currents, True), (space["sums_of_currents"], False)):
        there, back = (function(np.ascontiguousarray(s), steps, 1, 8).blocks for s in (series, series[::-1]))
        assert np.allclose(there.sum(axis=0), -back.sum(axis=0), atol=1e-9) is mended


def test_units_and_mixtures_of_metrics_do_not_matter():
    series = path(TWO_TEMPERATURES, 0.05, 8000, 5)
    mixed = series @ np.array([[1e-3, 50.0], [2e-3, 10.0]]) + [1e4, -300.0]
    for degree in (1, 3):
        a, b = results(series, 0.05, degree=degree), results(mixed, 0.05, degree=degree)
        for name in a:
            assert a[name] == pytest.approx(b[name], rel=1e-5, abs=1e-7), name


def test_a_metric_twice_adds_nothing():
    series = path(TWO_TEMPERATURES, 0.05, 8000, 5)
    once, twice = results(series, 0.05), results(np.column_stack([series, series[:, 0]]), 0.05)
    assert once["currents"] == twice["currents"] == 6
    assert once["bound"] == pytest.approx(twice["bound"], rel=1e-6)


def test_gaps_and_undefined_values_are_left_out():
    series = path(TWO_TEMPERATURES, 0.05, 8000, 5)
    half = results(series[:4000], 0.05, blocks=8)
    torn = series.copy()
    torn[4000:] = np.nan
    assert results(torn, 0.05, blocks=8)["bound"] == pytest.approx(half["bound"], rel=1e-9)
    times = np.concatenate([np.arange(4000), 10_000 + np.arange(4000)]) * 0.05
    parameters = current_irreversibility.validate({"blocks": 8})
    jump = current_irreversibility.finish({"series": series}, Facts(times, np.arange(1), {}), **parameters)
    torn = np.insert(series, 4000, np.nan, axis=0)
    assert jump["bound"] == pytest.approx(results(torn, 0.05, blocks=8)["bound"], rel=1e-9)


def test_what_cannot_be_computed_is_said():
    series = path(EQUILIBRIUM, 0.05, 400, 1)
    with pytest.raises(NotApplicable, match="at least 8 steps in each of 60 blocks"):
        results(series, 0.05, blocks=60)
    series[:, 1] = 0.3
    with pytest.raises(NotApplicable, match="m1 is constant"):
        results(series, 0.05, blocks=8)
    parameters = current_irreversibility.validate({})
    times = np.sort(np.random.default_rng(1).random(400))
    with pytest.raises(KaditaError, match="expected evenly spaced frames"):
        current_irreversibility.finish({"series": series}, Facts(times, np.arange(1), {}), **parameters)
    window = Window(np.zeros((4, 1, 3)), times=np.arange(4.0), own=4)
    with pytest.raises(KaditaError, match="one value a frame; drift has"):
        current_irreversibility(window, {"drift": np.zeros((4, 3))}, metrics=("drift", "spread"))
    with pytest.raises(KaditaError, match="at least 2"):
        current_irreversibility.validate({"metrics": ["polarization"]})


def test_the_kit_passes():
    assert all(check.passed for check in check_analysis(current_irreversibility, blocks=8))


def test_a_school_in_streams_and_workers(tmp_path):
    file = tmp_path / "swarm.nc"
    kadita.run("swarm", agents=20, steps=3000, every=2, output=file)
    serial = kadita.analyze(file, "current_irreversibility")
    parallel = kadita.analyze(file, "current_irreversibility", workers=2)
    live = kadita.analyze(kadita.simulate("swarm", agents=20, steps=3000, every=2), "current_irreversibility")
    for name in ("bound", "bound_error", "p_value", "block"):
        key = f"current_irreversibility.{name}"
        assert np.isfinite(serial[key])
        assert serial[key] == parallel[key]
        assert serial[key] == pytest.approx(live[key], rel=1e-3)  # before and after rounding to float32
    spread = kadita.analyze(
        file, "current_irreversibility", parameters={"current_irreversibility.metrics": ["spread", "polarization"]}
    )
    assert spread["current_irreversibility.bound"] != serial["current_irreversibility.bound"]
