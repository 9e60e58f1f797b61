"""The four published cases, by dewi-kadita's rules: twelve seeds against twelve runs of dewi-kadita 0.0.4 itself."""

import csv

import numpy as np
import pytest
from scipy import stats

import kadita

CASES = {1: "swarm", 2: "torus", 3: "dynamic", 4: "highly"}
SEEDS = range(2000, 2012)
COMPARED = (
    "polarization",
    "school_cohesion_entropy",
    "nearest_neighbor_entropy",
    "velocity_correlation_entropy",
)
MEASURED = (*COMPARED, "rotation", "oceanic_schooling_index")


@pytest.fixture(scope="module")
def series():
    """Published metrics of every frame, (12, T), by case and metric."""
    found = {}
    for case in CASES:
        runs = [
            kadita.analyze(kadita.simulate(f"dewi-kadita-{case}", seed=seed), MEASURED, profile="published")
            for seed in SEEDS
        ]
        found |= {(case, name): np.array([run[name] for run in runs]) for name in MEASURED}
    return found


def second_half(values):
    return values[:, values.shape[1] // 2 :].mean(axis=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", COMPARED)
@pytest.mark.parametrize("case", CASES)
def test_second_halves_have_the_peers_distribution(series, reference, case, name):
    with (reference / "dewi_kadita" / "peer_runs_lasthalf.csv").open() as file:
        rows = [r for r in csv.DictReader(file) if r["case"] == CASES[case] and r["ensemble"] == "varied"]
    theirs = [float(r[f"{name}_lasthalf"]) for r in rows]
    assert len(theirs) == 12
    assert stats.ks_2samp(second_half(series[case, name]), theirs).pvalue > 1e-3


def test_the_published_figures(series):
    assert 0.67 < second_half(series[1, "oceanic_schooling_index"]).mean() < 0.73
    assert second_half(series[1, "polarization"]).mean() < 0.1
    assert second_half(series[4, "polarization"]).mean() > 0.99
    assert second_half(series[4, "velocity_correlation_entropy"]).mean() < 0.02


def test_the_published_torus_starts_as_one_and_does_not_stay_one(series):
    m = series[2, "rotation"]
    np.testing.assert_allclose(m[:, 0].mean(), 0.95, atol=0.01)
    assert second_half(m).mean() < 0.4
