"""What commands say: lines on stdout, and notes on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kadita.base.printable import printable
from kadita.cli.log import LEVELS, record

if TYPE_CHECKING:
    from kadita.evaluation.results import Results
    from kadita.plugins.registry import Registry
    from kadita.school.trajectory import Trajectory


LONGEST = 1000  # characters of a message; names in it come from files and can be of any length


def say(text: str) -> None:
    """Print a line to stdout, such as which file was written, and into the log."""
    print(printable(text), flush=True)
    record(text)


def notes(lines: Iterable[str], kind: str = "note", *, trace: bool = False) -> None:
    """Print notes, or lines of another kind, to stderr, and into the log; there with a traceback if `trace`."""
    for line in lines:
        text = printable(" ".join(line.split()))
        record(text if kind in LEVELS else f"{kind}: {text}", kind, trace=trace)
        print(f"kadita: {kind}: {text if len(text) < LONGEST else text[:LONGEST] + ' ...'}", file=sys.stderr)


def installed(plugins: Iterable[Path] | None) -> Registry:
    """Load the installed plugins and these plugin files; print which could not be loaded, and why."""
    from kadita.cli.completion.names import keep_names
    from kadita.plugins.loading import load_registry

    registry = load_registry(plugins or ())
    notes(registry.problems)
    if not plugins:
        keep_names(registry)
    return registry


def report(results: Results) -> None:
    """Print the notes on results; exit with status 1 if a metric failed."""
    import numpy as np
    import typer

    undefined = [name for name, s in results.series.items() if np.isnan(s.values).all()]
    notes(results.notes)
    notes(f"{name} is undefined in every frame; see `kadita metrics {name}`" for name in undefined)
    notes(results.failures.values(), kind="error")
    if results.failures:
        raise typer.Exit(1)


def opened_with_notes(path: Path, **options: Any) -> Trajectory:
    """Open a trajectory or tracks as `kadita.open` does, and print what was assumed."""
    import warnings

    from kadita.base.errors import KaditaWarning
    from kadita.io.opening import open as open_trajectory

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KaditaWarning)
        opened = open_trajectory(path, **options)
    notes(opened.remarks)
    return opened


def size_of(path: Path) -> str:
    """Return the size of a file as text."""
    size = path.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB"
