"""NetCDF files through netCDF4, opened and made so that what goes wrong is told, and nothing worse happens."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from kadita.base.errors import KaditaError

# what netCDF4 raises for files that are damaged, or of types that it does not know
ERRORS = (OSError, RuntimeError, ValueError, LookupError, AttributeError)


def open_dataset(path: Path) -> Any:
    """Open a NetCDF file for reading, its numbers and texts as they are stored.

    Raises:
        KaditaError: it is damaged, or being written to.
    """
    import netCDF4

    try:
        file = netCDF4.Dataset(path, "r")
    except ERRORS as error:
        reason = getattr(error, "strerror", None) or error
        raise KaditaError(
            f"{path}: expected a NetCDF-4 file; found it cut, damaged or being written ({reason})"
        ) from None
    file.set_auto_maskandscale(False)
    file.set_auto_chartostring(False)
    return file


@contextmanager
def created(path: Path, container: Literal["NETCDF4", "NETCDF3_64BIT_OFFSET"]) -> Iterator[Any]:
    """Make a NetCDF file, and close it.

    Raises:
        OSError: the disk is full.
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
    except RuntimeError as error:  # how netCDF4 says so
        raise OSError(f"{path}: cannot be written: {error}") from None


def close(file: Any) -> None:
    """Close a file that was written, once.

    Raises:
        RuntimeError: what was left to write cannot be written.
    """
    try:
        file.close()
    except RuntimeError:
        # libnetcdf has let go of the file, and closing it once more, as netCDF4 does when the object is cleared away,
        # crashes: it is never cleared away
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(file))
        raise
