"""Edges for formats that have a number for every axis of a cell, also for axes along which it does not repeat."""

from __future__ import annotations

import numpy as np

from kadita.school.box import Floats


def with_edges(lengths: Floats, positions: Floats) -> Floats:
    """Return edges above 0, (T, 3), from edges that are 0 along open axes.

    An open axis gets the longest periodic edge, or twice the extent of the frame if that is longer: readers need a
    number above 0, and minimum images do not cross it.

    Args:
        lengths: (T, 3), 0 along open axes; some are above 0.
        positions: (T, N, 3), NaN where an agent is absent.
    """
    if lengths.all():
        return lengths
    axes = np.flatnonzero((lengths == 0).any(axis=0))
    x = np.ascontiguousarray(positions.transpose(0, 2, 1)[:, axes])  # reduced along its last axis, which is fast
    low, high = np.fmin.reduce(x, axis=2, initial=np.inf), np.fmax.reduce(x, axis=2, initial=-np.inf)
    edges = lengths.copy()
    longest = np.maximum(lengths.max(axis=1, keepdims=True), 2.0 * np.maximum(high - low, 0.0))
    edges[:, axes] = np.where(lengths[:, axes] > 0, lengths[:, axes], longest)
    return edges
