"""Analyses, models and importers with one fault each: the check of it fails, by name."""

import itertools
from typing import Annotated, ClassVar

import numpy as np
import pytest
from pydantic import Field

from kadita import KaditaError, Model, Tracks, analysis, importer
from kadita.base.jit import jitable
from kadita.models.fixed_point import NOTHING, count
from kadita.testing import check_analysis, check_importer, check_model

CALLS = itertools.count()
CUT = "the same for all partitions into windows"
MERGE = "merge is associative"
AGAIN = "same input, same bits"
ORDER = "invariant under permutations of agents"
SHAPE = "real numbers of the declared shape"
WRITES = "its input is not modified"
AXES = "the numbers along an axis fit the shape of the result"


def whole(state, facts):
    return state


def steps(window, last):
    return np.nansum(np.linalg.norm(np.diff(window.unwrapped[:last], axis=0), axis=2), axis=0)


def failed(check, *arguments):
    with pytest.raises(AssertionError) as caught:
        check(*arguments)
    return [line.strip().partition(":")[0] for line in str(caught.value).splitlines()[1:]]


@analysis(finish=whole, halo=5)
def counts_pairs_twice(window):
    """Counts what begins in the halo, too."""
    return int(window.present[:-1].sum())


@analysis(finish=whole)
def forgets_the_seams(window):
    """Way of all, without the steps from window to window."""
    return steps(window, window.own).sum()


@analysis(finish=lambda state, facts: state, merge=lambda a, b: (a + b) / 2)
def mean_of_means(window):
    """Mean place, of windows that are not as long as each other."""
    return float(np.nanmean(window.positions[: window.own]))


@analysis(finish=whole, merge=lambda a, b: a - b)
def takes_away(window):
    """Merges by a difference."""
    return int(window.present[: window.own].sum())


@analysis(finish=whole)
def follows_the_first(window):
    """The first agent alone."""
    return float(np.nansum(window.positions[: window.own, 0]))


@analysis(finish=whole)
def draws(window):
    """Draws."""
    return float(np.random.default_rng().random())


@analysis(finish=whole)
def counts_calls(window):
    """Remembers."""
    return float(next(CALLS))


@analysis(finish=whole)
def writes(window):
    """Writes."""
    window.positions[:] = 0
    return 0.0


@analysis(finish=whole, dims=("agent",))
def a_number(window):
    """A number, declared as one an agent."""
    return 1.0


@analysis(finish=whole, dims=("agent",))
def too_many(window):
    """One too many."""
    return np.zeros(window.shape[1] + 1)


@analysis(finish=lambda state, facts: state())
def stays(window):
    """Keeps what cannot be sent."""
    return lambda: 1.0


@analysis(finish=whole)
def silent(window):
    return int(window.present[: window.own].sum())


ANALYSES = [
    (counts_pairs_twice, CUT),
    (forgets_the_seams, CUT),
    (mean_of_means, MERGE),
    (takes_away, MERGE),
    (follows_the_first, ORDER),
    (draws, AGAIN),
    (counts_calls, AGAIN),
    (writes, WRITES),
    (a_number, SHAPE),
    (too_many, AXES),
    (stays, "a state can be pickled"),
    (silent, "it is documented"),
]


@pytest.mark.parametrize(("faulty", "check"), ANALYSES, ids=lambda p: getattr(p, "name", None))
def test_analyses_are_caught_by_name(faulty, check):
    assert check in failed(check_analysis, faulty)


def test_an_analysis_without_the_fault_passes():
    @analysis(finish=lambda state, facts, *, lags: state, halo="lags", dims=("agent",), units="length")
    def way(window, *, lags: Annotated[int, Field(ge=1)] = 1):
        """Way of each agent, the steps from window to window included."""
        return steps(window, window.own + 1)

    assert all(p.passed for p in check_analysis(way))
    with pytest.raises(KaditaError, match="way has no parameter 'lag'"):
        check_analysis(way, lag=1)


@jitable
def no_pair(agent, other):
    return NOTHING, NOTHING, NOTHING, count(False)


@jitable
def far_pair(agent, other):
    return NOTHING, NOTHING, NOTHING, count(True)


@jitable
def onward(agent, sums):
    return agent.heading


@jitable
def longer(agent, sums):
    x, y, z = agent.heading
    return 1.01 * x, y, z


@jitable
def two_numbers(agent, sums):
    return agent.heading[:2]


GIVEN = {"agents": 20, "box": 10.0, "speed": 1.0, "time_step": 0.1}


class Onward(Model):
    """Everyone goes on."""

    name: ClassVar[str] = "onward"
    pair = staticmethod(no_pair)
    turn = staticmethod(onward)

    @property
    def cutoff(self):
        return 1.0

    @property
    def constants(self):
        return {"one": 1.0}


