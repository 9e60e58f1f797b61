"""Metrics with one fault each: the check of it fails, by name."""

from itertools import count

import numpy as np
import pytest

from kadita import Axis, KaditaError, metric
from kadita.base.errors import PluginError
from kadita.testing import check_metric, examine_metric

CALLS, SEEN = count(), {}
ALONE = "the value of a frame depends on that frame alone"
ORDER = "invariant under permutations of agents"
SHAPE = "real numbers of the declared shape"
FINITE = "finite, or NaN where declared undefined"
WRITES = "its input is not modified"
AGAIN = "same input, same bits"
RANGE = "within the declared range"


def rows(block):
    return block.positions[..., 0].mean(axis=1)


@metric()
def change_of_place(block):
    """Looks at the frame before."""
    return np.diff(rows(block), prepend=rows(block)[0])


@metric()
def relative_to_the_first(block):
    """Looks at the first frame of the block."""
    return rows(block) - rows(block)[0]


@metric()
def smoothed(block):
    """Looks at all frames."""
    return 0.9 * rows(block) + 0.1 * rows(block).mean()


@metric()
def first_agent(block):
    """Takes whoever comes first."""
    return block.positions[:, 0, 0]


@metric()
def path_through_all(block):
    """Goes from agent to agent."""
    return np.linalg.norm(np.diff(block.positions, axis=1), axis=2).sum(axis=1)


@metric(dims=("agent",))
def sorted_speeds(block):
    """Belongs to no agent."""
    return np.sort(block.speeds, axis=1)


@metric(needs_velocities=True)
def writes_headings(block):
    """Writes."""
    block.headings[:] *= -1
    return rows(block)


@metric()
def centres_in_place(block):
    """Writes where it was told not to."""
    x = block.positions
    x.flags.writeable = True
    x -= x.mean(axis=1, keepdims=True)
    return np.zeros(len(block))


@metric()
def spoils_what_it_needs(block, spread):
    """Writes to another's values."""
    spread *= 2
    return spread.copy()


@metric()
def one_number(block):
    """A number a block."""
    return float(block.positions.mean())


@metric()
def per_agent(block):
    """One for each agent, and not declared."""
    return block.positions[..., 0]


@metric()
def words(block):
    """Words."""
    return ["left"] * len(block)


@metric()
def complex_numbers(block):
    """Complex."""
    return rows(block) * 1j


@metric()
def nothing(block):
    """Forgets to return."""


@metric()
def raises(block):
    """Fails for some."""
    return rows(block) + block.positions[:, 20, 0]


@metric(needs_velocities=True)
def undeclared(block):
    """Mean agreement of those who move."""
    with np.errstate(invalid="ignore"):
        return block.headings[..., 0].sum(axis=1) / block.moving.sum(axis=1)


@metric(undefined="where there are fewer than two agents")
def infinite(block):
    """Distance to the next."""
    return block.neighbor_distances(1).min(axis=(1, 2))


@metric(range=(0, 1), needs_velocities=True)
def beyond(block):
    """Mean speed, said to be at most 1."""
    return np.where(block.velocity_known, block.speeds, 0.0).max(axis=1)


@metric(symmetries=("translation",))
def at_the_origin(block):
    """Depends on the place."""
    return np.linalg.norm(block.wrapped.mean(axis=1), axis=1)


@metric(symmetries=("rotation",))
def height(block):
    """Depends on the vertical."""
    return block.offsets[..., 2].std(axis=1)


@metric(symmetries=("images",))
def unwrapped(block):
    """Takes positions as they are."""
    return block.positions.std(axis=(1, 2))


@metric(symmetries=("scale",))
def in_lengths(block):
    """Is a length."""
    return block.offsets.std(axis=(1, 2))


@metric(symmetries=("reflection",))
def of_no_kind(block):
    """Declares what there is not."""
    return block.offsets.std(axis=(1, 2))


@metric()
def counts_calls(block):
    """Remembers."""
    return np.full(len(block), float(next(CALLS)))


@metric()
def remembers(block):
    """Compares with whatever it saw last."""
    before, SEEN["last"] = SEEN.get("last", 0.0), float(rows(block)[0])
    return rows(block) - before


@metric()
def drawn(block):
    """Draws without a seed."""
    return np.random.default_rng().random(len(block))


@metric()
def amplifies(block):
    """Last digits."""
    return np.sin(1e13 * rows(block))


@metric()
def wants_velocities(block):
    """Needs velocities, and does not say so."""
    return block.speeds.mean(axis=1)


@metric(dims=("bin",), axes={"bin": Axis(lambda block: np.arange(3))})
def edges_for_bins(block):
    """Has three edges and two bins."""
    return np.zeros((len(block), 2))


@metric(dims=("bin",), needs_velocities=True, axes={"bin": Axis(lambda block: [0, 1 + block.speeds.max()])})
def bins_of_its_own(block):
    """Has other bins in every frame."""
    return np.zeros((len(block), 2))


@metric()
def silent(block):
    return rows(block)


