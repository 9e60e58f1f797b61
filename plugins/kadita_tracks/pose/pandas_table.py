"""Read a table that pandas stored in HDF5, as DeepLabCut does, with h5py alone: PyTables is not needed.

In the format ``table`` a group has the dataset ``table`` of records with ``index`` and one block of values, and the
names of columns as a pickle in the attribute ``non_index_axes``, of which no code is executed. In the format ``fixed``
it has the datasets ``axis1`` (the index), ``block0_values``, and names of columns by level: ``block0_items_level0`` ...
and the places in these, ``block0_items_label0`` ...
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kadita import KaditaError
from kadita.plugins.importers import Floats, check_claim
from kadita_tracks.files.hdf5 import open_hdf5, read_entry, strings
from kadita_tracks.files.unpickle import unpickle

KINDS = ("frame_table", "frame")  # of pandas: the formats table and fixed
VALUES = "values_block_0"
LEVELS = (3, 4)  # scorer, bodyparts, coords, and individuals where there are several
Names = list[tuple[str, ...]]


def find_table(path: Path) -> str | None:
    """Return the name of the group with a table whose columns have three or four levels; None if there is none.

    Raises:
        KaditaError: h5py is not installed, or the file is damaged.
    """
    with open_hdf5(path) as file:
        for name in list(file)[:8]:
            link = file.get(name, getlink=True)
            if type(link).__name__ != "HardLink" or not hasattr(file[name], "keys"):
                continue
            group = file[name]
            kind = _text(group.attrs.get("pandas_type"))
            if kind == "frame_table" and "table" in group and "non_index_axes" in group.attrs:
                return str(name)
            if kind == "frame" and "block0_values" in group and _levels(group) in LEVELS:
                return str(name)
    return None


def read_pandas_table(path: Path) -> tuple[Names, Floats, Floats]:
    """Return the names of columns, one tuple each, the index, (T,), and the values, (T, columns).

    Raises:
        KaditaError: the table is damaged, its index is no number, or its columns do not have three or four levels.
    """
    name = find_table(path)
    if name is None:
        raise KaditaError(f"{path}: expected a table of pandas, as DeepLabCut stores it; found none")
    with open_hdf5(path) as file:
        group = file[name]
        names, index, values = (
            _table(path, group) if _text(group.attrs["pandas_type"]) == KINDS[0] else _fixed(path, group)
        )
    if index.dtype.kind not in "iuf":
        raise KaditaError(f"{path}: expected frame numbers as its index; found text: annotated images are no tracks")
    if values.ndim != 2 or values.dtype.kind not in "iuf" or values.shape != (len(index), len(names)):
        raise KaditaError(f"{path}: expected one block of numbers, {len(names)} columns; found others")
    if {len(n) for n in names} not in ({3}, {4}):
        raise KaditaError(f"{path}: expected columns named by scorer, bodyparts and coords; found others")
    return names, index.astype(np.float64), values.astype(np.float64)


def _table(path: Path, group: Any) -> tuple[Names, Any, Any]:
    rows = read_entry(path, group, "table")
    if rows is None or rows.dtype.names is None or not {"index", VALUES} <= set(rows.dtype.names):
        raise KaditaError(f"{path}: expected a table with index and {VALUES}; found others")
    pickled = group.attrs["non_index_axes"]
    axes = unpickle(str(path), pickled if isinstance(pickled, bytes) else str(pickled).encode())
    try:
        names = [tuple(str(level) for level in column) for column in axes[0][1] if isinstance(column, tuple)]
    except (TypeError, IndexError, KeyError):
        names = []
    values = rows[VALUES]
    if not names or len(rows.dtype.names) != 2:
        raise KaditaError(f"{path}: expected columns named by scorer, bodyparts and coords; found others")
    return names, rows["index"], values.reshape(len(rows), -1)


def _fixed(path: Path, group: Any) -> tuple[Names, Any, Any]:
    levels = []
    for level in range(_levels(group)):
        words = strings(path, group, f"block0_items_level{level}")
        places = read_entry(path, group, f"block0_items_label{level}")
        if places is None or places.dtype.kind not in "iu" or ((places < 0) | (places >= len(words))).any():
            raise KaditaError(f"{path}: expected names of columns; found places outside them")
        levels.append([words[i] for i in places.ravel().tolist()])
    if len({len(level) for level in levels}) != 1:
        raise KaditaError(f"{path}: expected a name of each level for each column; found others")
    index, values = (read_entry(path, group, name) for name in ("axis1", "block0_values"))
    if index is None or values is None:
        raise KaditaError(f"{path}: expected axis1 and block0_values; there are not both")
    check_claim(path, values.nbytes, "block0_values")
    return list(zip(*levels, strict=True)), index, values


def _levels(group: Any) -> int:
    number = group.attrs.get("block0_items_nlevels", 0)
    return int(number) if isinstance(number, int | np.integer) else 0


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
