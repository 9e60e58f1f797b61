"""The same bits, whoever looks at the frames and however many at once; and states that merge in any grouping."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kadita
from kadita import Window
from kadita.io.amber.writer import AmberWriter
from kadita.plugins.loading import load_registry
from kadita.school.in_memory import InMemoryTrajectory

NAMES = (
    "mean_squared_displacement",
    "velocity_autocorrelation",
    "heading_autocorrelation",
    "directional_correlation_delay",
    "turning_rate",
    "path_curvature",
    "state_residence",
)
ANALYSES = load_registry().analyses
PARAMETERS = {"lags": 25, "distance": 4.0}


class Sliced(InMemoryTrajectory):
    """A trajectory that comes in blocks of seven frames."""

    def blocks_of(self, frames, size=7):
        return super().blocks_of(frames, 7)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Birds that come and go in a cell that they cross, over three windows."""
    rng = np.random.default_rng(11)
    frames, agents = 2300, 6
    v = rng.normal(size=(frames, agents, 3))
    for t in range(1, frames):
        v[t] = 0.9 * v[t - 1] + 0.4 * v[t]
    x = np.cumsum(0.1 * v, axis=0) % 9.0
    absent = np.repeat(rng.random((frames // 20, agents)) < 0.1, 20, axis=0)
    absent[700:703] = True  # nobody is there
    x[absent] = v[absent] = np.nan
    path = tmp_path_factory.mktemp("dynamics") / "birds.nc"
    with AmberWriter(path, agents, periodic=True, presence=True) as writer:
        writer.write(x, v, np.arange(frames) * 0.1, np.full((frames, 3), 9.0))
    return path


@pytest.fixture(scope="module")
def serial(path):
    return kadita.analyze(path, NAMES, parameters=PARAMETERS).analyses


def assert_same_bits(some, others):
    assert list(some) == list(others)
    for name, whole in some.items():
        assert whole.values.tobytes() == others[name].values.tobytes(), name
        for dim, axis in whole.axes.items():
            np.testing.assert_array_equal(axis, others[name].axes[dim])


def test_something_is_found(serial):
    assert {name.partition(".")[0] for name in serial} == set(NAMES)
    assert all(np.isfinite(whole.values).any() for whole in serial.values())
    assert np.isfinite(serial["mean_squared_displacement"].values).all()


def test_two_workers_find_the_same(path, serial):
    assert_same_bits(kadita.analyze(path, NAMES, parameters=PARAMETERS, workers=2).analyses, serial)


def test_small_blocks_tell_the_same(path, serial):
    with kadita.open(path) as trajectory:
        sliced = Sliced(trajectory.name, trajectory.read(np.arange(2300)), trajectory.agents, trajectory.attributes)
        assert_same_bits(kadita.analyze(sliced, NAMES, parameters=PARAMETERS).analyses, serial)


def test_what_one_analysis_finds_does_not_depend_on_the_others(path, serial):
    for name in ("mean_squared_displacement", "path_curvature"):
        alone = kadita.analyze(path, [name], parameters={"lags": 25} if "mean" in name else {}).analyses
        assert_same_bits(alone, {key: whole for key, whole in serial.items() if key.startswith(name)})


def assert_alike(a, b):
    """Counts are the same, and sums as far as floating point adds up."""
    if isinstance(a, Counter | int) or (isinstance(a, np.ndarray) and a.dtype.kind in "iu"):
        np.testing.assert_array_equal(a, b)
    elif isinstance(a, dict):
        assert a.keys() == b.keys()
        for key, value in a.items():
            assert_alike(value, b[key])
    elif isinstance(a, tuple):
        assert len(a) == len(b)
        for one, other in zip(a, b, strict=True):
            assert_alike(one, other)
    else:
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-9)


@given(seed=st.integers(0, 2**32 - 1), cuts=st.tuples(*[st.integers(1, 9)] * 3), name=st.sampled_from(NAMES))
@settings(max_examples=60, deadline=None)
def test_windows_merge_in_any_grouping_and_are_the_whole(seed, cuts, name):
    rng = np.random.default_rng(seed)
    frames, analysis = sum(cuts), ANALYSES[name]
    parameters = analysis.validate({"lags": 4} if "lags" in analysis.parameters.model_fields else {})
    halo = analysis.lookahead(parameters)
    v = rng.normal(size=(frames, 3, 3))
    x = np.cumsum(v, axis=0)
    absent = rng.random((frames, 3)) < 0.2
    x[absent] = v[absent] = np.nan
    codes = rng.integers(0, 2, frames).astype(float)
    codes[rng.random(frames) < 0.2] = np.nan

    def state(first, own):
        rows = slice(first, first + own + halo)
        times = np.arange(frames)[rows] * 0.5
        window = Window(x[rows].copy(), v[rows].copy(), times=times, own=own)
        return analysis(window, *(codes[rows] for _ in analysis.needs), **parameters)

    a, b, c = (state(sum(cuts[:i]), cuts[i]) for i in range(3))
    left = analysis.merge(analysis.merge(a, b), c)
    assert_alike(left, analysis.merge(a, analysis.merge(b, c)))
    assert_alike(left, state(0, frames))
