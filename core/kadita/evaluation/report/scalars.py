"""Numbers that agents are coloured by, as one byte each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kadita.evaluation.per_agent import components, per_agent
from kadita.evaluation.results import Results
from kadita.school.box import Floats
from kadita.school.neighbors import Integers

LEVELS = 254  # steps between the least and the greatest number; 0 stands for an undefined one
OUTLIERS = (1.0, 99.0)  # percentiles between which colours change
MOST_KINDS = 12  # different whole numbers that have a colour each


@dataclass(frozen=True)
class Scalar:
    """A number of every agent in every frame.

    Attributes:
        name: for the reader.
        unit: ``"1"`` for pure numbers.
        values: (T, C), NaN where undefined.
        labels: names of the values 0, 1, ...; None for numbers along a scale.
        low, high: the ends of the scale; what lies beyond has the colour of the end.
        undefined: whether it is undefined for some agent that is present.
    """

    name: str
    unit: str
    values: Floats
    labels: tuple[str, ...] | None = None
    low: float = 0.0
    high: float = 1.0
    undefined: bool = False


def of_results(results: Results, frames: Integers, names: Sequence[str]) -> list[Scalar]:
    """Return these per-agent metrics of results in these frames, one scalar for each component."""
    order = {name: i for i, name in enumerate(names)}
    rows = np.searchsorted(results.frames, frames)
    return [
        Scalar(column, series.units, values[rows], series.labels or None)
        for name, series in sorted(per_agent(results).items(), key=lambda item: order.get(item[0], 0))
        if name in order
        for column, values in components(results, name, series).items()
    ]


def coded(scalar: Scalar, values: Floats, labelled: bool = True) -> tuple[Scalar, NDArray[np.uint8]]:
    """Return the scalar with its scale, and a byte for each value: 0 where undefined, or 1 .. 255 along the scale.

    The scale is from the 1st to the 99th percentile. If `labelled`, a few whole numbers have a label each instead;
    runs that share a scale must not be, because each would have its own labels.
    """
    known = values[np.isfinite(values)]
    labels, numbers = scalar.labels, values
    if labelled and labels is None and known.size and (known == np.rint(known)).all():
        kinds = np.unique(known)
        if len(kinds) <= MOST_KINDS:
            labels = tuple(f"{kind:g}" for kind in kinds)
            numbers = np.where(np.isfinite(values), np.searchsorted(kinds, values), np.nan)
    if labels is not None:
        bytes_ = np.where(np.isfinite(numbers), np.clip(numbers + 1, 1, 255), 0).astype(np.uint8)
        return replace(scalar, values=known[:0], labels=labels, low=0.0, high=float(len(labels) - 1)), bytes_
    low, high = (float(q) for q in np.percentile(known, OUTLIERS)) if known.size else (0.0, 1.0)
    along = (np.clip(np.where(np.isnan(values), low, values), low, high) - low) / ((high - low) or 1.0)
    bytes_ = np.where(np.isnan(values), 0, np.rint(1 + LEVELS * along)).astype(np.uint8)
    return replace(scalar, values=known[:0], low=low, high=high), bytes_
