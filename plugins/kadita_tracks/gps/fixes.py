"""Arrange fixes of satellite receivers as tracks: places in degrees, and times as ISO 8601 has them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import KaditaError, Tracks
from kadita.plugins.importers import Floats
from kadita_tracks.gps.projection import project
from kadita_tracks.rows.arrange import frames_of_rows
from kadita_tracks.tables.times import seconds

Height = Annotated[bool, Field(description="z is the height, which all positions must have; false: a plane")]


def tracks_of_fixes(
    path: Path,
    animals: NDArray[Any],
    moments: Sequence[str],
    degrees: Floats,
    heights: Floats,
    *,
    height: bool,
    projection: str,
    species: NDArray[Any] | None = None,
    remarks: Sequence[str] = (),
) -> Tracks:
    """Return tracks in metres and in seconds from the first fix.

    Args:
        path: of the file, for messages.
        animals: (rows,) identities.
        moments: (rows,) times such as 2015-09-10T07:00:00Z; UTC where they name no zone.
        degrees: (rows, 2) longitude and latitude.
        heights: (rows,) in m, NaN where unknown.
        height: whether they are z. If not, tracks are in a plane: receivers know heights far worse than places.
        projection: see `kadita_tracks.gps.projection.project`.
        species: (rows,) names, or None.
        remarks: for the user, before those on heights, projection and times.

    Raises:
        KaditaError: a time or height is missing, or the projection cannot be made.
    """
    import pandas

    if untimed := sum(not moment for moment in moments):
        raise KaditaError(f"{path}: expected a time of each position; {untimed} of {len(moments)} have none")
    known = np.isfinite(heights)
    if height and not known.all():
        raise KaditaError(
            f"{path}: expected a height of each position for --set height=true; {int((~known).sum())} of {len(known)} "
            "have none"
        )
    said = list(remarks)
    if known.any() and not height:
        said.append(f"{path}: heights are not used; --set height=true makes them z")
    times, origin = seconds(path, pandas.DataFrame({"time": list(moments)}, dtype=str), "time")
    placed = project(path, degrees[:, 0], degrees[:, 1], projection)
    return frames_of_rows(
        str(path),
        animals,
        times,
        np.column_stack([placed.positions, heights]) if height else placed.positions,
        None,
        species=species,
        length_unit="m",
        time_unit="s",
        attributes={"projection": placed.projection},
        y_down=False,
        remarks=(*said, placed.remark, f"{path}: times are seconds from {origin}"),
    )
