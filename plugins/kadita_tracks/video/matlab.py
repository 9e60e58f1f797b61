"""Read tracks from MATLAB files in the layout of Ling et al. 2019 (doi:10.1038/s41467-019-13281-4)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

from kadita import KaditaError, Tracks, importer
from kadita_tracks.files.matlab import shapes, variables
from kadita_tracks.rows.arrange import frames_of_rows

Variable = Annotated[str, Field(description="name of the matrix in the file")]
COLUMNS = 8
USUAL = "tracks_filt"


def _recognizes(path: Path) -> bool:
    """Whether there is the usual variable, or nothing but matrices, one of which has enough columns."""
    found = shapes(path)
    return USUAL in found or any(len(shape) == 2 and shape[0] > 1 and shape[1] >= COLUMNS for shape in found.values())


@importer(
    endings=(".mat",),
    binary=True,
    recognizes=_recognizes,
    source="Ling et al. 2019, doi:10.1038/s41467-019-13281-4",
)
def matlab(path: Path, *, variable: Variable = USUAL) -> Tracks:
    """Matrix of MATLAB 5 to 7.3 with columns id, x, y, z, t, vx, vy, vz; further columns are ignored.

    Raises:
        KaditaError: the file is not MATLAB's, or the variable is missing or has another shape.
    """
    content = variables(path, [variable])
    if variable not in content:
        available = ", ".join(f"{name} {shape}" for name, shape in shapes(path).items())[:200] or "none"
        raise KaditaError(
            f"{path}: there is no variable '{variable}'; name one with --set variable=NAME; there are: {available}"
        )
    rows = content[variable]
    if rows.ndim != 2 or rows.shape[1] < COLUMNS or not np.issubdtype(rows.dtype, np.floating):
        raise KaditaError(
            f"{path}: expected {variable} to have rows of id, x, y, z, t, vx, vy, vz; found shape {rows.shape} of "
            f"{rows.dtype}"
        )
    identities = rows[:, 0]
    if not (np.abs(identities) < 2**53).all() or not np.array_equal(identities, np.rint(identities)):
        raise KaditaError(f"{path}: expected whole numbers in the first column of {variable}, the identities")
    return frames_of_rows(str(path), identities.astype(np.int64), rows[:, 4], rows[:, 1:4], rows[:, 5:8])
