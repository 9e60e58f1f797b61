"""The block-averaging curve: the error of a mean that blocks of growing length give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.box import Floats
from kadita.school.neighbors import Integers


@dataclass(frozen=True)
class BlockCurve:
    """Errors by block length, all (levels,).

    Attributes:
        lengths: frames a block: 1, 2, 4, ...
        counts: blocks of that length.
        errors: standard error of the mean if blocks were independent; it grows until they are, and stays.
        uncertainties: standard error of each of `errors`.
    """

    lengths: Integers
    counts: Integers
    errors: Floats
    uncertainties: Floats


def block_averages(values: Floats) -> BlockCurve:
    """Block-averaging curve of a series (n,) without gaps; a block that is not full is left out at each level.

    With m blocks of variance c (divisor m): error = sqrt(c / (m - 1)), its own error = error / sqrt(2 (m - 1)).

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
