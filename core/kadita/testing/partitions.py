"""What lets frames be shared: one process, several, and a part of a file give the same, but for rounding."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError, KaditaWarning
from kadita.evaluation.evaluate import analyze
from kadita.evaluation.results import Results
from kadita.io.amber.writer import AmberWriter
from kadita.school.box import Floats
from kadita.school.window import FRAMES
from kadita.testing import schools
from kadita.testing.checks import Promise, judged
from kadita.testing.comparison import ULP, but_for, largest_of, ulp_apart

MORE, BEFORE = 76, 5  # frames beyond a task's, and before its end
NAME = "one process, two, and a part of the file"


def examine_sharing(
    names: Iterable[str], *, plugins: Iterable[str | Path] = (), parameters: Mapping[str, Any] | None = None
) -> dict[str, Promise]:
    """Measure a file in one process, in two, and a part of it; return by name whether all give the same.

    Sums that are taken in another order where blocks are cut elsewhere may differ by rounding, which is told.

    Args:
        names: of metrics and analyses that are installed, or that the files bring.
        plugins: plugin files.
        parameters: ``{"metric.parameter": value}``.
    """
    promises: dict[str, Promise] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "school.nc"
        school = schools.isotropic(20, FRAMES + MORE, schools.SIDE)
        with AmberWriter(path, 20, periodic=True) as writer:
            writer.write_block(school)
        for group in _together(path, list(names), plugins, parameters or {}):
            promises |= group
    return promises


def _together(
    path: Path, names: list[str], plugins: Iterable[str | Path], parameters: Mapping[str, Any]
) -> Iterator[dict[str, Promise]]:
    """Yield the promises of all at once, or one by one where some cannot be measured."""
    own = {key: value for key, value in parameters.items() if key.partition(".")[0] in names}
    options: dict[str, Any] = {"plugins": [*plugins], "parameters": own}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", KaditaWarning)
            serial = analyze(path, names, **options)
            shared = analyze(path, names, workers=2, **options)
            part = analyze(path, names, start=FRAMES - BEFORE, **options)
    except KaditaError as error:
        if len(names) == 1:
            yield {names[0]: Promise(NAME, None, f"not tried: {error}")}
            return
        for name in names:
            yield from _together(path, [name], plugins, parameters)
        return
    for name in names:
        faults = []
        by_two = _apart(_values(name, serial), _values(name, shared))
        if by_two > ULP:
            faults.append("two processes give other numbers than one; keep nothing")
        both = name in serial and name in part
        of_part = _apart({name: serial[name][FRAMES - BEFORE :]}, {name: part[name]}) if both else 0.0
        if of_part > ULP:
            faults.append("a part of the frames gives other numbers than all; look at no other frame")
        rounding = but_for(max(by_two, of_part))
        same = f"the same{rounding}" if rounding else "the same bits"
        yield {name: judged(NAME, faults, f"{FRAMES + MORE} frames, {same}")}


def _values(name: str, results: Results) -> dict[str, Floats]:
    """Values of a metric, or of all that an analysis found."""
    wholes = {key: whole.values for key, whole in results.wholes.items() if key.partition(".")[0] == name}
    return wholes | ({name: results[name]} if name in results else {})


def _apart(expected: Mapping[str, Floats], got: Mapping[str, Floats]) -> float:
    """Return how far values of the same names lie apart at most, in ulp; infinity where there are others."""
    if expected.keys() != got.keys():
        return np.inf
    return max((ulp_apart(values, got[key], largest_of([values])) for key, values in expected.items()), default=0.0)
