"""Entropy of the heights of agents between two surfaces."""

from typing import Annotated

import numpy as np
from pydantic import Field

from kadita import Block, Definition, KaditaError, metric
from kadita.plugins.metrics import Bins, Estimator, Floats, histogram_entropy
from kadita_entropy.published import SOURCE, BoxLength, in_cube, or_half, undefined

BINS = 15
Height = Annotated[float, Field(allow_inf_nan=False)]
DepthRange = Annotated[tuple[Height, Height] | None, Field(description="z of the lower and of the upper surface")]


@metric(
    formula="H(z) / ln B, z between two surfaces",
    range=(0, 1),
    source=SOURCE,
    symmetries=("images",),
    undefined="without depth_range, and where no agent is in it; published: without a cubic cell or box_length",
    published={"bins": BINS, "estimator": "plug-in", "depth_range": None},
    dimensions=(3,),
    figures=("entropies",),
)
def depth_stratification_entropy(
    block: Block,
    *,
    definition: Definition = "corrected",
    bins: Bins = BINS,
    estimator: Estimator = "plug-in",
    depth_range: DepthRange = None,
    box_length: BoxLength = None,
) -> Floats:
    """Normalized entropy of the heights z between two physical surfaces, (T,): 0 in one layer, 1 spread evenly.

    The histogram has B = `bins` bins on `depth_range`, the z of the lower and of the upper surface, which a periodic
    cell does not have; agents beyond them are left out. A plane of constant z has no depth. `estimator` is by default
    the plug-in, which takes observed frequencies; the others correct for the finite number of agents. ``published``: 15
    bins on (0, L) of the cell, wherever the school is in it, plug-in estimator, 0.5 where no agent is counted;
    `box_length` is L for a school in open space.
    """
    if definition == "published":
        cube = in_cube(block, box_length)
        if cube is None:
            return undefined(block)
        return or_half(histogram_entropy(cube.positions[..., 2], BINS, 0.0, cube.box.array[0]))
    if depth_range is None:
        return undefined(block)
    low, high = depth_range
    if not low < high:
        raise KaditaError(f"depth_range: expected the lower surface first; got {low:g}, {high:g}")
    z = block.positions[..., 2]
    if block.box.periodic_axes[2]:  # take the periodic image next above the lower surface
        z = low + np.mod(z - low, block.box.array[2])
    return histogram_entropy(z, bins, low, high, estimator=estimator)
