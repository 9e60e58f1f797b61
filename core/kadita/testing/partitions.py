"""Check that one process, two processes and part of a file give the same values, up to rounding."""

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
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry
from kadita.school.box import Floats
from kadita.school.window import FRAMES
from kadita.testing import schools
from kadita.testing.checks import Check, outcome
from kadita.testing.comparison import ULP, largest_of, ulp_apart, up_to_rounding

MORE, BEFORE = 76, 5  # frames of the file after the first task's, and of the part before them
NAME = "same values in one or two processes, and for part of a file"


def examine_sharing(
    names: Iterable[str], *, plugins: Iterable[str | Path] = (), parameters: Mapping[str, Any] | None = None
) -> dict[str, Check]:
    """Analyse a file in one process, in two, and part of it; return for each name the check that values are the same.

    Sums that are taken in another order in other blocks may differ by rounding, which the check reports.

    Args:
        names: metrics and analyses that are installed, or defined by the plugin files.
        plugins: plugin files.
        parameters: ``{"metric.parameter": value}``.
    """
    checks: dict[str, Check] = {}
    registry = load_registry(plugins)
    with tempfile.TemporaryDirectory() as folder:
        for dimensions, some in _by_dimensions(registry, names).items():
            path = Path(folder) / f"school_{dimensions}.nc"
            school = schools.isotropic(20, FRAMES + MORE, schools.SIDE, dimensions=dimensions)
            with AmberWriter(path, 20, periodic=True) as writer:
                writer.write_block(school)
            for of_some in _compared(path, some, plugins, parameters or {}):
                checks |= of_some
    return checks


def _by_dimensions(registry: Registry, names: Iterable[str]) -> dict[int, list[str]]:
    """Return which metrics and analyses are tried in space, and which in a plane, as they are defined there alone."""
    found: dict[int, list[str]] = {}
    for name in names:
        shelf = registry.metrics if name in registry.metrics else registry.analyses
        declared = shelf[name].dimensions if name in shelf else (3,)
        found.setdefault(max(declared), []).append(name)
    return found


def _compared(
    path: Path, names: list[str], plugins: Iterable[str | Path], parameters: Mapping[str, Any]
) -> Iterator[dict[str, Check]]:
    """Yield the checks of all names at once, or one by one if some cannot be computed."""
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
            yield {names[0]: Check(NAME, None, f"not checked: {error}")}
            return
        for name in names:
            yield from _compared(path, [name], plugins, parameters)
        return
    for name in names:
        faults = []
        by_two = _apart(_values(name, serial), _values(name, shared))
        if by_two > ULP:
            faults.append("two processes give other values than one; keep no state")
        both = name in serial.series and name in part.series
        of_part = _apart({name: serial[name][FRAMES - BEFORE :]}, {name: part[name]}) if both else 0.0
        if of_part > ULP:
            faults.append("part of the frames gives other values than all of them; use no other frame")
        rounding = up_to_rounding(max(by_two, of_part))
        same = f"the same{rounding}" if rounding else "the same bits"
        yield {name: outcome(NAME, faults, f"{FRAMES + MORE} frames, {same}")}


def _values(name: str, results: Results) -> dict[str, Floats]:
    """Return the values of a metric, or all results of an analysis."""
    analyses = {key: result.values for key, result in results.analyses.items() if key.partition(".")[0] == name}
    return analyses | ({name: results[name]} if name in results.series else {})


def _apart(expected: Mapping[str, Floats], got: Mapping[str, Floats]) -> float:
    """Return the largest difference of values of the same name, in ulp; infinity if the names differ."""
    if expected.keys() != got.keys():
        return np.inf
    return max((ulp_apart(values, got[key], largest_of([values])) for key, values in expected.items()), default=0.0)
