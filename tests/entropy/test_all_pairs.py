"""The published velocity correlation: every pair in the bin where numpy.histogram has it, or enough of them."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadita import Block, KaditaWarning, analyze
from kadita_entropy.pairs import BINS, count_pairs, offsets

QUIET = settings(derandomize=True, deadline=None, max_examples=60)
NAME = "velocity_correlation_entropy"
EDGES = np.linspace(0.0, 1.0, BINS + 1)


def counted(headings):
    counts = np.zeros((len(headings), 1, BINS), np.int64)
    count_pairs(headings, offsets(headings.shape[1], 10**9), EDGES, counts)
    return counts[:, 0]


def by_numpy(headings):
    i, j = np.triu_indices(len(headings), 1)
    x, y, z = (headings[i] * headings[j]).T
    return np.histogram((x + y + z + 1.0) / 2.0, bins=BINS, range=(0, 1))[0]


def on_edges(rng, n):
    """Pairs of headings whose cosines are those of edges of bins, to the last bits."""
    cosine = 2 * EDGES[rng.integers(BINS + 1, size=n)] - 1
    cosine = np.nextafter(cosine, rng.choice([-2.0, 2.0], n)) if rng.random() < 0.5 else cosine
    sine = np.sqrt(np.maximum(0.0, 1 - cosine**2))
    u = np.stack([cosine, sine, 0 * sine], 1)
    u[::3] = [1.0, 0.0, 0.0]
    return u


HEADINGS = {
    "random": lambda rng, n: unit(rng.normal(size=(n, 3))),
    "nearly aligned": lambda rng, n: unit([1, 2, 2] + 10.0 ** -rng.integers(1, 17) * rng.normal(size=(n, 3))),
    "along the axes": lambda rng, n: (np.eye(3) * rng.choice([-1.0, 1.0]))[rng.integers(3, size=n)],
    "on edges": on_edges,
    "at rest, some": lambda rng, n: unit(rng.normal(size=(n, 3))) * (rng.random((n, 1)) < 0.7),
}


def unit(v):
    return v / np.linalg.norm(v, axis=1, keepdims=True)


@QUIET
@given(
    st.integers(0, 2**32 - 1), st.sampled_from([2, 3, 4, 5, 8, 63, 64, 65, 150, 401]), st.sampled_from(list(HEADINGS))
)
def test_counts_are_those_of_numpy(seed, n, kind):
    rng = np.random.default_rng(seed)
    headings = np.stack([HEADINGS[kind](rng, n) for _ in range(3)])
    np.testing.assert_array_equal(counted(headings), [by_numpy(u) for u in headings])


@pytest.mark.parametrize("agents", [2, 3, 8, 9])
def test_offsets_make_every_pair_once(agents):
    met = [
        (i, (i + o) % agents) for o in offsets(agents, 10**9) for i in range(agents if 2 * o < agents else agents // 2)
    ]
    assert sorted(tuple(sorted(pair)) for pair in met) == [(i, j) for i in range(agents) for j in range(i + 1, agents)]


@pytest.mark.parametrize("agents", [9, 10, 5000])
def test_some_offsets_are_always_the_same_and_all_different(agents):
    some = offsets(agents, agents * 3)
    np.testing.assert_array_equal(some, offsets(agents, agents * 3))
    assert len(set(some.tolist())) == 3
    assert some.min() >= 1
    assert 2 * some.max() < agents
    assert len(offsets(agents, 1)) == 2  # their spread tells the error


def measured(headings, **parameters):
    given = {f"{NAME}.{key}": value for key, value in parameters.items()}
    return analyze(Block(np.zeros_like(headings), headings, box=1.0), NAME, profile="published", parameters=given)


def test_exact_by_default_up_to_fourteen_thousand(sphere, rng):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = measured(sphere(rng, (1, 400)))
    assert found.notes == ()
    assert offsets(14_142, 100_000_000).size == 14_142 // 2
    assert offsets(14_143, 100_000_000).size < 14_143 // 2


@pytest.mark.filterwarnings("ignore::kadita.KaditaWarning")
def test_a_sample_is_as_far_from_all_pairs_as_it_says(sphere, rng):
    """Sixty loosely aligned schools of 400, a twentieth of their pairs: the error is that of the note, not far less."""
    headings = unit((sphere(rng, (60, 400)) + [0.5, 0, 0]).reshape(-1, 3)).reshape(60, 400, 3)
    exact = measured(headings)[NAME]
    sample = measured(headings, pairs=4000)
    (note,) = sample.notes
    assert note.startswith(f"{NAME}: published: 4000 of 79800 pairs were sampled (parameter pairs); the standard error")
    said = float(note.rpartition(" ")[2])
    rms = math.sqrt(((sample[NAME] - exact) ** 2).mean())
    assert 0.2 * said < rms < said
    assert abs((sample[NAME] - exact).mean()) < said


def test_a_sample_says_so(sphere, rng):
    with pytest.warns(KaditaWarning, match="published: 800 of 79800 pairs were sampled"):
        measured(sphere(rng, (1, 400)), pairs=800)


@pytest.mark.filterwarnings("ignore::kadita.KaditaWarning")
def test_a_frame_is_sampled_alike_alone_and_among_others(sphere, rng):
    headings = sphere(rng, (4, 300))
    together = measured(headings, pairs=3000)[NAME]
    np.testing.assert_array_equal(together, [measured(u[None], pairs=3000)[NAME][0] for u in headings])
