"""Direction of motion of a school."""

import numpy as np

from kadita import Block
from kadita.plugins.metrics import Floats, sum_over_agents

LEAST = 1e-9  # a mean heading no longer than this has no direction


def direction(block: Block) -> Floats:
    """Return the unit vector of the mean heading, (T, 3); NaN where no agent moves or headings cancel."""
    total = sum_over_agents(block.headings)
    length = np.linalg.norm(total, axis=1)
    length[length <= LEAST * np.maximum(block.moving.sum(axis=1), 1)] = np.nan
    return total / length[:, None]
