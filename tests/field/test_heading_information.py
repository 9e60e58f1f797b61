"""Mutual information and transfer entropy of headings: copies, followers, strangers, and NumPy as the referee."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import numpy as np
import pytest

import kadita
from kadita import KaditaError
from kadita.io.amber.writer import AmberWriter
from kadita.school.chunk import Chunk
from kadita.school.entropy.estimators import chao_shen, grassberger, grassberger_1988
from kadita.school.entropy.histogram import Estimator, entropy
from kadita.school.in_memory import InMemoryTrajectory
from kadita_field.surrogates import circular_shifts, mutual_information, transfer_entropy

ESTIMATORS = get_args(get_args(Estimator)[0])
BOTH = pytest.mark.parametrize("name", ["heading_mutual_information", "heading_transfer_entropy"])


def velocities(sectors, number, about="z"):
    """Velocities whose headings are in sectors, (T, N), about an axis; -1 for an agent at rest."""
    angle = (sectors + 0.5) / number * 2 * np.pi - np.pi
    v = np.zeros((*sectors.shape, 3))
    axis = "xyz".index(about)
    v[..., (axis + 1) % 3], v[..., (axis + 2) % 3], v[..., axis] = np.cos(angle), np.sin(angle), 0.3
    v[sectors < 0] = 0.0
    return v


@pytest.fixture
def found():
    """What an analysis finds of headings in sectors, (T, N), about an axis; -1 for an agent at rest."""

    def found(name, sectors, number, about="z", absent=None, **parameters):
        v = velocities(sectors, number, about)
        x = np.zeros_like(v)
        if absent is not None:
            x[absent] = v[absent] = np.nan
        data = InMemoryTrajectory("school", Chunk(x, v, np.arange(len(v)), None), np.arange(v.shape[1]), {})
        given = {f"{name}.{k}": w for k, w in {"directions": number, "about": about, **parameters}.items()}
        analyses = kadita.analyze(data, [name], parameters=given).analyses
        return {key.removeprefix(name + "."): whole.values for key, whole in analyses.items()}

    return found


@BOTH
def test_in_a_plane_sectors_are_arcs_about_z(name, rng):
    sectors = rng.integers(-1, 4, (200, 3))
    sectors[1:, 1] = np.where(rng.random(199) < 0.7, sectors[:-1, 0], sectors[1:, 1])
    v = velocities(sectors, 4) * [1, 1, 0]
    v[rng.random((200, 3)) < 0.1] = np.nan  # seen, but without a velocity
    plane, space = (
        InMemoryTrajectory(
            "school", Chunk(0 * np.nan_to_num(v), v, np.arange(200), None), np.arange(3), {}, dimensions=d
        )
        for d in (2, 3)
    )
    found, expected = (kadita.analyze(s, [name], parameters={"directions": 4}).analyses for s in (plane, space))
    for key, whole in expected.items():
        np.testing.assert_array_equal(found[key].values, whole.values)
    assert found[f"{name}.p_value"].values[0, 1] < 0.02 or "transfer" not in name
    with pytest.raises(KaditaError, match=f"^{name}: about: expected z, since the school is in a plane .*; got x$"):
        kadita.analyze(plane, [name], parameters={"about": "x"})


@BOTH
def test_pairs_of_thousands_of_tracks_are_refused(name):
    v = np.ones((2, 5001, 3))
    with pytest.raises(
        KaditaError, match=f"^{name}: expected at most 5000 agents, of which all pairs count; found 5001"
    ):
        kadita.analyze(InMemoryTrajectory("school", Chunk(v, v, np.arange(2), None), np.arange(5001), {}), [name])


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


def counted(number, *series):
    """How often symbols 0 .. number - 1 come together, a row for `entropy`."""
    edges = [np.arange(number + 1) - 0.5] * len(series)
    return np.histogramdd(np.stack(series, axis=1), edges)[0].reshape(1, -1)


@pytest.mark.parametrize("one_goes_straight", [False, True])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_every_estimator_is_that_of_the_entropies(estimator, one_goes_straight, found, rng):
    """Few frames, so that some counts are single, even, odd or none; the one follows the other in half of them."""
    uncut = {"chao-shen": chao_shen, "grassberger": grassberger, "grassberger-1988": grassberger_1988}

    def h(*series):
        of_counts = uncut.get(estimator, lambda counts: entropy(counts, estimator))
        return of_counts(counted(4, *series))[0]

    sectors = rng.integers(-1, 4, (150, 2))
    sectors[1:, 1] = np.where(rng.random(149) < 0.5, sectors[:-1, 0], sectors[1:, 1])
    if one_goes_straight:
        sectors[:, 0] = 2
    both = sectors[(sectors >= 0).all(axis=1)]
    x, y = both.T
    mutual = found("heading_mutual_information", sectors, 4, estimator=estimator, surrogates=0)["information"]
    assert mutual[0, 1] == pytest.approx(h(x) + h(y) - h(x, y), abs=1e-10)
    assert mutual[0, 1] == mutual[1, 0]
    transfer = found("heading_transfer_entropy", sectors, 4, estimator=estimator, surrogates=0, lag=2)["information"]
    for i, j in [(0, 1), (1, 0)]:
        triples = np.stack([sectors[2:, j], sectors[:-2, j], sectors[:-2, i]], axis=1)
        later, now, source = triples[(triples >= 0).all(axis=1)].T
        expected = h(later, now) + h(now, source) - h(now) - h(later, now, source)
        assert transfer[i, j] == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("frames", [2, 3, 4])
def test_coverage_where_everything_comes_once(frames, found):
    sectors = np.array([[0, 1], [1, 1], [2, 0], [3, 2]])[:frames]
    x, y = sectors.T
    one, other, joint = (entropy(counted(4, *some), "chao-shen")[0] for some in [(x,), (y,), (x, y)])
    mutual = found("heading_mutual_information", sectors, 4, estimator="chao-shen", surrogates=0)["information"]
    assert mutual[0, 1] == pytest.approx(one + other - joint, abs=1e-12)


@pytest.mark.parametrize(
    ("estimator", "mutual", "transfer"),
    [
        ("plug-in", 0.04317421559235397, 0.44505444233918173),
        ("miller-madow", -0.031825784407646024, 0.35183410335613086),
        ("chao-shen", -0.04365728481597664, -0.0410782728636776),
        ("grassberger-1988", -0.13034370908177345, 0.43846749691977194),
    ],
)
def test_values_of_another_package(estimator, mutual, transfer, found):
    """Of infomeasure 0.6.3, which does not cut off at 0 either, and whose Grassberger is that of 1988."""
    n = np.arange(60)
    x = (n * n // 3 + n // 7) % 4
    y = (n * n // 3 + n // 11 + n * n * n // 50) % 4
    sectors = np.stack([x, y], axis=1)
    for name, expected in [("heading_mutual_information", mutual), ("heading_transfer_entropy", transfer)]:
        information = found(name, sectors, 4, estimator=estimator, surrogates=0)["information"]
        assert information[0, 1] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "number", "by_chance"),
    [("heading_mutual_information", 4, 9 / 400), ("heading_transfer_entropy", 3, 12 / 400)],
)
def test_corrected_ones_find_nothing_where_there_is_nothing(name, number, by_chance, found, rng):
    """300 pairs of strangers in 200 frames, in which observed frequencies tell what chance has them tell."""
    sectors = rng.integers(0, number, (200, 600))
    own = np.arange(0, 600, 2), np.arange(1, 600, 2)  # so that no agent is in two of the pairs

    def told(estimator):
        nats = found(name, sectors, number, estimator=estimator, surrogates=0)["information"][own]
        return nats, nats.mean(), nats.std() / np.sqrt(len(nats))

    nats, mean, error = told("plug-in")
    assert mean == pytest.approx(by_chance, rel=0.15)
    assert mean > 20 * error
    assert nats.min() >= 0
    for estimator in ("miller-madow", "grassberger", "grassberger-1988"):
        nats, mean, error = told(estimator)
        assert abs(mean) < 3 * error, estimator
        assert nats.min() < 0, estimator


@BOTH
def test_an_estimator_that_there_is_not(name, found):
    with pytest.raises(KaditaError, match=rf"^{name}\.estimator: .*'plug-in', .*; got 'jackknife'$"):
        found(name, np.zeros((5, 2), int), 4, estimator="jackknife")


@BOTH
def test_results_say_estimator_and_number_of_bins(name, rng):
    data = InMemoryTrajectory(
        "school", Chunk(np.zeros((9, 2, 3)), rng.normal(size=(9, 2, 3)), np.arange(9), None), np.arange(2), {}
    )
    given = {f"{name}.estimator": "grassberger", f"{name}.directions": 5}
    for whole in kadita.analyze(data, [name], parameters=given).analyses.values():
        assert whole.parameters["estimator"] == "grassberger"
        assert whole.parameters["directions"] == 5


@pytest.mark.parametrize("estimator", ["chao-shen", "grassberger"])
def test_two_workers_find_the_same(estimator, tmp_path, rng):
    v = velocities(rng.integers(-1, 3, (2300, 4)), 3)
    with AmberWriter(tmp_path / "birds.nc", 4, periodic=False) as writer:
        writer.write(np.cumsum(v, axis=0), v, np.arange(2300.0), None)
    names = ["heading_mutual_information", "heading_transfer_entropy"]
    given = {"estimator": estimator, "directions": 3, "surrogates": 9}
    serial = kadita.analyze(tmp_path / "birds.nc", names, parameters=given).analyses
    shared = kadita.analyze(tmp_path / "birds.nc", names, parameters=given, workers=2).analyses
    assert len(serial) == 6
    for key, whole in serial.items():
        assert whole.values.tobytes() == shared[key].values.tobytes(), key


@pytest.mark.parametrize("estimator", ["plug-in", "chao-shen", "grassberger"])
@BOTH
def test_strangers_are_significant_as_often_as_chance_has_it(name, estimator, found, rng):
    """Series that remember: each turns to a neighbouring sector at most, and knows nothing of the others."""
    walks = np.cumsum(rng.integers(-1, 2, (600, 24)), axis=0) % 4
    p = found(name, walks, 4, surrogates=39, estimator=estimator)["p_value"]
    often = (p[~np.eye(24, dtype=bool)] <= 0.1).mean()
    assert 0.04 < often < 0.17


@pytest.mark.parametrize("estimator", ["plug-in", "grassberger"])
@pytest.mark.parametrize("gaps", ["met for a while", "each lost now and then", "lost together"])
@BOTH
def test_strangers_with_gaps_are_significant_as_often_as_chance_has_it(name, gaps, estimator, found, rng):
    """A surrogate has as many frames as the pair, wherever these are; otherwise its bias is another."""
    walks = np.cumsum(rng.integers(-1, 2, (1000, 60)), axis=0) % 4
    absent = np.zeros((1000, 60), bool)
    if gaps == "met for a while":
        absent[550:, ::2] = absent[:250, 1::2] = True
    elif gaps == "each lost now and then":
        absent[:] = rng.random((1000, 60)) < 0.3
    else:
        absent[rng.random(1000) < 0.5] = True
    p = found(name, walks, 4, absent=absent, surrogates=19, estimator=estimator)["p_value"]
    often = (p[np.arange(0, 60, 2), np.arange(1, 60, 2)] <= 0.2).mean()  # pairs of which no two share an agent
    assert 0 < often < 0.47  # 0.2 of 30: a standard error is 0.07


@BOTH
def test_a_follower_that_is_seen_for_a_while_is_found(name, found, rng):
    leader = rng.integers(0, 4, 1000)
    sectors = np.stack([leader, np.roll(leader, 1) if "transfer" in name else leader], axis=1)
    absent = np.zeros((1000, 2), bool)
    absent[200:, 1] = True
    p = found(name, sectors, 4, absent=absent, surrogates=99)["p_value"]
    assert p[0, 1] == pytest.approx(0.01)


@BOTH
def test_windows_and_seeds(name, found, rng):
    """3000 frames are three windows; the same seed draws the same surrogates."""
    sectors = rng.integers(0, 3, (3000, 3))
    first, second = found(name, sectors, 3, surrogates=9), found(name, sectors, 3, surrogates=9)
    other = found(name, sectors, 3, surrogates=9, seed=1)
    for key in first:
        np.testing.assert_array_equal(first[key], second[key])
    np.testing.assert_array_equal(first["information"], other["information"])
    assert not np.array_equal(first["by_chance"], other["by_chance"], equal_nan=True)
    shifts = circular_shifts(3000, 9, 0)
    symbols = sectors.astype(np.int16)
    tell = mutual_information(symbols, 3, shifts) if "mutual" in name else transfer_entropy(symbols, 3, 1, shifts)
    np.testing.assert_array_equal(first["by_chance"], tell.by_chance)


def test_shifts_are_of_a_tenth_or_more_and_each_comes_once():
    shifts = circular_shifts(1000, 500, 4)
    assert len(np.unique(shifts)) == 500
    assert shifts.min() >= 100
    assert shifts.max() <= 900
    assert len(circular_shifts(12, 100, 0)) == 9
    assert len(circular_shifts(1, 100, 0)) == 0


def test_agents_that_never_meet_and_trajectories_that_are_short(found):
    sectors = np.zeros((10, 2), int)
    absent = np.zeros((10, 2), bool)
    absent[:5, 0] = absent[5:, 1] = True
    assert np.isnan(found("heading_mutual_information", sectors, 4, absent=absent)["information"]).all()
    assert np.isnan(found("heading_transfer_entropy", sectors, 4, lag=99)["information"]).all()
    for frames in (1, 2):
        assert np.isnan(found("heading_transfer_entropy", sectors[:frames], 4)["information"]).all()
    once = found("heading_mutual_information", sectors[:1], 4, estimator="grassberger")
    assert np.isnan(once["information"]).all()
