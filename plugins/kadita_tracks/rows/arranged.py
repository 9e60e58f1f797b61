"""Several quantities of rows, arranged as frames in one scratch file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from kadita.plugins.importers import Floats, Integers
from kadita_tracks.rows.scratch import Field, Occupants, Places

QUALITY = "quality "  # begins the names of qualities, which may be any


class Arranged:
    """Positions, velocities and qualities of each frame and column; empty at first."""

    def __init__(self, name: str, frames: int, columns: int, values: Mapping[str, Floats]) -> None:
        """Create the scratch file for values such as these, (rows, K) by name; see `named`."""
        self._at: dict[str, slice] = {}
        start = 0
        for key, rows in values.items():
            self._at[key] = slice(start, start + rows.shape[1])
            start += rows.shape[1]
        self._places = Places(name, frames, columns, start)

    def put(self, frame: Integers, column: Integers, agent: Integers, values: Mapping[str, Floats]) -> int | None:
        """Put rows into their places; return the index of a row whose place was taken, or None."""
        return self._places.put(frame, column, agent, np.concatenate(list(values.values()), axis=1))

    @property
    def fields(self) -> dict[str, Any]:
        """Positions, velocities, quality and identities, as in `kadita.Tracks`, which are read as they are indexed."""
        fields = {key: Field(self._places, at) for key, at in self._at.items() if not key.startswith(QUALITY)}
        quality = {
            key.removeprefix(QUALITY): Field(self._places, at.start)
            for key, at in self._at.items()
            if key.startswith(QUALITY)
        }
        return {"velocities": None, **fields, "quality": quality, "identities": Occupants(self._places)}


def named(positions: Floats, velocities: Floats | None, quality: Mapping[str, Floats] | None) -> dict[str, Floats]:
    """Return the numbers of rows by name, (rows, K) each."""
    return dict(_named(positions, velocities, quality or {}))


def _named(positions: Floats, velocities: Floats | None, quality: Mapping[str, Floats]) -> Iterator[tuple[str, Floats]]:
    yield "positions", positions
    if velocities is not None:
        yield "velocities", velocities
    for key, values in quality.items():
        yield QUALITY + key, values[:, None]
