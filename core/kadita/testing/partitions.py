"""Check that one process, two processes and part of a file give the same bits."""

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
from kadita.school.window import FRAMES
from kadita.testing import schools
from kadita.testing.checks import Check, outcome

MORE, BEFORE = 76, 5  # frames of the file after the first task's, and of the part before them
NAME = "same bits in one or two processes, and for part of a file"


def examine_sharing(
    names: Iterable[str], *, plugins: Iterable[str | Path] = (), parameters: Mapping[str, Any] | None = None
) -> dict[str, Check]:
    """Analyse a file in one process, in two, and part of it; return a check of each name that the bits are the same.

    Args:
        names: metrics and analyses that are installed, or defined by the plugin files.
        plugins: plugin files.
        parameters: ``{"metric.parameter": value}``.
    """
    checks: dict[str, Check] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "school.nc"
        school = schools.isotropic(20, FRAMES + MORE, schools.SIDE)
        with AmberWriter(path, 20, periodic=True) as writer:
            writer.write_block(school)
        for some in _compared(path, list(names), plugins, parameters or {}):
            checks |= some
    return checks


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
        faults = [] if _same(name, serial, shared) else ["two processes give other bits than one; keep no state"]
        if name in serial and name in part:
            expected = serial[name][FRAMES - BEFORE :]
            if not np.array_equal(expected, part[name], equal_nan=True):
                faults.append("part of the frames gives other bits than all of them; use no other frame")
        yield {name: outcome(NAME, faults, f"{FRAMES + MORE} frames")}


def _same(name: str, a: Results, b: Results) -> bool:
    if (name in a) != (name in b) or (name in a and not np.array_equal(a[name], b[name], equal_nan=True)):
        return False
    analyses = {key: result for key, result in a.analyses.items() if key.partition(".")[0] == name}
    return all(np.array_equal(r.values, b.analyses[key].values, equal_nan=True) for key, r in analyses.items())
