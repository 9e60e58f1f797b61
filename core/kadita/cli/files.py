"""Several files on the command line: patterns that the shell does not expand, and one table of all their results."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from kadita.evaluation.files import ResultsOfFiles


def expanded(paths: Iterable[Path]) -> list[Path]:
    """Return the files that paths and patterns such as ``*.csv`` name, as on Windows, whose shells expand none.

    Raises:
        KaditaError: no file matches a pattern.
    """
    from kadita.base.errors import KaditaError

    files: list[Path] = []
    for path in paths:
        if path.exists() or not glob.has_magic(str(path)):
            files.append(path)
            continue
        found = sorted(map(Path, glob.glob(str(path))))
        if not found:
            raise KaditaError(f"{path}: expected files of this pattern; found none")
        files += found
    return files


def print_files(results: ResultsOfFiles, equilibration: str | float) -> None:
    """Print mean, standard error and standard deviation of every scalar series, with the file in the first column."""
    from kadita.cli.results_table import series_rows
    from kadita.cli.tables import Column, print_table
    from kadita.evaluation.summary import ROWS

    headings = ("mean", "SE", "std", "n_eff")
    columns = Column("file"), Column("metric"), *(Column(heading, right=True) for heading in headings), Column("unit")
    rows: list[tuple[str, ...]] = []
    for file, found in results.items():
        shown = file
        for name, cells, unit in series_rows(found, found.statistics(equilibration), ROWS):
            rows.append((shown, name, *cells, *[""] * (len(headings) - len(cells)), unit))
            shown = ""
        if shown:
            rows.append((file, "no series", *[""] * len(headings), ""))
    print_table(columns, rows)


def report_files(results: ResultsOfFiles) -> None:
    """Print notes, each once with the number of files it is about, and failures; exit with 1 if there are any."""
    from kadita.cli.terminal import notes
    from kadita.io.importing.merged import once_each

    notes(once_each({file: found.notes for file, found in results.items()}))
    failed = once_each({file: tuple(found.failures.values()) for file, found in results.items()})
    notes([*failed, *results.failures.values()], kind="error")
    if failed or results.failures:
        if results.failures:
            measured = f"{len(results)} of {len(results) + len(results.failures)} files are measured"
            notes([f"{measured}, the others are left out"], kind="error")
        raise typer.Exit(1)
