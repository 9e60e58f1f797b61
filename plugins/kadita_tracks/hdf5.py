"""HDF5 files: opened with h5py, and read no further than what they hold themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from kadita import KaditaError
from kadita.plugins.importers import check_claim


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Open a file of HDF5.

    Raises:
        KaditaError: h5py is not installed, or this cannot be read.
    """
    try:
        import h5py
    except ImportError:
        raise KaditaError(f"{path}: an HDF5 file, which needs h5py: pip install h5py") from None
    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, MemoryError) as error:
        words = " ".join(str(error).split())[:120]
        raise KaditaError(f"{path}: expected an HDF5 file; found it damaged ({words})") from None


def entry(path: Path, file: Any, name: str) -> Any:
    """Return a dataset's array, or an attribute of this name; None where there is neither.

    Raises:
        KaditaError: a dataset that lies in another file, or claims more than this one can hold.
    """
    import h5py

    link = file.get(name, getlink=True)  # the link itself: what it leads to may lie in a file that nobody named
    if link is None:
        return file.attrs.get(name)
    found = file[name] if isinstance(link, h5py.HardLink) else None
    if not isinstance(found, h5py.Dataset) or found.is_virtual or found.external:
        raise KaditaError(f"{path}: expected {name} to be a dataset of its own; found a group, or a way to other files")
    check_claim(path, int(found.size or 0) * found.dtype.itemsize, name)
    return np.asarray(found[()]) if found.shape is not None else None


def names(entries: Iterable[str]) -> str:
    """Return the first few names for a message, whatever characters are in them."""
    return ", ".join(repr(str(e)[:30]) for e in list(entries)[:8]) or "nothing"
