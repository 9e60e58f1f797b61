"""Bins and estimator of an entropy are the user's to choose, and every result says which they were."""

import json

import numpy as np
import pytest

import kadita
from kadita import Block, KaditaError
from kadita.school.entropy.histogram import entropy, histogram

ESTIMATORS = ["plug-in", "miller-madow", "chao-shen", "grassberger", "grassberger-1988"]
HISTOGRAMS = {  # bins, and the estimator, where none is chosen
    "school_cohesion_entropy": (25, "miller-madow"),
    "depth_stratification_entropy": (15, "plug-in"),
    "angular_momentum_entropy": (20, "miller-madow"),
    "nearest_neighbor_entropy": (20, "miller-madow"),
    "velocity_correlation_entropy": (20, "miller-madow"),
}


@pytest.fixture
def cloud(rng):
    """Agents anywhere in a cell, with any heading."""
    return Block(rng.random((3, 90, 3)) * 12, rng.normal(size=(3, 90, 3)), box=12.0)


def observed(name, block):
    """What each entropy is the entropy of, and the interval of its histogram, by other means than the metrics'."""
    if name == "depth_stratification_entropy":
        return block.positions[..., 2], (2.0, 9.0)
    apart = block.positions[:, :, None] - block.positions[:, None]
    distances = np.linalg.norm(apart - 12 * np.round(apart / 12), axis=-1)
    order = np.argsort(distances, axis=2)
    near = np.take_along_axis(distances, order, 2)
    if name == "school_cohesion_entropy":
        nearest = near[..., 1]
        return np.minimum(nearest / np.median(nearest, axis=1, keepdims=True), 3.0), (0.0, 3.0)
    if name == "nearest_neighbor_entropy":
        return np.minimum(near[..., 1:6].std(axis=2) / near[..., 1:6].mean(axis=2), 1.0), (0.0, 1.0)
    if name == "velocity_correlation_entropy":
        u = block.velocities / np.linalg.norm(block.velocities, axis=2, keepdims=True)
        cosines = np.take_along_axis(u @ u.transpose(0, 2, 1), order[..., 1:7], 2)
        return cosines.reshape(len(block), -1), (-1.0, 1.0)
    r = block.offsets / np.linalg.norm(block.offsets, axis=2, keepdims=True)
    momenta = np.cross(r, block.velocities / np.linalg.norm(block.velocities, axis=2, keepdims=True))
    mean = momenta.mean(axis=1, keepdims=True)
    return (momenta * mean).sum(axis=2) / np.linalg.norm(mean, axis=2), (-1.0, 1.0)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("name", HISTOGRAMS)
def test_an_entropy_is_that_of_the_histogram_by_the_estimator(cloud, name, estimator):
    chosen = {"bins": 11, "estimator": estimator}
    if name == "depth_stratification_entropy":
        chosen["depth_range"] = (2.0, 9.0)
    values, (low, high) = observed(name, cloud)
    expected = [
        np.minimum(entropy(np.histogram(row, 11, (low, high))[0][None], estimator)[0] / np.log(11), 1) for row in values
    ]
    found = kadita.analyze(cloud, name, parameters={f"{name}.{k}": v for k, v in chosen.items()})
    np.testing.assert_allclose(found[name], expected, atol=1e-12)
    assert {k: found.series[name].parameters[k] for k in ("bins", "estimator")} == {"bins": 11, "estimator": estimator}


@pytest.mark.parametrize("name", HISTOGRAMS)
def test_results_say_how_they_were_estimated(cloud, name, tmp_path):
    bins, estimator = HISTOGRAMS[name]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        kadita.write(kadita.analyze(cloud, name), "found.json")
        kadita.write(kadita.analyze(cloud, name, profile="published"), "published.json")
    said = json.loads((tmp_path / "found.json").read_text())["metrics"][name]["parameters"]
    assert (said["definition"], said["bins"], said["estimator"]) == ("corrected", bins, estimator)
    said = json.loads((tmp_path / "published.json").read_text())["metrics"][name]["parameters"]
    assert (said["definition"], said["bins"], said["estimator"]) == ("published", bins, "plug-in")


