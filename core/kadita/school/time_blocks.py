"""Sums over blocks of time, for the errors of means: the same blocks however frames are divided into windows.

A block is a stretch of time from i 2^k to (i + 1) 2^k, in the units of the trajectory, i an integer. All times use the
smallest k for which at most a given number of blocks have frames, which depends on the set of times alone: windows that
are merged in any order end in the same blocks, of which there are more than half that number in evenly spaced frames.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.school.box import Floats
from kadita.school.neighbors import Integers

FINEST = -200  # of k: so short that every frame is a block of its own
BlockSums = Mapping[str, Any]


class TimeBlocks(NamedTuple):
    """The blocks of some frames.

    Attributes:
        k: they are 2^k long.
        starts: (B,) i of each, increasing.
        of_frames: (T,) the index of each frame's block among them.
    """

    k: int
    starts: Floats
    of_frames: Integers


def time_blocks(times: Floats, most: int) -> TimeBlocks:
    """Return at most `most` blocks of these times, (T,).

    A time that is NaN, of a frame in which nobody is and nothing is summed, is in the first block. There is none if all
    are NaN: times of frames with agents are known, see `kadita.Block`.

    >>> import numpy as np
    >>> from kadita.plugins.analyses import time_blocks
    >>> blocks = time_blocks(np.arange(100.0), 8)
    >>> blocks.starts, np.bincount(blocks.of_frames)
    (array([0., 1., 2., 3., 4., 5., 6.]), array([16, 16, 16, 16, 16, 16,  4]))
    """
    known = times[~np.isnan(times)]
    k, starts = _coarsest(FINEST, np.unique(np.ldexp(known, -FINEST)), most)
    if k == FINEST:
        places = np.searchsorted(starts, np.ldexp(times, -FINEST))
    else:
        places = np.searchsorted(starts, np.floor(np.ldexp(times, -k)))
    return TimeBlocks(k, starts, np.where(np.isnan(times), 0, places))


def sums_of_blocks(blocks: TimeBlocks, most: int, **sums: NDArray[Any]) -> BlockSums:
    """Return sums over each block, (B, ...) by name, as a state that `merge_blocks` merges.

    >>> import numpy as np
    >>> from kadita.plugins.analyses import sums_of_blocks, time_blocks
    >>> blocks = time_blocks(np.arange(6.0), 3)
    >>> state = sums_of_blocks(blocks, 3, value=np.bincount(blocks.of_frames, np.arange(6.0)))
    >>> state["sums"]["value"]
    array([1., 5., 9.])
    """
    return {"k": blocks.k, "starts": blocks.starts, "most": most, "sums": sums}


def merge_blocks(a: BlockSums, b: BlockSums) -> BlockSums:
    """Return the sums of both in common blocks.

    >>> import numpy as np
    >>> from kadita.plugins.analyses import merge_blocks, sums_of_blocks, time_blocks
    >>> times = np.arange(6.0)
    >>> first, second = (sums_of_blocks(time_blocks(t, 6), 6, value=np.ones(3)) for t in (times[:3], times[3:]))
    >>> merge_blocks(first, second)["sums"]["value"]
    array([1., 1., 1., 1., 1., 1.])
    """
    k = max(a["k"], b["k"])
    both = np.union1d(_coarser(a["starts"], k - a["k"]), _coarser(b["starts"], k - b["k"]))
    final, starts = _coarsest(k, both, a["most"])
    sums = {}
    for name in a["sums"]:
        sums[name] = np.zeros((len(starts), *a["sums"][name].shape[1:]))
        for state in (a, b):
            places = np.searchsorted(starts, _coarser(state["starts"], final - state["k"]))
            np.add.at(sums[name], places, state["sums"][name])
    return {"k": final, "starts": starts, "most": a["most"], "sums": sums}


def block_length(state: BlockSums, times: Floats) -> float:
    """Return the length of the blocks in time; where each frame is one, the median time between frames.

    >>> import numpy as np
    >>> from kadita.plugins.analyses import block_length, sums_of_blocks, time_blocks
    >>> times = np.arange(100.0)
    >>> blocks = time_blocks(times, 8)
    >>> block_length(sums_of_blocks(blocks, 8, count=np.bincount(blocks.of_frames)), times)
    16.0
    """
    if state["k"] > FINEST:
        return float(2.0 ** state["k"])
    steps = np.diff(times[~np.isnan(times)])
    return float(np.median(steps)) if len(steps) else np.nan


def _coarser(starts: Floats, levels: int) -> Floats:
    """Return the starts of the blocks, 2^levels times as long, in which these blocks are."""
    return np.floor(np.ldexp(starts, -levels)) if levels else starts


def _coarsest(k: int, starts: Floats, most: int) -> tuple[int, Floats]:
    """Return the smallest k, and the blocks, of which there are at most `most`."""
    while len(starts) > most:
        k, starts = k + 1, np.unique(_coarser(starts, 1))
    return k, starts


class BlockMean(NamedTuple):
    """A mean of what was summed, with its error.

    Attributes:
        value: NaN where nothing was summed.
        error: standard error; NaN where what was summed is worth fewer than two blocks.
        deviations: (B, ...), each block's share of the difference between the mean and its expectation.
        worth: number of equal blocks that the blocks are worth.
    """

    value: Floats
    error: Floats
    deviations: Floats
    worth: Floats


def block_mean(sums: Floats, weights: Floats) -> BlockMean:
    """Return the mean R = sum_b s_b / sum_b w_b, of sums and weights, (B, ...) each, over independent blocks.

    Its variance is m / (m - 1) sum_b (s_b - R w_b)^2 / (sum_b w_b)^2, with m = (sum_b w_b)^2 / sum_b w_b^2: without
    bias where the variance of s_b is proportional to w_b.

    >>> import numpy as np
    >>> from kadita.plugins.analyses import block_mean
    >>> mean = block_mean(np.array([2.0, 4.0, 6.0]), np.array([2.0, 2.0, 2.0]))
    >>> float(mean.value)
    2.0
    """
    total = weights.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(total > 0, sums.sum(axis=0) / total, np.nan)
        deviations = (sums - value * weights) / total
        worth = total**2 / (weights**2).sum(axis=0)
    return BlockMean(value, block_error(deviations, worth), deviations, worth)


def block_error(deviations: Floats, worth: Floats) -> Floats:
    """Return the standard error of a mean with these deviations, (B, ...), of blocks.

    >>> import numpy as np
    >>> from kadita.plugins.analyses import block_error, block_mean
    >>> mean = block_mean(np.array([2.0, 4.0, 6.0]), np.array([2.0, 2.0, 2.0]))
    >>> float(block_error(mean.deviations, mean.worth).round(4))
    0.5774
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = worth / (worth - 1) * (deviations**2).sum(axis=0)
        error: Floats = np.where(worth >= 2, np.sqrt(variance), np.nan)
    return error


def block_correlation(deviations: Floats, starts: Floats) -> float:
    """Return the correlation c of deviations of successive blocks, (B, ...), the mean over all means that have one.

    It is about 0 where blocks are independent; otherwise errors are too small, by a factor of at least sqrt(1 + 2 c).
    A sum of deviations is 0, which is why -1 / B is expected of independent blocks, and is added here.

    >>> import numpy as np
    >>> from kadita.plugins.analyses import block_correlation, block_mean
    >>> sums, weights = np.array([1.0, 3.0, 2.0, 2.0]), np.ones(4)
    >>> round(block_correlation(block_mean(sums, weights).deviations, np.arange(4.0)), 3)
    -0.25
    """
    following = np.diff(starts) == 1
    squares = (deviations**2).sum(axis=0)
    products = (deviations[:-1] * deviations[1:])[following].sum(axis=0)
    known = (squares > 0) & ((deviations != 0).sum(axis=0) > 1)
    if not (following.any() and known.any()):
        return np.nan
    return float((products[known] / squares[known]).mean() + following.sum() / len(starts) / (len(starts) - 1))
