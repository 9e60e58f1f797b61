"""Sums in another order differ in their last bits: that is told, and is no fault; what looks at other frames is one."""

import numpy as np
import pytest

from kadita import metric
from kadita.testing import examine_metric
from kadita.testing.partitions import examine_sharing

ALONE = "a frame's row depends on that frame alone"


def squares(block):
    return (block.offsets**2).sum(axis=2)


@metric()
def sum_of_squares(block):
    """Sum of squared offsets, in an order that depends on where the block begins."""
    return np.cumsum(squares(block)[:, :: -1 if block.frames[0] % 2 else 1], axis=1)[:, -1]


@metric()
def nothing_but_rounding(block):
    """The mean offset along x, 0 in open space but for rounding, whose sum is an order of its own."""
    x = block.offsets[..., 0]
    return 1 + np.cumsum(x[:, :: -1 if block.frames[0] % 2 else 1], axis=1)[:, -1] / block.shape[1]


@metric()
def leaks(block):
    """Sum of squared offsets, with a trace of what it is in the other frames."""
    found = squares(block).sum(axis=1)
    return found + 1e-13 * found.mean()


@metric()
def counts_the_block(block):
    """A number of agents that depends on the number of frames."""
    return np.full(len(block), 40.0 + (len(block) == 1))


def promise(faulty, name=ALONE):
    return next(p for p in examine_metric(faulty) if p.name == name)


@pytest.mark.parametrize("rounds", [sum_of_squares, nothing_but_rounding], ids=lambda m: m.name)
def test_sums_in_another_order_are_no_fault_and_are_told(rounds):
    found = promise(rounds)
    assert found.kept, found.detail
    assert "up to rounding: " in found.detail
    assert "of the 16 ulp of the largest value that sums in another order may differ by" in found.detail
    assert "shared frames will not be bit-identical" in found.detail


def test_sums_in_one_order_say_nothing_of_rounding():
    @metric()
    def in_order(block):
        """Sum of squared offsets."""
        return np.cumsum(squares(block), axis=1)[:, -1]

    found = promise(in_order)
    assert found.kept
    assert found.detail.endswith("block of 1 = block of T")


@pytest.mark.parametrize("faulty", [leaks, counts_the_block], ids=lambda m: m.name)
def test_what_depends_on_other_frames_is_found_however_little(faulty):
    found = promise(faulty)
    assert found.kept is False
    assert "use no other frame" in found.detail


PLUGIN = '''
import numpy as np

from kadita import hookimpl, metric


@metric()
def rows(block):
    """Sum of squared offsets."""
    squares = (block.offsets**2).sum(axis=2)
    found = np.cumsum(squares[:, :: -1 if block.frames[0] % 2 else 1], axis=1)[:, -1]
    return found + {leak} * (block.frames[0] % 2)


@hookimpl
def kadita_metrics():
    return [rows]
'''


@pytest.mark.parametrize(("leak", "kept"), [(0, True), (1e-11, False)])
def test_a_part_of_a_file_may_differ_by_rounding_alone(tmp_path, leak, kept):
    plugin = tmp_path / "rows.py"
    plugin.write_text(PLUGIN.format(leak=leak))
    found = examine_sharing(["rows"], plugins=[plugin])["rows"]
    assert found.kept is kept, found.detail
    if kept:
        assert "up to rounding: " in found.detail
        assert "shared frames will not be bit-identical" in found.detail
    else:
        assert found.detail == "part of the frames gives other values than all of them; use no other frame"


def test_the_same_bits_are_told_as_such():
    assert examine_sharing(["polarization"])["polarization"].detail == "1100 frames, the same bits"
