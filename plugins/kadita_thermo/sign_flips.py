"""Significance of irreversibility: blocks of time are reversed at random, which a reversible motion does not notice.

Time reversal changes the sign of all currents of a block at once. If blocks are independent and the motion is
reversible, a statistic of the blocks with random signs is distributed as that of the blocks as they are.
"""

import math

import numpy as np

from kadita.plugins.analyses import Floats

SEED = 20190907  # the same signs in every analysis, so that equal data have equal p values


def random_signs(flips: int, blocks: int) -> Floats:
    """Return signs -1 and 1 for blocks, (flips, blocks); they are the same for equal numbers."""
    return np.random.default_rng(SEED).choice((-1.0, 1.0), (flips, blocks))


def p_value(observed: float, null: Floats) -> float:
    """Return (1 + n) / (1 + flips), n of the null's `flips` statistics being at least the observed one.

    NaN if that is NaN. Equal signs of all blocks give the observed statistic but for rounding, and are counted.
    """
    if math.isnan(observed):
        return math.nan
    at_least = null >= observed - 1e-12 * abs(observed)
    return float((1 + at_least.sum()) / (1 + len(null)))
