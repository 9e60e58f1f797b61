"""`kadita report`: one page that holds a run, or several side by side."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError
from kadita.base.files import check_writable, replace_whole
from kadita.base.progress import Progress, with_bar
from kadita.evaluation.report.contents import contents
from kadita.evaluation.report.run import Run, measured_run
from kadita.evaluation.results import Results
from kadita.evaluation.statistics import check_equilibration
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry

BUDGET = 10e6  # characters of a page
UNITS = {"": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9}


@with_bar("analyzing")
def report(
    data: Any,
    output: str | Path,
    metrics: Iterable[str] | None = None,
    *,
    colors: Iterable[str] = (),
    title: str | None = None,
    budget: float | str = BUDGET,
    equilibration: str | float = "auto",
    force: bool = False,
    registry: Registry | None = None,
    progress: Progress = None,
    **options: Any,
) -> list[Results]:
    """Write one HTML page of a trajectory, with a film, curves and numbers; it needs no network.

    Returns the results of each run.

    Args:
        data: what `kadita.analyze` takes, or a mapping of names to such, which the page shows side by side.
        output: .html file to write.
        metrics: names of metrics and analyses; by default those that `kadita.analyze` computes. Curves are drawn of
            those that are named, or by default of those that are declared as plotted.
        colors: by what agents can be coloured, the first of them at first: ``"heading"``, ``"speed"``, ``"species"``,
            ``"plain"``, or per-agent metrics.
        title: of the page; by default that of the run's configuration, or the file's name.
        budget: bytes of the page at most, or text such as ``"10MB"``; frames are left out of the film until it fits.
        equilibration: which frames the means are of, as in `Results.statistics`.
        force: replace a file that exists.
        registry: from `kadita.plugins.loading.load_registry`.
        progress: True shows a bar; a function is called with the number of measured frames and their total.
        options: the other keywords of `kadita.analyze`.

    Raises:
        KaditaError: as `kadita.analyze` does; a budget that no film fits; a file that exists or has another ending.

    >>> import kadita
    >>> (results,) = kadita.report("school.nc", "school.html", ["polarization"])
    >>> results
    <Results of 21 frames: polarization>
    """
    path = Path(output)
    sources = [Path(one) for one in _runs(data).values() if isinstance(one, str | Path)]
    check_page(path, force=force, sources=sources)
    text, results = page_of(
        data,
        metrics,
        colors=colors,
        title=title,
        budget=budget,
        equilibration=equilibration,
        registry=registry,
        progress=progress,
        **options,
    )
    replace_whole(path, lambda unfinished: unfinished.write_text(text, encoding="utf-8", newline="\n"))
    return results


def check_page(path: Path, *, force: bool, sources: Iterable[Path] = ()) -> None:
    """Check that a page can be written to `path`.

    Raises:
        KaditaError: another ending, a file that exists or is one of the sources, a folder that cannot be written to.
    """
    if path.suffix not in (".html", ".htm"):
        raise KaditaError(f"{path}: expected a page named *.html; got '{path.suffix}'")
    for source in (*sources, None):
        check_writable(path, force=force, source=source)


def _runs(data: Any) -> dict[str | None, Any]:
    return {str(name): one for name, one in data.items()} if isinstance(data, Mapping) else {None: data}


def page_of(
    data: Any,
    metrics: Iterable[str] | None = None,
    *,
    colors: Iterable[str] = (),
    title: str | None = None,
    budget: float | str = BUDGET,
    equilibration: str | float = "auto",
    registry: Registry | None = None,
    progress: Progress = None,
    **options: Any,
) -> tuple[str, list[Results]]:
    """Return the text of a page and the results in it; see `report`."""
    counted = check_equilibration(equilibration)
    room = bytes_of(budget)
    loaded = load_registry(options.pop("plugins", ())) if registry is None else registry
    asked = [metrics] if isinstance(metrics, str) else list(metrics or ())
    runs = _runs(data)
    if not runs:
        raise KaditaError("expected at least one trajectory for a report; got none")
    with ExitStack() as opened:
        measured = [
            measured_run(name, one, asked, list(colors), counted, loaded, progress, options, opened)
            for name, one in runs.items()
        ]
        _check_units(measured)
        empty = len(contents(measured, title, counted, [None] * len(measured)).encode())
        left = (room - empty) / len(measured)
        if left <= 0:
            raise KaditaError(
                f"--budget: expected more than {empty / 1e6:.2g}MB, which the page takes without a film; got {budget}"
            )
        films = [run.packed(left, alone=len(measured) == 1) for run in measured]
    return contents(measured, title, counted, films), [run.results for run in measured]


def _check_units(runs: Sequence[Run]) -> None:
    """Raise if runs that stand side by side, on one axis of time, state different units.

    Raises:
        KaditaError: they do.
    """
    for kind in ("length", "time"):
        stated = {run.name: run.facts["attributes"].get(f"{kind}_unit") for run in runs}
        if len(set(stated.values())) > 1:
            found = ", ".join(f"{unit or 'none'} ({name})" for name, unit in stated.items())
            raise KaditaError(
                f"expected runs with one unit of {kind} in a page; got {found}; kadita convert --{kind}-unit states it"
            )


def bytes_of(budget: float | str) -> float:
    """Return a number of bytes, also of text such as ``"10MB"``.

    Raises:
        KaditaError: it is not a size above 0.
    """
    found = re.fullmatch(r"\s*([\d.]+(?:[eE]\d+)?)\s*(kB|MB|GB|)\s*", str(budget))
    try:
        size = float(found[1]) * UNITS[found[2]] if found else 0.0
    except ValueError:
        size = 0.0
    if not 0 < size < math.inf:
        raise KaditaError(f"--budget: expected a size such as 10MB or 500kB; got {budget}")
    return size