def variant(**changes):
    return type("Faulty", (Onward,), {"__doc__": "Changed.", "__module__": __name__} | changes)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"pair": staticmethod(far_pair)}, "rules return what the engine expects"),
        ({"turn": staticmethod(two_numbers)}, "rules return what the engine expects"),
        ({"cutoff": property(lambda self: -1.0)}, "the cutoff is a length"),
        ({"constants": property(lambda self: {"k": float("nan")})}, "constants are finite numbers"),
        ({"attributes": property(lambda self: {"r_a": 0.0})}, "attributes can be stored in a trajectory"),
        ({"__doc__": ""}, "it is documented"),
        ({"turn": staticmethod(longer)}, "unit headings, finite positions"),
    ],
    ids=lambda p: p if isinstance(p, str) else "",
)
def test_models_are_caught_by_name(changes, check):
    model = variant(**changes)(**GIVEN)
    with pytest.raises(AssertionError, match=check):
        check_model(model, threads=False)


def test_a_model_without_a_fault_passes_and_its_parameters_are_checked():
    assert all(p.passed for p in check_model(Onward, threads=False, **GIVEN))
    with pytest.raises(KaditaError, match="model onward: agents"):
        check_model(Onward, agents=0)


def recognizes(path):
    return path.read_bytes().startswith(b"#tracks")


def tracks_of(path):
    words = path.read_text(encoding="utf-8", errors="replace").split()
    if not words or words[0] != "#tracks" or len(words) != 13:
        raise KaditaError(f"{path}: expected tracks; found something else")
    return np.array(words[1:], dtype=float).reshape(3, 2, 2)


@pytest.fixture
def tracks(tmp_path):
    path = tmp_path / "a.tracks"
    path.write_text("#tracks " + " ".join(map(str, range(12))))
    return path


def read(path, **changes):
    known = {"agents": np.arange(2), "positions": tracks_of(path), "times": np.arange(3.0), "length_unit": "mm"}
    return Tracks(**(known | changes))


def reused(path, identities):
    """Three animals in two columns."""
    return read(path, agents=np.arange(3), identities=np.array(identities))


def declared(body, recognizes=recognizes):
    def own(path):
        """Tracks of a test."""
        return body(path)

    return importer(endings=(".tracks",), recognizes=recognizes)(own)


def test_an_importer_without_a_fault_passes(tracks):
    assert all(p.passed for p in check_importer(declared(read), tracks))
    known = {"species": np.array(["a", "b"]), "quality": {"p": np.ones((3, 2))}, "dimensions": 2, "height": 9.0}
    assert all(p.passed for p in check_importer(declared(lambda p: read(p, **known)), tracks))
    shared = declared(lambda p: reused(p, [[0, 1], [0, 2], [0, 2]]))
    assert all(p.passed for p in check_importer(shared, tracks))


@pytest.mark.parametrize(
    ("body", "recognizes", "check"),
    [
        (read, lambda path: True, "it recognizes no file of another format"),
        (read, lambda path: False, "it is the one that recognizes the file"),
        (read, lambda path: path.read_text()[0] == "#", "it recognizes no file of another format"),
        (lambda p: read(p, times=np.zeros(3)), recognizes, "it reads the file"),
        (lambda p: read(p, agents=np.zeros(2)), recognizes, "it reads the file"),
        (lambda p: read(p, positions=tracks_of(p)[0]), recognizes, "it reads the file"),
        (lambda p: read(p, species=np.array(["a"])), recognizes, "it reads the file"),
        (lambda p: read(p, quality={"p": np.zeros(3)}), recognizes, "it reads the file"),
        (lambda p: read(p, dimensions=1), recognizes, "it reads the file"),
        (lambda p: read(p, height=-1.0), recognizes, "it reads the file"),
        (lambda p: reused(p, [[0, 1], [0, 2], [2, 3]]), recognizes, "it reads the file"),  # there is no animal 3
        (lambda p: reused(p, [[0, 1], [0, -1], [0, 1]]), recognizes, "it reads the file"),  # a position of none
        (lambda p: reused(p, [[0, 1], [2, 2], [0, 1]]), recognizes, "it reads the file"),  # one in two columns
        (lambda p: reused(p, [[0, 1]]), recognizes, "it reads the file"),
        (lambda p: read(p, attributes={"tank": "A"}), recognizes, "it reads the file"),
        (lambda p: read(p, length_unit=""), recognizes, "units are declared, or None if unknown"),
        (lambda p: read(p, frame_rate=0.0), recognizes, "units are declared, or None if unknown"),
        (lambda p: read(p, agents=np.random.default_rng().random(2)), recognizes, "same file, same tracks"),
        (lambda p: read(p) if p.write_text(p.read_text() + " ") else None, recognizes, "the file is not modified"),
        (
            lambda p: read(p, positions=np.array(p.read_text().split()[1:], dtype=float).reshape(3, 2, 2)),
            recognizes,
            "truncated and foreign files raise KaditaError",
        ),
    ],
)
def test_importers_are_caught_by_name(tracks, body, recognizes, check):
    assert check in failed(check_importer, declared(body, recognizes), tracks)
