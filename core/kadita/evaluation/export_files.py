"""Write the results of several files: one table with the file as a column, or one document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError
from kadita.base.files import check_writable, replace_whole
from kadita.evaluation.export import (
    Equilibration,
    check_targets,
    describe,
    document_of,
    table_of_frames,
    write_csv,
    write_json,
)
from kadita.evaluation.results import Results
from kadita.evaluation.tables import tables as tables_of

ENDINGS = (".csv", ".json")
Part = tuple[str, list[str], Iterable[list[Any]]]  # a file, and heading and rows of its table


def check_files(outputs: Iterable[Path], sources: Iterable[Path], *, force: bool, tables: Iterable[str] = ()) -> None:
    """Check outputs before anything is computed.

    Raises:
        KaditaError: an ending other than .csv and .json, or a file that cannot be written or is a source.
    """
    paths = list(outputs)
    for path in paths:
        if path.suffix not in ENDINGS:
            raise KaditaError(
                f"{path}: expected {' or '.join(ENDINGS)} for results of several files; got '{path.suffix}'"
            )
    targets = check_targets(paths, force=force, tables=tables)
    for source in sources:
        for path in targets:
            check_writable(path, force=force, source=source)


def write_files(
    results: Mapping[str, Results], paths: Iterable[Path], *, force: bool, equilibration: Equilibration = "none"
) -> list[Path]:
    """Write results of several files, by path, and return the files that were written.

    A ``.csv`` has the columns file, frame, time, and those of `kadita.write`; with it come the tables of agents and of
    whole-trajectory results, and a ``.json`` with the parameters and statistics of each file. A ``.json`` that was
    asked for has the values too. Where a file lacks a column of another one, its cells are empty.
    """
    given = list(paths)
    by_table: dict[str, list[str]] = {}
    for file, found in results.items():
        for name, *_ in tables_of(found):
            by_table.setdefault(name, []).append(file)
    targets = check_targets(given, force=force, tables=by_table)
    made = {path.with_name(f"{path.stem}_{name}.csv"): name for path in given for name in by_table}
    for path in targets:
        if path.suffix == ".json":
            content = document_of if path in given else describe
            document = {"files": {file: content(found, equilibration) for file, found in results.items()}}
            replace_whole(path, partial(write_json, document=document))
            continue
        if path in given:
            parts = [(file, *table_of_frames(found)) for file, found in results.items()]
        else:
            parts = [
                (file, heading, rows)
                for file in by_table[made[path]]
                for name, heading, rows in tables_of(results[file])
                if name == made[path]
            ]
        replace_whole(path, partial(_write, parts=parts))
    return list(targets)


def _write(path: Path, parts: Sequence[Part]) -> None:
    columns = dict.fromkeys(name for _, heading, _ in parts for name in heading)
    write_csv(path, ["file", *columns], _rows(parts, list(columns)))


def _rows(parts: Sequence[Part], columns: list[str]) -> Iterator[list[Any]]:
    for file, heading, rows in parts:
        place = {name: i for i, name in enumerate(heading)}
        order = [place.get(name) for name in columns]
        for row in rows:
            yield [file, *("" if i is None else row[i] for i in order)]
