"""Reads tracks from MATLAB files in the layout of Ling et al. 2019 (doi:10.1038/s41467-019-13281-4)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kadita import KaditaError, Tracks, importer
from kadita_tracks.long import frames_of_rows


@importer(endings=(".mat",), source="Ling et al. 2019, doi:10.1038/s41467-019-13281-4")
def matlab(path: Path, *, variable: str = "tracks_filt") -> Tracks:
    """Rows of id, x, y, z, t, vx, vy, vz in a MATLAB matrix; further columns are left out.

    Raises:
        KaditaError: no MATLAB file, no such variable, or one of another shape.
    """
    from scipy.io import loadmat

    try:
        content = loadmat(path, variable_names=None)
    except NotImplementedError:
        raise KaditaError(f"{path}: expected MATLAB 5 to 7; found 7.3 (HDF5); save it with -v7") from None
    except Exception as error:  # scipy raises whatever a damaged file leads it to
        raise KaditaError(f"{path}: expected a MATLAB file; it cannot be read: {error}") from None
    known = {k: np.asarray(v) for k, v in content.items() if not k.startswith("__")}
    if variable not in known:
        there = ", ".join(f"{k} {v.shape}" for k, v in known.items()) or "none"
        raise KaditaError(
            f"{path}: there is no variable '{variable}'; name one with --set variable=NAME; there are: {there}"
        )
    rows = known[variable]
    if rows.ndim != 2 or rows.shape[1] < 8 or not np.issubdtype(rows.dtype, np.floating):
        raise KaditaError(
            f"{path}: expected {variable} to have rows of id, x, y, z, t, vx, vy, vz; found shape {rows.shape} of "
            f"{rows.dtype}"
        )
    identities = rows[:, 0]
    if not (np.abs(identities) < 2**53).all() or not np.array_equal(identities, np.rint(identities)):
        raise KaditaError(f"{path}: expected whole numbers in the first column of {variable}, the identities")
    return frames_of_rows(str(path), identities.astype(np.int64), rows[:, 4], rows[:, 1:4], rows[:, 5:8])
