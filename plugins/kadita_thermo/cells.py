"""Cells of phase space: to each agent the number of its cell, of position along some axes and of velocity or heading.

Cells lie between integer multiples of their width, from the origin: a border is at 0. The cells of one agent along the
axes are a row of integers; `keys_of` packs them into one integer, in the order of the rows, so that equal keys are
equal cells however sparse the cells of six dimensions are.
"""

import math
from collections.abc import Sequence

import numpy as np

from kadita import Block, KaditaError, NotApplicable
from kadita.plugins.metrics import Floats, Integers

FARTHEST = 2.0**53  # cells from the origin: beyond, their borders are not numbers of float64
PACKED = 2**62  # keys are below
Cells = tuple[list[Integers], float]  # (T, N) for each axis, and the logarithm of the volume of one cell


def widths_of(name: str, chosen: str, width: float | Sequence[float] | None) -> dict[str, float]:
    """Return the width of cells by axis; empty for a choice that is not one of axes.

    Raises:
        KaditaError: no width, another number of widths than axes, or a width without axes.
    """
    axes = chosen if set(chosen) <= set("xyz") else ""
    if not axes:
        if width is not None:
            raise KaditaError(f"{name}_cell: expected none with {name}={chosen}; got {width}")
        return {}
    if width is None:
        raise KaditaError(f"{name}_cell: expected the width of the cells along {axes}; got none")
    widths = list(width) if isinstance(width, Sequence) else [width] * len(axes)
    if len(widths) != len(axes):
        raise KaditaError(f"{name}_cell: expected one width, or one for each axis of {axes}; got {len(widths)}")
    return dict(zip(axes, map(float, widths), strict=True))


def of_positions(block: Block, chosen: str, width: float | Sequence[float] | None) -> Cells:
    """Return the cells of wrapped positions along the chosen axes.

    Raises:
        KaditaError: as for `widths_of`, a width that does not divide the edge of a periodic cell, or z in a plane.
    """
    cells, log_volume = [], 0.0
    for axis, wanted in widths_of("position", chosen, width).items():
        a = "xyz".index(axis)
        number, w = _dividing(axis, float(block.box.array[a]), wanted)
        cell = _along(block, "position", axis, block.wrapped[..., a], w)
        cells.append(cell if number is None else np.minimum(cell, number - 1))
        log_volume += math.log(w)
    return cells, log_volume


def of_velocities(block: Block, chosen: str, width: float | Sequence[float] | None) -> Cells:
    """Return the cells of velocities along the chosen axes; the cell of 0 where a velocity is not known.

    Raises:
        KaditaError: as for `widths_of`, or z in a plane.
        NotApplicable: velocities are unknown, or directions of bodies.
    """
    widths, cells, known = widths_of("velocity", chosen, width), [], block.velocity_known
    for axis, w in widths.items():
        velocities = block.velocities[..., "xyz".index(axis)]
        cells.append(_along(block, "velocity", axis, np.where(known, velocities, 0.0), w))
    return cells, sum(map(math.log, widths.values()))


def of_headings(block: Block, number: int | Sequence[int] | None) -> Cells:
    """Return the cells of headings, all of one size: sectors of the circle in a plane, parts of the sphere in space.

    In a plane `number` sectors, from the direction of x on. In space bands of equal height in u_z, each of which is
    divided into sectors about z, from the direction of x on; (2, 4) are the octants.

    Raises:
        KaditaError: no number, or one for the other dimensions.
    """
    numbers = [number] if isinstance(number, int) else list(number or ())
    expected = ["the number of sectors", "the numbers of bands and of sectors, such as 2,4 for octants"]
    if len(numbers) != block.dimensions - 1:
        where = "a plane" if block.dimensions == 2 else "space"
        raise KaditaError(f"heading_cells: expected {expected[block.dimensions - 2]} in {where}; got {number}")
    u, sectors = block.headings, numbers[-1]
    turns = np.mod(np.arctan2(u[..., 1], u[..., 0]) / (2 * np.pi), 1.0)
    cells = [np.minimum((turns * sectors).astype(np.int64), sectors - 1)]
    if block.dimensions == 2:
        return cells, math.log(2 * math.pi / sectors)
    bands = numbers[0]
    heights = np.clip((u[..., 2] + 1) / 2 * bands, 0, bands - 1)
    return [heights.astype(np.int64), *cells], math.log(4 * math.pi / (bands * sectors))


def keys_of(cells: Sequence[Integers]) -> Integers:
    """Pack the cells along several axes, (T, N) each, into integers that are in the order of the rows of cells."""
    keys, size = np.zeros(cells[0].shape, np.int64), 1
    for cell in cells:
        low = int(cell.min())
        extent = int(cell.max()) - low + 1
        own = cell - low
        if size * extent >= PACKED:  # number those alone that occur, of which there are at most as many as agents
            keys, size = _ranks(keys)
            own, extent = _ranks(own)
        keys, size = keys * extent + own, size * extent
    return keys


def _ranks(values: Integers) -> tuple[Integers, int]:
    distinct, ranks = np.unique(values, return_inverse=True)
    return ranks.reshape(values.shape).astype(np.int64), len(distinct)


def _dividing(axis: str, edge: float, width: float) -> tuple[int | None, float]:
    """Return the number of cells along a periodic axis and their exact width; None and the width along an open one."""
    if not edge:
        return None, width
    number = max(1, round(edge / width))
    if abs(edge / width - number) > 1e-6 * number:
        raise KaditaError(
            f"position_cell: expected a width that divides the periodic edge of {edge:g} along {axis}; got {width:g}; "
            f"{edge / number:.6g} makes {number}"
        )
    return number, edge / number


def _along(block: Block, what: str, axis: str, values: Floats, width: float) -> Integers:
    if axis == "z" and block.dimensions == 2:
        raise NotApplicable(f"{what}: expected axes of the plane of x and y; got z")
    cells = np.floor(values / width)
    if not np.abs(cells).max() < FARTHEST:
        raise KaditaError(
            f"{what}_cell: expected fewer than 2^53 cells from the origin; {width:g} along {axis} is less"
        )
    return cells.astype(np.int64)
