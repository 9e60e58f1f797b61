"""What the published definitions share: the cube they need, and 0.5 where a histogram is empty."""

import warnings
from collections.abc import Callable
from typing import Annotated

import numpy as np
from pydantic import Field

from kadita import Block, KaditaWarning, NotApplicable
from kadita.plugins.metrics import Floats

SOURCE = "Herho et al. 2026, doi:10.48550/arXiv.2602.07948"
BoxLength = Annotated[
    Annotated[float, Field(gt=0, allow_inf_nan=False)] | None,
    Field(description="published: side of the cube in which a school in open space is placed"),
]


def or_half(values: Floats) -> Floats:
    """Replace NaN by 0.5, as dewi-kadita does where a histogram is empty."""
    return np.where(np.isnan(values), 0.5, values)


def in_space(block: Block) -> None:
    """Refuse a plane, where the formula of dewi-kadita, which is for space, has no meaning.

    Raises:
        NotApplicable: the school is in a plane.
    """
    if block.dimensions == 2:
        raise NotApplicable("as published is defined only in space, and the school is in a plane")


def undefined(block: Block) -> Floats:
    """Return NaN for every frame, (T,)."""
    return np.full(len(block), np.nan)


def of_known(block: Block, formula: Callable[[Block], Floats]) -> Floats:
    """Return what a formula gives for the agents whose velocity is known, (T,); 0.5 where there are none."""
    known = block.velocity_known
    if known.all():
        return formula(block)
    values = np.full(len(block), 0.5)
    for t in np.flatnonzero(known.any(axis=1)):
        values[t] = formula(block.of_agents(known[t], slice(t, t + 1)))[0]
    return values


def in_cube(block: Block, box_length: float | None) -> Block | None:
    """Return the block in a periodic cube, as dewi-kadita expects it; None, with a warning, where there is no cube.

    Positions in a cubic cell are wrapped. A school in open space is placed in the middle of a cube of side
    `box_length`.

    Raises:
        NotApplicable: the school is in a plane.
    """
    in_space(block)
    cube = block.once(_cube, box_length)
    if cube is None:
        reason = f"needs a cubic cell and is NaN for {block.box}"
        if not block.box.periodic:
            reason = "needs the side of a cube and is NaN in open space; set its parameter box_length"
        warnings.warn(f"published {reason}", KaditaWarning, stacklevel=2)
    return cube


def _cube(block: Block, box_length: float | None) -> Block | None:
    if block.box.periodic:
        inside = np.may_share_memory(
            block.wrapped, block.positions
        )  # then the block is reused, with the neighbours that it has already found
        same = block if inside else Block(block.wrapped, box=block.box, dimensions=3)
        return same if block.box.cubic else None
    if box_length is None:
        return None
    cube = Block(block.offsets + box_length / 2, box=box_length, dimensions=3)
    return Block(cube.wrapped, box=box_length, dimensions=3)
