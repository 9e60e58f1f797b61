"""Mutual information and transfer entropy of headings: copies, followers, strangers, and NumPy as the referee."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import kadita
from kadita.memory import Memory
from kadita.trajectory import Chunk
from kadita_field.surrogates import mutual_information, shifts, transfer_entropy


@pytest.fixture
def found():
    """What an analysis finds of headings in sectors, (T, N), about an axis; -1 for an agent at rest."""

    def found(name, sectors, number, about="z", absent=None, **parameters):
        angle = (sectors + 0.5) / number * 2 * np.pi - np.pi
        v = np.zeros((*sectors.shape, 3))
        axis = "xyz".index(about)
        v[..., (axis + 1) % 3], v[..., (axis + 2) % 3], v[..., axis] = np.cos(angle), np.sin(angle), 0.3
        v[sectors < 0] = 0.0
        x = np.zeros_like(v)
        if absent is not None:
            x[absent] = v[absent] = np.nan
        data = Memory("school", Chunk(x, v, np.arange(len(v)), None), np.arange(v.shape[1]), {})
        given = {f"{name}.{k}": w for k, w in {"directions": number, "about": about, **parameters}.items()}
        wholes = kadita.analyze(data, [name], parameters=given).wholes
        return {key.removeprefix(name + "."): whole.values for key, whole in wholes.items()}

    return found


def entropy_of(*series):
    """Plug-in entropy of symbols that come together, in nats."""
    n = np.array(list(Counter(zip(*series, strict=True)).values()))
    return -(n / n.sum() * np.log(n / n.sum())).sum()


def test_a_copy_tells_everything_and_a_stranger_nothing(found, rng):
    a, b = rng.integers(0, 8, (2, 3000))
    result = found("heading_mutual_information", np.stack([a, (a + 3) % 8, b], axis=1), 8)
    information, p = result["information"], result["p_value"]
    assert information[0, 1] == pytest.approx(entropy_of(a), rel=1e-12)
    assert p[0, 1] == pytest.approx(1 / 101)
    assert information[0, 2] == pytest.approx(49 / 6000, rel=0.5)  # by chance
    assert result["by_chance"][0, 2] == pytest.approx(49 / 6000, rel=0.1)
    assert p[0, 2] > 0.01
    np.testing.assert_array_equal(information, information.T)
    assert np.isnan(np.diagonal(information)).all()


def test_a_follower_takes_over_and_gives_nothing_back(found, rng):
    a, b = rng.integers(0, 4, (2, 3000))
    result = found("heading_transfer_entropy", np.stack([a, np.roll(a, 1), b], axis=1), 4)
    assert result["information"][0, 1] == pytest.approx(np.log(4), abs=0.01)
    assert result["p_value"][0, 1] == pytest.approx(1 / 101)
    assert result["information"][1, 0] < 0.02
    assert (result["p_value"][[1, 0, 2], [0, 2, 1]] > 0.01).all()
    later = found("heading_transfer_entropy", np.stack([a, np.roll(a, 5), b], axis=1), 4, lag=5)
    assert later["information"][0, 1] == pytest.approx(np.log(4), abs=0.01)


def test_both_are_those_of_entropies(found, rng):
    """Agents that are absent or at rest now and then: frames count where there is something of both."""
    sectors = rng.integers(-1, 3, (400, 4))
    sectors[1:, 1] = np.where(rng.random(399) < 0.7, sectors[:-1, 0], sectors[1:, 1])
    absent = rng.random((400, 4)) < 0.05
    seen = np.where(absent, -1, sectors)
    mutual = found("heading_mutual_information", sectors, 3, about="x", absent=absent, surrogates=0)
    transfer = found("heading_transfer_entropy", sectors, 3, about="y", absent=absent, surrogates=0)
    for i in range(4):
        for j in set(range(4)) - {i}:
            both = (seen[:, [i, j]] >= 0).all(axis=1)
            x, y = seen[both, i], seen[both, j]
            expected = entropy_of(x) + entropy_of(y) - entropy_of(x, y)
            assert mutual["information"][i, j] == pytest.approx(expected, abs=1e-12)
            known = (seen[:-1, i] >= 0) & (seen[:-1, j] >= 0) & (seen[1:, j] >= 0)
            x, y, z = seen[:-1, i][known], seen[:-1, j][known], seen[1:, j][known]
            expected = entropy_of(z, y) + entropy_of(x, y) - entropy_of(y) - entropy_of(x, y, z)
            assert transfer["information"][i, j] == pytest.approx(expected, abs=1e-12)
    assert np.isnan(mutual["p_value"]).all()
    assert np.isnan(transfer["by_chance"]).all()


@pytest.mark.parametrize("name", ["heading_mutual_information", "heading_transfer_entropy"])
def test_strangers_are_significant_as_often_as_chance_has_it(name, found, rng):
    """Series that remember: each turns to a neighbouring sector at most, and knows nothing of the others."""
    walks = np.cumsum(rng.integers(-1, 2, (600, 24)), axis=0) % 4
    p = found(name, walks, 4, surrogates=39)["p_value"]
    often = (p[~np.eye(24, dtype=bool)] <= 0.1).mean()
    assert 0.04 < often < 0.17


@pytest.mark.parametrize("name", ["heading_mutual_information", "heading_transfer_entropy"])
def test_windows_and_seeds(name, found, rng):
    """3000 frames are three windows; the same seed draws the same surrogates."""
    sectors = rng.integers(0, 3, (3000, 3))
    first, second = found(name, sectors, 3, surrogates=9), found(name, sectors, 3, surrogates=9)
    other = found(name, sectors, 3, surrogates=9, seed=1)
    for key in first:
        np.testing.assert_array_equal(first[key], second[key])
    np.testing.assert_array_equal(first["information"], other["information"])
    assert not np.array_equal(first["by_chance"], other["by_chance"], equal_nan=True)
    turns = shifts(3000, 9, 0)
    symbols = sectors.astype(np.int16)
    tell = mutual_information(symbols, 3, turns) if "mutual" in name else transfer_entropy(symbols, 3, 1, turns)
    np.testing.assert_array_equal(first["by_chance"], tell.by_chance)


def test_turns_are_of_a_tenth_or_more_and_each_comes_once():
    turns = shifts(1000, 500, 4)
    assert len(np.unique(turns)) == 500
    assert turns.min() >= 100
    assert turns.max() <= 900
    assert len(shifts(12, 100, 0)) == 9
    assert len(shifts(1, 100, 0)) == 0


def test_agents_that_never_meet_and_trajectories_that_are_short(found):
    sectors = np.zeros((10, 2), int)
    absent = np.zeros((10, 2), bool)
    absent[:5, 0] = absent[5:, 1] = True
    assert np.isnan(found("heading_mutual_information", sectors, 4, absent=absent)["information"]).all()
    assert np.isnan(found("heading_transfer_entropy", sectors, 4, lag=99)["information"]).all()
    assert np.isnan(found("heading_transfer_entropy", sectors[:1], 4)["p_value"]).all()
