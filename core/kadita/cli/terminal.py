"""Output to the terminal that several commands share: progress and notes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from kadita.evaluation.results import Results
    from kadita.plugins.registry import Registry
    from kadita.school.trajectory import Trajectory


LONGEST = 1000  # characters of a message; names in it come from files and can be of any length


def table_console() -> Console:
    """Return a console for tables on stdout, 120 characters wide unless it is a terminal."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 120, markup=False, highlight=False)


@contextmanager
def progress(what: str, *, shown: bool = True) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that shows the progress of `what` on stderr, and nothing if that is not a terminal."""
    if not (shown and sys.stderr.isatty()):
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def computing(what: str, *, shown: bool = True) -> Iterator[Callable[[int, int], None]]:
    """Yield the function of `progress`, without warnings that the results carry as notes."""
    import warnings

    from kadita.base.errors import KaditaWarning

    with progress(what, shown=shown) as bar, warnings.catch_warnings():
        warnings.simplefilter("ignore", KaditaWarning)
        yield bar


def console(width: int = 120) -> Console:
    """Return a console for tables on stdout, of this width if that is no terminal."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else width, markup=False, highlight=False)


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show on a terminal what the program is waiting for."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


def notes(lines: Iterable[str], kind: str = "note") -> None:
    """Print notes, or lines of another kind, to stderr."""
    for line in lines:
        text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in " ".join(line.split()))
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
