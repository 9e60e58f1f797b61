"""The table of a sweep: its parameters, its seeds and its results, from the CSV that ``kadita sweep`` writes."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError, did_you_mean
from kadita.base.files import first_bytes
from kadita.school.box import Floats

SEED, FOLDER = "seed", "folder"
ERROR, SETTLED = "_error", "_settled"


@dataclass(frozen=True)
class SweepTable:
    """Rows of a sweep, one for each point and seed.

    Attributes:
        name: of the file, for messages.
        parameters: values of the parameters that vary, (rows,): numbers, or words.
        results: (rows,) by column, NaN where undefined.
    """

    name: str
    parameters: dict[str, NDArray[Any]]
    results: dict[str, Floats]

    def __len__(self) -> int:
        return len(next(iter(self.parameters.values()), ()))

    def parameter(self, name: str) -> NDArray[Any]:
        """Return the values of a parameter.

        Raises:
            KaditaError: it is not one that varies.
        """
        if name not in self.parameters:
            known = ", ".join(self.parameters)
            raise KaditaError(f"{self.name}: expected a parameter that varies ({known}); got '{name}'")
        return self.parameters[name]

    def result(self, name: str) -> Floats:
        """Return the values of a result.

        Raises:
            KaditaError: the table has no such column.
        """
        if name not in self.results:
            shown = [k for k in self.results if not k.endswith((ERROR, SETTLED))]
            hint = did_you_mean(name, shown) or f"; there are {', '.join(shown[:8])}{', ...' if shown[8:] else ''}"
            raise KaditaError(f"{self.name}: the table has no column '{name}'{hint}")
        return self.results[name]

    def where(self, name: str, value: str) -> SweepTable:
        """Return the rows in which a parameter has this value.

        Raises:
            KaditaError: no row has it.
        """
        column = self.parameter(name)
        try:
            chosen = column == float(value) if column.dtype.kind == "f" else column == value
        except ValueError:
            chosen = np.zeros(len(self), bool)
        if not chosen.any():
            known = ", ".join(map(str, np.unique(column)))
            raise KaditaError(f"{self.name}: expected {name} to be one of {known}; got '{value}'")
        parameters, results = ({k: v[chosen] for k, v in part.items()} for part in (self.parameters, self.results))
        return SweepTable(self.name, parameters, results)


def read_sweep_table(path: str | Path) -> SweepTable:
    """Read the table of a sweep.

    Raises:
        KaditaError: a file that is missing, empty or no table of a sweep.

    >>> import kadita
    >>> from kadita.figures import read_sweep_table
    >>> table = kadita.sweep("sweep.toml")
    >>> read_sweep_table("sweep/table.csv").parameters["noise"]
    array([0.1, 0.1, 0.8, 0.8])
    """
    path = Path(path)
    first_bytes(path)
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            header, *rows = csv.reader(file)
    except (UnicodeDecodeError, ValueError, csv.Error):
        header, rows = [], []
    if SEED not in header or FOLDER not in header or not rows:
        raise KaditaError(f"{path}: expected the table of a sweep, such as SWEEP/table.csv of kadita sweep")
    if wrong := [i for i, row in enumerate(rows, 2) if len(row) != len(header)]:
        raise KaditaError(f"{path}: line {wrong[0]}: expected {len(header)} cells as in the header")
    at = header.index(SEED)
    columns = list(zip(*rows, strict=True))
    parameters = {name: _numbers_or_words(columns[i]) for i, name in enumerate(header[:at])}
    results: dict[str, Floats] = {}
    for name, cells in zip(header[at + 1 :], columns[at + 1 :], strict=True):
        if name != FOLDER:
            try:
                results[name] = np.array([np.nan if c == "" else float(c) for c in cells])
            except ValueError:
                raise KaditaError(f"{path}: column {name}: expected numbers") from None
    return SweepTable(str(path), parameters, results)


def _numbers_or_words(cells: tuple[str, ...]) -> NDArray[Any]:
    try:
        return np.array([float(c) for c in cells])
    except ValueError:
        return np.array(cells)