def test_headings_say_how_they_were_estimated(cloud):
    name = "polarization_entropy"
    said = kadita.analyze(cloud, name, profile="published").series[name].parameters
    assert said == {"definition": "published", "estimator": "plug-in", "bins": (12, 24)}
    assert kadita.analyze(cloud, name).series[name].parameters == {"definition": "corrected", "k": 4}
    farther = kadita.analyze(cloud, name, parameters={"k": 12})
    assert farther.series[name].parameters["k"] == 12
    np.testing.assert_allclose(farther[name], 1, atol=0.06)  # uniform headings, whichever neighbour


def test_what_was_needed_is_on_record_too(cloud, tmp_path):
    parameters = {"school_cohesion_entropy.bins": 5, "estimator": "grassberger"}
    kadita.write(kadita.analyze(cloud, "oceanic_schooling_index", parameters=parameters), tmp_path / "index.json")
    needed = json.loads((tmp_path / "index.json").read_text())["provenance"]["needed"]
    assert (needed["school_cohesion_entropy"]["bins"], needed["angular_momentum_entropy"]["bins"]) == (5, 20)
    assert {needed[name]["estimator"] for name in HISTOGRAMS} == {"grassberger"}
    kadita.write(kadita.analyze(cloud, "spread"), tmp_path / "spread.json")
    assert "needed" not in json.loads((tmp_path / "spread.json").read_text())["provenance"]


def test_only_what_a_definition_uses_is_on_record(cloud):
    parameters = {"definition": "published", "depth_range": [1.0, 3.0]}
    with pytest.raises(KaditaError, match="depth_range: the published definition does not use it"):
        kadita.analyze(cloud, "depth_stratification_entropy", parameters=parameters)
    said = kadita.analyze(cloud, "depth_stratification_entropy", profile="published").series
    assert set(said["depth_stratification_entropy"].parameters) == {"definition", "bins", "estimator", "box_length"}


def test_the_published_definition_has_bins_of_its_own(cloud):
    with pytest.raises(
        KaditaError,
        match=r"school_cohesion_entropy.bins: the published definition has 25; got 30; leave it out, or take",
    ):
        kadita.analyze(cloud, "school_cohesion_entropy", profile="published", parameters={"bins": 30})
    with pytest.raises(KaditaError, match=r"polarization_entropy.k: the published definition does not use it; got 5"):
        kadita.analyze(cloud, "polarization_entropy", profile="published", parameters={"k": 5})
    same = kadita.analyze(cloud, "school_cohesion_entropy", profile="published", parameters={"bins": 25})
    expected = kadita.analyze(cloud, "school_cohesion_entropy", profile="published")
    assert np.array_equal(same["school_cohesion_entropy"], expected["school_cohesion_entropy"])


def test_few_agents_bias_the_observed_frequencies_and_an_estimator_less(rng):
    """Twelve cosines at random in 20 bins: their entropy is ln 20, of which the frequencies show four fifths."""
    values = rng.random((4000, 12))
    counts = histogram(values, 20, 0.0, 1.0)
    bias = {estimator: np.log(20) - entropy(counts, estimator).mean() for estimator in ESTIMATORS}
    assert bias["plug-in"] > 0.6
    assert max(abs(b) for name, b in bias.items() if name != "plug-in") < 0.6 * bias["plug-in"]


def test_an_estimator_that_there_is_not(cloud):
    with pytest.raises(
        KaditaError, match=r"school_cohesion_entropy.estimator: .*'plug-in', 'miller-madow'.*; got 'nsb'"
    ):
        kadita.analyze(cloud, "school_cohesion_entropy", parameters={"estimator": "nsb"})
