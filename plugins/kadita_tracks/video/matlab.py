"""Read tracks from MATLAB files in the layout of Ling et al. 2019 (doi:10.1038/s41467-019-13281-4)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import KaditaError, Tracks, importer
from kadita_tracks.files.hdf5 import names, open_hdf5, read_entry
from kadita_tracks.rows.arrange import frames_of_rows

Variable = Annotated[str, Field(description="name of the matrix in the file")]


@importer(endings=(".mat",), binary=True, source="Ling et al. 2019, doi:10.1038/s41467-019-13281-4")
def matlab(path: Path, *, variable: Variable = "tracks_filt") -> Tracks:
    """Matrix of MATLAB 5 to 7.3 with columns id, x, y, z, t, vx, vy, vz; further columns are ignored.

    Raises:
        KaditaError: the file is not MATLAB's, or the variable is missing or has another shape.
    """
    content = _content(path, variable)
    if variable not in content:
        available = ", ".join(f"{k} {v.shape}" for k, v in content.items()) or "none"
        raise KaditaError(
            f"{path}: there is no variable '{variable}'; name one with --set variable=NAME; there are: {available}"
        )
    rows = content[variable]
    if rows.ndim != 2 or rows.shape[1] < 8 or not np.issubdtype(rows.dtype, np.floating):
        raise KaditaError(
            f"{path}: expected {variable} to have rows of id, x, y, z, t, vx, vy, vz; found shape {rows.shape} of "
            f"{rows.dtype}"
        )
    identities = rows[:, 0]
    if not (np.abs(identities) < 2**53).all() or not np.array_equal(identities, np.rint(identities)):
        raise KaditaError(f"{path}: expected whole numbers in the first column of {variable}, the identities")
    return frames_of_rows(str(path), identities.astype(np.int64), rows[:, 4], rows[:, 1:4], rows[:, 5:8])


def _content(path: Path, variable: str) -> dict[str, NDArray[Any]]:
    """Return the variables of a MATLAB file; for 7.3, which is HDF5, only the named one."""
    from scipy.io import loadmat

    try:
        content = loadmat(path, variable_names=None)
    except NotImplementedError:
        with open_hdf5(path) as file:  # MATLAB is column-major: the matrix is transposed
            if variable not in list(file):
                raise KaditaError(f"{path}: there is no variable '{variable}'; there are: {names(file)}") from None
            return {variable: np.asarray(read_entry(path, file, variable)).T}
    except Exception as error:  # a damaged file can make scipy raise any exception
        reason = " ".join(str(error).split())[:200]
        raise KaditaError(f"{path}: expected a MATLAB file; it cannot be read: {reason}") from None
    return {k: np.asarray(v) for k, v in content.items() if not k.startswith("__")}
