"""What metrics and analyses share can be written to by none of them, so that none changes what another finds."""

from dataclasses import FrozenInstanceError, dataclass
from typing import NamedTuple

import numpy as np
import pytest

import kadita
from kadita import Block, KaditaWarning, NotApplicable, Window, analysis, metric
from kadita.testing import check_analysis, check_metric


class Pair(NamedTuple):
    first: np.ndarray
    second: object


@dataclass(frozen=True)
class Frozen:
    values: np.ndarray


@dataclass
class Open:
    values: np.ndarray
    name: str = "open"


def numbers(block):
    return np.arange(3.0)


def pair(block):
    return Pair(np.arange(3.0), (np.arange(3.0), "word"))


def nested(block):
    return {"list": [np.arange(3.0), {"deeper": np.arange(3.0)}], "set": {1}, "none": None, "number": 2}


def frozen(block):
    return Frozen(np.arange(3.0))


def unfrozen(block):
    return Open(np.arange(3.0))


@pytest.fixture
def block():
    rng = np.random.default_rng(1)
    return Block(rng.normal(size=(40, 5, 3)), rng.normal(size=(40, 5, 3)), attributes={"markers": np.arange(5.0)})


def test_arrays_in_whatever_is_computed_once_are_read_only(block):
    found = block.once(pair), block.once(nested), block.once(frozen), block.once(unfrozen)
    (first, (second, word)), table, one, other = found
    assert isinstance(found[0], Pair)
    assert (word, table["none"], table["number"], other.name) == ("word", None, 2, "open")
    shared = [block.once(numbers), first, second, table["list"][0], table["list"][1]["deeper"], one.values]
    for array in (*shared, other.values):
        np.testing.assert_array_equal(array, [0, 1, 2])
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 7
        with pytest.raises(ValueError, match="read-only"):
            array *= 2


def test_containers_of_what_is_computed_once_do_not_change(block):
    table = block.once(nested)
    with pytest.raises(TypeError):
        table["list"] = 1
    with pytest.raises(TypeError):
        table["list"][1]["deeper"] = 1
    with pytest.raises(AttributeError):
        table["list"].append(1)
    with pytest.raises(AttributeError):
        table["set"].add(2)
    with pytest.raises(FrozenInstanceError):
        block.once(frozen).values = 1
    block.once(unfrozen).name = "mine"  # each who asks has one
    assert block.once(unfrozen).name == "open"


def test_what_computed_it_can_still_write_to_its_own(block):
    mine = np.arange(3.0)

    def computed(block):
        return mine

    block.once(computed)
    mine[0] = 5


def test_attributes_of_a_school_are_read_only(block):
    with pytest.raises(ValueError, match="read-only"):
        block.attributes["markers"][0] = 1
    with pytest.raises(ValueError, match="read-only"):
        block[0].attributes["markers"][0] = 1


def places(block):
    return block.positions[..., 0].copy()


@metric()
def in_place(block):
    """Takes its mean away from what another metric sees."""
    x = block.once(places)
    x -= x.mean(axis=1, keepdims=True)
    return x.std(axis=1)


@metric()
def mean_place(block):
    """Mean x."""
    return block.once(places).mean(axis=1)


@metric()
def doubles(block, mean_place):
    """Writes to the values of another metric."""
    mean_place *= 2
    return mean_place.copy()


@metric()
def same_place(block, mean_place):
    """What the other one found."""
    return mean_place.copy()


@pytest.mark.parametrize("writer", [in_place, doubles], ids=lambda m: m.name)
def test_a_metric_that_writes_changes_no_other_and_is_named(block, writer):
    expected = block.positions[..., 0].mean(axis=1)
    with pytest.warns(KaditaWarning, match=rf"{writer.name} \(plugin given\) failed: .*read-only"):
        found = kadita.analyze(block, [writer, mean_place, same_place])
    assert list(found) == ["mean_place", "same_place"]
    for values in found.values():
        np.testing.assert_array_equal(values, expected)
    assert found.failures[writer.name]


@metric()
def remembers_in_parameters(block, *, seen: list[int] = [0]):  # noqa: B006
    """Appends to a list that it was given."""
    seen.append(len(block))
    return np.zeros(len(block))


@pytest.mark.parametrize("writer", [in_place, doubles, remembers_in_parameters], ids=lambda m: m.name)
def test_check_metric_finds_one_that_writes(writer):
    with pytest.raises(AssertionError, match="its input is not modified: "):
        check_metric(writer, others=[mean_place])


def turned_back(window, first):
    window.headings[:] *= -1


def moved(window, first):
    window.unwrapped[:] = 0


def absent(window, first):
    window.present[:] = False


def renamed(window, first):
    window.agents[:] = 0


def marked(window, first):
    window.attributes["markers"][:] = 1


def spoiled(window, first):
    first[:] = 0


def relabelled(window, first):
    window.attributes["r_a"] = 1.0


@metric()
def first(block):
    """x of the first agent."""
    return block.positions[:, 0, 0]


@pytest.mark.parametrize("write", [turned_back, moved, absent, renamed, marked, spoiled, relabelled])
def test_an_analysis_that_writes_changes_no_other(block, write):
    @analysis(finish=lambda state, facts: state)
    def writes(window, first):
        """Writes."""
        write(window, first)
        return 0.0

    @analysis(finish=lambda state, facts: state, dims=("agent",))
    def reads(window, first):
        """Reads after it."""
        return np.nansum(window.headings[..., 0] + window.unwrapped[..., 0], axis=0) + window.agents + first.sum()

    box = Block(block.positions % 4, block.velocities, box=4.0, attributes=block.attributes, agents=block.agents)
    alone = kadita.analyze(box, [reads, first])
    with pytest.warns(KaditaWarning, match=r"writes \(plugin given\) failed"):
        both = kadita.analyze(box, [writes, reads, first])
    np.testing.assert_array_equal(both.analyses["reads"].values, alone.analyses["reads"].values)
    np.testing.assert_array_equal(both["first"], alone["first"])
    np.testing.assert_array_equal(both.agents, np.arange(5))


@pytest.mark.parametrize("fact", ["times", "agents"])
def test_what_an_analysis_finishes_with_is_read_only(block, fact):
    def finish(state, facts):
        getattr(facts, fact)[:] = 0
        return state

    @analysis(finish=finish)
    def writes(window):
        """Writes to facts of the whole."""
        return 0.0

    with pytest.warns(KaditaWarning, match=r"writes \(plugin given\) failed: .*read-only"):
        found = kadita.analyze(block, [writes, "spread"])
    np.testing.assert_array_equal(found.times, block.times)
    np.testing.assert_array_equal(found.agents, block.agents)
    with pytest.raises(AssertionError, match="its input is not modified: "):
        check_analysis(writes)


def test_check_analysis_finds_one_that_writes_to_what_windows_share():
    @analysis(finish=lambda state, facts: state)
    def turns(window):
        """Turns all headings back."""
        window.headings[:] *= -1
        return float(np.nansum(window.headings))

    with pytest.raises(AssertionError, match="its input is not modified: "):
        check_analysis(turns)


def test_a_window_leaves_its_makers_arrays_writable():
    x = np.zeros((3, 2, 3))
    window = Window(x, times=np.arange(3.0), own=3)
    x[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        window.positions[0] = 2.0
    with pytest.raises(NotApplicable):
        _ = window.velocities
