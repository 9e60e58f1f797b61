"""Check what a metric returned against what it declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import PluginError
from kadita.plugins.declaration.metric import Metric
from kadita.school.block import Block
from kadita.school.box import MOST, Floats, within

Axes = Mapping[str, NDArray[Any]]  # coordinates along the axes of a metric, by name of the axis


def as_declared(m: Metric, block: Block, returned: Any) -> Floats:
    """Return the values of a metric as an array (T, ...), after checking it against the declared shape."""
    example = returned[0] if m.per_frame else returned
    if example is None:
        raise PluginError("it returned None; is a return missing?")
    try:
        array = np.asarray(returned)
    except ValueError:
        raise PluginError("expected an array; got rows of unequal length") from None
    if array.dtype.kind not in "biuf":
        raise PluginError(f"expected real numbers; got {type(example).__name__} of {array.dtype}")
    sizes = [block.shape[1] if d == "agent" else s for d, s in zip(m.dims, array.shape[1:], strict=False)]
    if array.ndim != 1 + len(m.dims) or array.shape != (len(block), *sizes):
        axes = ", ".join(("T", *m.dims)) + ("" if m.dims else ",")
        raise PluginError(
            f"expected shape ({axes}) with T = {len(block)} and {block.shape[1]} agents; got {array.shape}"
            + (", T added for frames" if m.per_frame else "")
        )
    values = array.astype(np.float64)
    if m.labels and not np.isin(known := values[~np.isnan(values)], np.arange(len(m.labels))).all():
        raise PluginError(f"expected indices of its {len(m.labels)} labels; got {known.min():g} to {known.max():g}")
    return values


def numbers_along_axes(m: Metric, block: Block, sizes: tuple[int, ...], parameters: Mapping[str, Any]) -> Axes:
    """Return the coordinates along the axes for which a metric declares them."""
    coordinates: dict[str, NDArray[Any]] = {}
    for dim, axis in m.axes.items():
        given = {key: parameters[key] for key in axis.parameters if key in parameters}
        returned = axis.numbers(block[0] if m.per_frame else block, **given)
        size = sizes[m.dims.index(dim)]
        expected = f"axes: expected {size} numbers along {dim}"
        try:
            array = np.asarray(returned)
        except ValueError:
            raise PluginError(f"{expected}; got rows of unequal length") from None
        if array.shape != (size,) or array.dtype.kind not in "iuf":
            raise PluginError(f"{expected}; got shape {array.shape} of {array.dtype}")
        if not within(array):
            raise PluginError(f"{expected}, finite and up to {MOST:g}; got {array.min()} to {array.max()}")
        if (np.diff(array) <= 0).any():
            raise PluginError(f"{expected} that increase; got {array[:3].tolist()} ...")
        coordinates[dim] = array
    return coordinates
