"""Metrics of numbers that agents keep: the same in one process and in two, of species, of selected agents."""

import numpy as np
import pytest

import kadita
from kadita.io.amber.writer import AmberWriter

T, N = 300, 8
METRICS = '''
from kadita import hookimpl, metric


@metric(units="time")
def mean_clock(block):
    """Mean clock of the agents, (T,)."""
    return block.variables["clock"].mean(axis=1)


@metric(units="time", dims=("agent",), per_frame=True)
def own_clock(frame):
    """Clock of each agent, (N,)."""
    return frame.variables["clock"]


@hookimpl
def kadita_metrics():
    return [mean_clock, own_clock]
'''


@pytest.fixture
def plugin(tmp_path):
    path = tmp_path / "clocks.py"
    path.write_text(METRICS)
    return path


@pytest.fixture
def school(tmp_path, rng):
    """Fish 5 is away for a while; the clocks of 300 frames, NaN where nobody is."""
    x = rng.uniform(0, 20, (T, N, 3))
    x[100:150, 5] = np.nan
    clocks = np.where(np.isnan(x[..., 0]), np.nan, rng.normal(size=(T, N)))
    kinds = ["hunter", "prey"], (np.arange(N) % 2).astype(np.int32)
    path = tmp_path / "school.nc"
    known = {"periodic": False, "velocities": False, "presence": True, "species": kinds}
    with AmberWriter(path, N, variables=("clock",), **known) as writer:
        writer.write(x, None, np.arange(float(T)), variables={"clock": clocks})
    return path, clocks


def test_they_are_those_of_the_agents_who_are_there(school, plugin):
    path, clocks = school
    found = kadita.analyze(path, ["mean_clock", "own_clock"], plugins=[plugin])
    np.testing.assert_allclose(found["mean_clock"], np.nanmean(clocks, axis=1), rtol=0, atol=1e-12)
    np.testing.assert_array_equal(found["own_clock"], clocks)


def test_two_workers_find_the_same_bits(school, plugin):
    path, _ = school
    alone, shared = (kadita.analyze(path, ["own_clock"], plugins=[plugin], workers=n) for n in (1, 2))
    np.testing.assert_array_equal(alone["own_clock"], shared["own_clock"], strict=True)


def test_selected_agents_and_each_species_have_their_own(school, plugin):
    path, clocks = school
    found = kadita.analyze(path, ["own_clock"], plugins=[plugin], select=["species=prey"], start=90)
    np.testing.assert_array_equal(found["own_clock"], clocks[90:, 1::2])
    both = kadita.analyze(path, ["mean_clock"], plugins=[plugin], by="species")
    assert both.species == ("hunter", "prey")
    for column in (0, 1):
        mean = np.nanmean(clocks[:, column::2], axis=1)
        np.testing.assert_allclose(both["mean_clock"][:, column], mean, rtol=0, atol=1e-12)


def test_without_them_the_metric_is_left_out_or_refused_with_the_reason(school, plugin):
    path, _ = school
    with pytest.raises(kadita.KaditaError, match="mean_clock needs the variable 'clock', which is lost where"):
        kadita.analyze(path, ["mean_clock"], plugins=[plugin], resample=2, most_gap=3)
    with pytest.warns(kadita.KaditaWarning) as told:
        found = kadita.analyze(path, plugins=[plugin], resample=2, most_gap=3)
    assert "mean_clock" not in found
    assert "spread" in found
    assert any("mean_clock" in str(w.message) and "needs the variable 'clock'" in str(w.message) for w in told)
