"""Lists, ranges and seeds are what a person means by them."""

import pytest

from kadita.simulation.sweep.values import seeds_of, values_of


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ([3, 1, 2], (3, 1, 2)),
        (["sphere", "ring"], ("sphere", "ring")),
        ([[25, 25, 10], "open"], ([25, 25, 10], "open")),
        ({"from": 0, "to": 0.3, "step": 0.1}, (0.0, 0.1, 0.2, 0.3)),  # not 0.30000000000000004
        ({"from": 1.0, "to": 2.0, "step": 0.4}, (1.0, 1.4, 1.8)),
        ({"from": 2.0, "to": 1.0, "step": -0.5}, (2.0, 1.5, 1.0)),
        ({"from": 50, "to": 200, "step": 50}, (50, 100, 150, 200)),
        ({"from": 0, "to": 1, "count": 5}, (0.0, 0.25, 0.5, 0.75, 1.0)),
        ({"from": 0, "to": 9, "count": 4}, (0, 3, 6, 9)),
        ({"from": 0.1, "to": 0.1, "step": 1}, (0.1,)),
        ({"from": 7, "to": 7, "count": 1}, (7,)),
    ],
)
def test_values(given, values):
    assert values_of(given) == values
    assert [type(value) for value in values_of(given)] == [type(value) for value in values]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "expected at least one value; got an empty list"),
        (0.1, "expected a list, or a range such as"),
        ([0.1, 0.2, 0.1], r"expected each value once; got 0\.1 twice"),
        ([1, 1.0], r"expected each value once; got 1\.0 twice"),
        ({"from": 0, "to": 1, "step": 0}, "expected a step that leads from 0 to 1; got 0$"),
        ({"from": 0, "to": 1, "step": -0.1}, r"expected a step that leads from 0 to 1; got -0\.1$"),
        ({"from": 0, "to": float("inf"), "step": 1}, "to: expected a number; got inf"),
        ({"from": 0, "to": 1, "step": float("nan")}, "step: expected a number; got nan"),
        ({"from": 0, "to": 1, "step": 1e-300}, "expected at most 100000 values; got more"),
        ({"from": 0, "to": 1}, "expected from, to, and either step or count"),
        ({"from": 0, "to": 1, "step": 0.1, "count": 3}, "expected from, to, and either step or count"),
        ({"from": 0, "to": 1, "stp": 0.1}, r"there is no 'stp' in a range \(did you mean step"),
        ({"from": 0, "to": 1, "count": 1}, "count: expected an integer of at least 2"),
        ({"from": 0, "to": 1, "count": 2.5}, "count: expected an integer of at least 2"),
        ({"from": "a", "to": 1, "count": 2}, "from: expected a number; got 'a'"),
        ({"from": True, "to": 1, "count": 2}, "from: expected a number; got True"),
    ],
)
def test_what_are_no_values(given, said):
    with pytest.raises(ValueError, match=said):
        values_of(given)


@pytest.mark.parametrize(
    ("given", "seeds"),
    [(3, (1, 2, 3)), ([7, 2, 0], (7, 2, 0)), ("5..8", (5, 6, 7, 8)), (" 5 .. 5 ", (5,)), ([2**64 - 1], (2**64 - 1,))],
)
def test_seeds(given, seeds):
    assert seeds_of(given) == seeds


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (0, "at least one seed; got 0"),
        ([], "expected a number of seeds, a list"),
        ("8..5", "expected a number of seeds, a list"),
        ("1-5", "expected a number of seeds, a list"),
        ("1..999999999", "at most 100000 values"),
        (10**9, "at most 100000 values"),
        ([1.5], "expected a number of seeds, a list"),
        ([1, 2, 1], "expected each value once; got 1 twice"),
        ([-1], r"expected seeds from 0 to 2\^64 - 1; got -1"),
        (True, "expected a number of seeds, a list"),
    ],
)
def test_what_are_no_seeds(given, said):
    with pytest.raises(ValueError, match=said):
        seeds_of(given)
