"""Values of some agents along the axis of all."""

from __future__ import annotations

import numpy as np

from kadita.school.box import Floats
from kadita.school.neighbors import Integers


def along_all(values: Floats, axis: int, places: Integers, size: int) -> Floats:
    """Return values with an axis of this size, in which those given are at these places, and NaN is elsewhere."""
    full = np.full((*values.shape[:axis], size, *values.shape[axis + 1 :]), np.nan)
    np.moveaxis(full, axis, 0)[places] = np.moveaxis(values, axis, 0)
    return full
