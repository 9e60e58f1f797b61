"""Open and create NetCDF files with netCDF4, with clear errors and without its crashes."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from kadita.base.errors import KaditaError

# raised by netCDF4 for damaged files and for unknown types
ERRORS = (OSError, RuntimeError, ValueError, LookupError, AttributeError)


def open_dataset(path: Path) -> Any:
    """Open a NetCDF file for reading, without masking, scaling or conversion of text.

    Raises:
        KaditaError: the file is damaged or being written.
    """
    import netCDF4

    try:
        file = netCDF4.Dataset(path, "r")
    except ERRORS as error:
        reason = getattr(error, "strerror", None) or error
        raise KaditaError(
            f"{path}: expected a NetCDF-4 file; it is truncated, damaged or being written ({reason})"
        ) from None
    file.set_auto_maskandscale(False)
    file.set_auto_chartostring(False)
    return file


@contextmanager
def created(path: Path, container: Literal["NETCDF4", "NETCDF3_64BIT_OFFSET"]) -> Iterator[Any]:
    """Create a NetCDF file, and close it at the end.

    Raises:
        OSError: the file cannot be written, as on a full disk.
    """
    import netCDF4

    try:
        file = netCDF4.Dataset(path, "w", format=container)
        try:
            yield file
        except BaseException:
            with suppress(RuntimeError):
                close(file)
            raise
        close(file)
    except RuntimeError as error:  # raised by netCDF4 if the disk is full
        raise OSError(f"{path}: cannot be written: {error}") from None


def close(file: Any) -> None:
    """Close a written file, at most once.

    Raises:
        RuntimeError: the remaining data cannot be written.
    """
    try:
        file.close()
    except RuntimeError:
        # libnetcdf has released the file. netCDF4 would close it again when the object is deleted, and crash: the extra
        # reference keeps the object alive
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(file))
        raise