PLANTED = [
    (change_of_place, ALONE),
    (relative_to_the_first, ALONE),
    (smoothed, ALONE),
    (first_agent, ORDER),
    (path_through_all, ORDER),
    (sorted_speeds, ORDER),
    (writes_headings, WRITES),
    (centres_in_place, WRITES),
    (spoils_what_it_needs, WRITES),
    (one_number, SHAPE),
    (per_agent, SHAPE),
    (words, SHAPE),
    (complex_numbers, SHAPE),
    (nothing, SHAPE),
    (raises, SHAPE),
    (undeclared, FINITE),
    (infinite, FINITE),
    (beyond, RANGE),
    (at_the_origin, "invariant under translation"),
    (height, "invariant under rotation"),
    (unwrapped, "invariant under periodic images"),
    (in_lengths, "invariant under scaling"),
    (of_no_kind, "declared symmetries are known"),
    (counts_calls, AGAIN),
    (remembers, AGAIN),
    (drawn, AGAIN),
    (amplifies, ORDER),
    (wants_velocities, "needed velocities are declared"),
    (edges_for_bins, SHAPE),
    (bins_of_its_own, "the numbers along its axes are the same in all frames"),
    (silent, "it is documented"),
]


@pytest.mark.parametrize(("faulty", "check"), PLANTED, ids=lambda p: getattr(p, "name", None))
def test_each_is_caught_by_name(faulty, check):
    with pytest.raises(AssertionError) as caught:
        check_metric(faulty)
    first, *lines = str(caught.value).splitlines()
    assert first.startswith(f"metric {faulty.name} fails ")
    assert any(line.startswith(f"  {check}: ") for line in lines), caught.value


@pytest.mark.parametrize("faulty", [first_agent, height, beyond, silent, undeclared, unwrapped], ids=lambda m: m.name)
def test_one_fault_is_one_failed_check(faulty):
    assert sum(not p.passed for p in examine_metric(faulty)) == 1


def test_the_same_metrics_without_their_faults_pass():
    @metric(units="length", symmetries=("translation", "rotation", "images"), undefined="of one agent")
    def width(block, *, part: float = 1.0):
        """Root mean square offset."""
        if block.shape[1] < 2:
            return np.full(len(block), np.nan)
        return part * np.sqrt((block.offsets**2).sum(axis=2).mean(axis=1))

    @metric(per_frame=True, dims=("agent",), needs_velocities=True, symmetries=("translation", "rotation"))
    def relative_speed(frame):
        """Speed in units of the mean, 0 where none moves."""
        mean = frame.speeds.mean()
        return frame.speeds / mean if mean > 0 else np.zeros_like(frame.speeds)

    @metric()
    def twice(block, width):
        """Needs another that is not installed; NaN of one agent."""
        return 2 * width

    assert all(p.passed for p in check_metric(width, part=3.0))
    assert all(p.passed for p in check_metric(relative_speed))
    assert all(p.passed for p in check_metric(twice, others=[width]))
    with pytest.raises(KaditaError, match="width has no parameter 'parts'"):
        check_metric(width, parts=3.0)
    with pytest.raises(KaditaError, match="twice needs width, which is not installed: others="):
        check_metric(twice)


def test_a_failed_check_says_where_and_what_to_do():
    (failed,) = (p for p in examine_metric(infinite) if not p.passed)
    assert failed.detail.startswith("alone, open, frame 0: inf; return NaN where the metric is undefined")
    (speed,) = (p for p in examine_metric(height) if p.name == "speed")
    assert speed.passed
    assert "us per agent and frame" in speed.detail


def test_a_value_on_the_edge_of_a_bin_is_not_compared():
    """Neighbours on a lattice are all as far: which of them is the nearest is decided by rounding."""

    @metric(
        dims=("agent",),
        needs_velocities=True,
        symmetries=("translation", "rotation", "scale"),
        undefined="of one agent",
    )
    def heading_of_nearest(block):
        """Cosine with the heading of the nearest neighbour."""
        if block.shape[1] < 2:
            return np.full(block.shape, np.nan)
        near = block.neighbor_indices(1)[..., 0]
        return np.einsum("tia,tia->ti", block.headings, np.take_along_axis(block.headings, near[..., None], axis=1))

    checks = check_metric(heading_of_nearest)
    assert any("rounding decides the others" in p.detail for p in checks)


@pytest.mark.parametrize("angle", [10.0, 20.0, 30.0, 60.0])
def test_ties_that_little_noise_leaves_are_not_blamed(angle):
    """Each of a lattice has several nearest ones; whether one of them is ahead hangs on which of them it is."""

    @metric(needs_velocities=True, symmetries=("translation", "rotation", "images"), undefined="of one agent")
    def nearest_ahead(block, *, angle: float = 90.0):
        """Share of agents whose nearest neighbour is within an angle about their heading, (T,)."""
        if block.shape[1] < 2:
            return np.full(len(block), np.nan)
        near = np.take_along_axis(block.positions, block.neighbor_indices(1), axis=1)
        way = block.box.minimum_image(near - block.positions)
        ahead = (way * block.headings).sum(axis=2) >= np.cos(np.radians(angle / 2)) * np.linalg.norm(way, axis=2)
        return ahead.mean(axis=1)

    check_metric(nearest_ahead, angle=angle)


def test_when_it_is_undefined_is_said_in_words():
    assert infinite.undefined == "where there are fewer than two agents"
    with pytest.raises(PluginError, match="undefined"):
        metric(undefined=True)
