"""Columns of a table that say how sure the tracker is of a position."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from kadita import KaditaError
from kadita.plugins.importers import Floats, did_you_mean
from kadita_tracks.tables.reading import numbers

NAMES = ("confidence", "likelihood", "score", "quality", "probability", "p")  # in any case
Least = Annotated[
    dict[str, float] | None, Field(description="least quality of a position, by column, as --least sets it")
]


def qualities(
    path: Path, table: Any, least: Mapping[str, float] | None, named: Iterable[str] = ()
) -> dict[str, Floats]:
    """Return the columns of quality, (rows,), by name: those with usual names, those that are named, and those limited.

    Raises:
        KaditaError: there is no such column, or it is not one of numbers.
    """
    known = [str(c) for c in table.columns]
    chosen = [name for name in known if name.lower() in NAMES]
    for name in (*named, *(least or {})):
        if name not in known:
            hint = did_you_mean(name, known) or f"; there are: {', '.join(known)}"
            raise KaditaError(f"{path}: there is no column '{name}'{hint}")
        chosen.append(name)
    return {name: numbers(path, table, name) for name in dict.fromkeys(chosen)}
