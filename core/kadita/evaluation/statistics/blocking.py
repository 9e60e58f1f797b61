"""Block averaging: the standard error of a mean, estimated from blocks of growing length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.box import Floats
from kadita.school.neighbors import Integers


@dataclass(frozen=True)
class BlockCurve:
    """Standard errors by block length, all (levels,).

    Attributes:
        lengths: frames per block: 1, 2, 4, ...
        counts: number of blocks.
        errors: standard error of the mean if blocks were independent; it grows to a plateau, where they are.
        uncertainties: standard error of each of `errors`.
    """

    lengths: Integers
    counts: Integers
    errors: Floats
    uncertainties: Floats


def block_averages(values: Floats) -> BlockCurve:
    """Return the block-averaging curve of a series (n,) without gaps; incomplete blocks are left out at each level.

    With m blocks of variance c (divisor m): error = sqrt(c / (m - 1)), with an uncertainty of error / sqrt(2 (m - 1)).

    Raises:
        KaditaError: fewer than two values, or one that is not finite.

    Source: Flyvbjerg & Petersen 1989, J. Chem. Phys. 91, 461-466, doi:10.1063/1.457480.
    """
    blocks = np.asarray(values, dtype=np.float64)
    if blocks.ndim != 1 or blocks.size < 2 or not np.isfinite(blocks).all():
        raise KaditaError(
            f"block averages: expected a series of two or more finite values; found shape {blocks.shape}, "
            f"{np.isfinite(blocks).sum()} of them finite"
        )
    counts, errors = [], []
    while blocks.size >= 2:
        counts.append(blocks.size)
        errors.append(blocks.std() / np.sqrt(blocks.size - 1))
        blocks = blocks[: blocks.size // 2 * 2].reshape(-1, 2).mean(axis=1)
    number = np.array(counts)
    return BlockCurve(
        lengths=2 ** np.arange(number.size),
        counts=number,
        errors=np.array(errors),
        uncertainties=np.array(errors) / np.sqrt(2 * (number - 1)),
    )
