"""Open HDF5 files with h5py; only datasets stored in the file itself are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from kadita import KaditaError
from kadita.plugins.importers import check_claim
from kadita_tracks.files.damage import reading
from kadita_tracks.files.missing import MissingPackageError


@contextmanager
def open_hdf5(path: Path) -> Iterator[Any]:
    """Open an HDF5 file.

    Raises:
        KaditaError: h5py is not installed, or the file cannot be read.
    """
    try:
        import h5py
    except ImportError:
        raise MissingPackageError(f"{path}: an HDF5 file, which needs h5py: pip install h5py") from None
    with reading(path, "an HDF5 file"), h5py.File(path, "r") as file:
        yield file


def read_entry(path: Path, file: Any, name: str) -> Any:
    """Return the dataset of this name as an array, or else the attribute; None if there is neither.

    Raises:
        KaditaError: the dataset is stored in another file, or claims more data than this file can hold.
    """
    import h5py

    link = file.get(name, getlink=True)  # do not follow the link yet: it may lead to another file
    if link is None:
        return file.attrs.get(name)
    dataset = file[name] if isinstance(link, h5py.HardLink) else None
    if not isinstance(dataset, h5py.Dataset) or dataset.is_virtual or dataset.external:
        raise KaditaError(f"{path}: expected {name} to be a dataset in this file; found a group or a link elsewhere")
    check_claim(path, int(dataset.size or 0) * dataset.dtype.itemsize, name)
    return np.asarray(dataset[()]) if dataset.shape is not None else None


def strings(path: Path, file: Any, name: str) -> list[str]:
    """Return a dataset of strings, of fixed or of variable length; an empty list if there is none.

    Raises:
        KaditaError: it holds anything else.
    """
    values = read_entry(path, file, name)
    if values is None:
        return []
    if not isinstance(values, np.ndarray) or (values.size and values.dtype.kind not in "SOU"):
        raise KaditaError(f"{path}: expected words in {name}; found numbers")
    return [w.decode("utf-8", "replace") if isinstance(w, bytes) else str(w) for w in values.ravel().tolist()]


def names(entries: Iterable[str]) -> str:
    """Return the first names, escaped, for a message."""
    return ", ".join(repr(str(e)[:30]) for e in list(entries)[:8]) or "nothing"


def follow(path: Path, group: Any, name: str) -> Any:
    """Return what `read_entry` does, following a soft link to a dataset of the same file, as NWB shares timestamps.

    Raises:
        KaditaError: the link leads out of the file, or the dataset does.
    """
    import h5py

    link = group.get(name, getlink=True)
    if not isinstance(link, h5py.SoftLink):
        return read_entry(path, group, name)
    *folders, last = [part for part in link.path.split("/") if part]
    place = group.file if link.path.startswith("/") else group
    for folder in folders:
        inner = place.get(folder, getlink=True)
        if not isinstance(inner, h5py.HardLink) or not isinstance(place[folder], h5py.Group):
            raise KaditaError(f"{path}: expected {name} to be in this file; found a link elsewhere")
        place = place[folder]
    return read_entry(path, place, last)
