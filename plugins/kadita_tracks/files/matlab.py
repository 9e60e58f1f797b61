"""Read MATLAB files: version 5 to 7 with SciPy, and 7.3, which is HDF5, with h5py."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita import KaditaError
from kadita.plugins.importers import first_bytes
from kadita_tracks.files.damage import reading
from kadita_tracks.files.hdf5 import names, open_hdf5, read_entry

MAGIC = b"MATLAB "  # both versions begin with it; 7.3 has HDF5 after 512 bytes
VERSION_AT = 124  # of the header of version 5: two bytes of version, and two that say the order of bytes


def is_matlab(path: Path) -> bool:
    """Whether a file begins as MATLAB writes it."""
    try:
        first = first_bytes(path, VERSION_AT + 4)
    except KaditaError:
        return False
    return first.startswith(MAGIC) or first[VERSION_AT + 2 :] in (b"IM", b"MI")


def is_hdf5(path: Path) -> bool:
    """Whether a MATLAB file is of version 7.3."""
    return first_bytes(path, VERSION_AT + 4)[VERSION_AT:] in (b"\x00\x02IM", b"\x02\x00MI")


def shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the variables by name, without reading them; nothing if the file cannot be read."""
    from scipy.io import whosmat

    if not is_matlab(path):
        return {}
    try:
        if not is_hdf5(path):
            return {name: tuple(shape) for name, shape, _ in whosmat(str(path))}
        with open_hdf5(path) as file:
            return {str(name): tuple(reversed(getattr(file[name], "shape", ()))) for name in file}
    except Exception:  # a damaged file can make SciPy raise any exception
        return {}


def variables(path: Path, wanted: Iterable[str] | None = None) -> dict[str, Any]:
    """Return variables by name, those wanted or all; structs are arrays of records. Of 7.3, arrays of numbers alone.

    Raises:
        KaditaError: the file cannot be read.
    """
    from scipy.io import loadmat

    if not is_matlab(path):
        raise KaditaError(f"{path}: expected a MATLAB file; found the bytes {first_bytes(path, 4)!r}")
    chosen = None if wanted is None else list(wanted)
    if is_hdf5(path):
        with open_hdf5(path) as file:
            found = list(file) if chosen is None else [name for name in chosen if name in list(file)]
            arrays = {name: np.asarray(read_entry(path, file, name)) for name in found}
        return {name: array.T for name, array in arrays.items()}  # MATLAB is column-major: matrices are transposed
    with reading(path, "a MATLAB file", (Exception,)):  # a damaged file can make SciPy raise any exception
        content = loadmat(str(path), variable_names=chosen)
    return {name: value for name, value in content.items() if not name.startswith("__")}


def vector(path: Path, content: dict[str, Any], name: str) -> NDArray[np.float64]:
    """Return a variable of real numbers as a vector.

    Raises:
        KaditaError: it is missing, or not one of numbers.
    """
    if name not in content:
        raise KaditaError(f"{path}: expected a variable {name}; there are: {names(content)}")
    values = np.asarray(content[name])
    if values.dtype.kind not in "iufb":
        raise KaditaError(f"{path}: expected numbers in {name}; found {values.dtype}")
    return values.astype(np.float64).ravel()


def structs(path: Path, name: str) -> list[Any]:
    """Return the elements of a variable that is an array of structs; see `field`.

    Raises:
        KaditaError: there is no such variable, it holds no structs, or the file is of version 7.3.
    """
    if is_matlab(path) and is_hdf5(path):
        raise KaditaError(
            f"{path}: expected structs in MATLAB's version 7 or older; found version 7.3, of which only matrices are "
            "read; save it in MATLAB with save(..., '-v7')"
        )
    content = variables(path, [name])
    found = content.get(name)
    if not isinstance(found, np.ndarray) or found.dtype.names is None:
        raise KaditaError(f"{path}: expected a variable {name} of structs; found {names(shapes(path))}")
    return list(found.ravel())


def has_fields(element: Any, wanted: Iterable[str]) -> bool:
    """Whether a struct has these fields."""
    return set(wanted) <= set(element.dtype.names)


def field(path: Path, element: Any, name: str) -> NDArray[np.float64]:
    """Return a field of a struct, real numbers, in the shape that it has.

    Raises:
        KaditaError: it is missing, or not one of numbers.
    """
    if name not in element.dtype.names:
        raise KaditaError(f"{path}: expected structs with a field {name}; they have {names(element.dtype.names)}")
    values = np.asarray(element[name])
    if values.dtype.kind not in "iufb":
        raise KaditaError(f"{path}: expected numbers in the field {name}; found {values.dtype}")
    return values.astype(np.float64)


def one_number(path: Path, element: Any, name: str) -> float:
    """Return a field of a struct that is a single number; NaN if it is missing or empty."""
    if name not in element.dtype.names:
        return float("nan")
    values = field(path, element, name)
    return float(values.ravel()[0]) if values.size == 1 else float("nan")
