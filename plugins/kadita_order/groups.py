"""Groups: agents that are linked, directly or through others, within a distance."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import Block, NotApplicable, metric
from kadita.compiled import kernel

SOURCE = (
    "connected components; percolation by union-find with displacements, "
    "Newman & Ziff 2001, Phys. Rev. E 64, 016706, doi:10.1103/PhysRevE.64.016706"
)
LinkDistance = Annotated[float, Field(gt=0, allow_inf_nan=False)] | None


def _linked(block: Block, link_distance: float | None) -> NDArray[np.float64]:
    """Return the largest group's fraction, the number of groups and whether one percolates, (T, 3)."""
    link = block.attributes.get("r_a") if link_distance is None else link_distance
    if link is None:
        raise NotApplicable(
            "needs link_distance, and the trajectory knows no r_a to take for it "
            "(--set group_count.link_distance=..., and the same for group_fraction and percolates)"
        )
    found = np.empty((len(block), 3))
    _components(block.positions, block.box.array, float(link), found)
    return found


@metric(
    formula="largest number of agents in a connected component / N",
    range=(0, 1),
    source=SOURCE,
    symmetries=("translation", "rotation", "images"),
)
def group_fraction(block: Block, *, link_distance: LinkDistance = None) -> NDArray[np.float64]:
    """Fraction of the school in its largest group, (T,), at least 1 / N.

    Two agents are linked where they are at most `link_distance` apart; by default the r_a of the trajectory.
    """
    return block.once(_linked, link_distance)[:, 0]


@metric(
    formula="number of connected components",
    source=SOURCE,
    symmetries=("translation", "rotation", "images"),
)
def group_count(block: Block, *, link_distance: LinkDistance = None) -> NDArray[np.float64]:
    """Number of groups, (T,), 1 to N.

    Two agents are linked where they are at most `link_distance` apart; by default the r_a of the trajectory.
    """
    return block.once(_linked, link_distance)[:, 1]


@metric(
    formula="1 where a group is linked to its own periodic image, else 0",
    range=(0, 1),
    source=SOURCE,
    symmetries=("translation", "rotation", "images"),
    warning="the school is linked to its own periodic image, so that it has no centre in the strict sense,",
)
def percolates(block: Block, *, link_distance: LinkDistance = None) -> NDArray[np.float64]:
    """Whether the school is linked to its own periodic image, (T,): then it has no centre in the strict sense.

    Rotation, spread and shape are still computed, about the intrinsic mean on the torus. In open space it is 0.
    """
    return block.once(_linked, link_distance)[:, 2]


@kernel
def _find(parent, shift, i, path):  # type: ignore[no-untyped-def]
    """Root of agent i; afterwards shift[i] counts the cells from i's image to the image its root has there."""
    depth = 0
    while parent[i] != i:
        path[depth] = i
        depth += 1
        i = parent[i]
    for d in range(depth - 2, -1, -1):  # nearest to the root first, so that shifts add up
        j, above = path[d], path[d + 1]
        for a in range(3):
            shift[j, a] += shift[above, a]
        parent[j] = i
    return i


@kernel
def _components(positions, lengths, link, found):  # type: ignore[no-untyped-def]
    """Union-find over all linked pairs. A link that closes a loop around the cell does not add up to zero shift."""
    frames, agents, _ = positions.shape
    periodic = lengths[0] > 0
    parent = np.empty(agents, np.int64)
    size = np.empty(agents, np.int64)
    path = np.empty(agents, np.int64)
    shift = np.empty((agents, 3), np.int64)
    image = np.zeros(3, np.int64)
    for t in range(frames):
        for i in range(agents):
            parent[i] = i
            size[i] = 1
        shift[:] = 0
        wrapping = periodic and link >= lengths.min()
        groups = agents
        for i in range(agents):
            if groups == 1 and (wrapping or not periodic):
                break  # no further link can change anything
            for j in range(i + 1, agents):
                square = 0.0
                next_image = np.inf  # how much farther the next image of j is, squared
                for a in range(3):
                    d = positions[t, j, a] - positions[t, i, a]
                    if periodic:
                        image[a] = int(np.rint(d / lengths[a]))
                        d -= lengths[a] * image[a]
                        next_image = min(next_image, lengths[a] * (lengths[a] - 2 * abs(d)))
                    square += d * d
                if square > link * link:
                    continue
                if square + next_image <= link * link:
                    wrapping = True
                a_root, b_root = _find(parent, shift, i, path), _find(parent, shift, j, path)
                if a_root == b_root:
                    for a in range(3):
                        if shift[j, a] - shift[i, a] - image[a] != 0:
                            wrapping = True
                    continue
                groups -= 1
                if size[a_root] < size[b_root]:
                    parent[a_root] = b_root
                    size[b_root] += size[a_root]
                    for a in range(3):
                        shift[a_root, a] = shift[j, a] - shift[i, a] - image[a]
                else:
                    parent[b_root] = a_root
                    size[a_root] += size[b_root]
                    for a in range(3):
                        shift[b_root, a] = image[a] + shift[i, a] - shift[j, a]
        found[t, 0] = size.max() / agents
        found[t, 1] = groups
        found[t, 2] = wrapping
