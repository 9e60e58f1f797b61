"""Regions of a plane of two metrics, into which a metric with labels divides it."""

from __future__ import annotations

from typing import NamedTuple

from kadita.school.box import Floats


class Regions(NamedTuple):
    """The label at each point of the plane of two metrics, for figures: cells of any width, each with one label.

    Attributes:
        x, y: names of the metrics by which frames are labelled.
        x_edges, y_edges: (nx + 1,) and (ny + 1,) increasing values of them, between which the label is the same.
        codes: (nx, ny) index of the label; NaN where there is none.
    """

    x: str
    y: str
    x_edges: Floats
    y_edges: Floats
    codes: Floats
