"""What MDAnalysis ignores in a LAMMPS dump: whether the cell is periodic, and its lower bounds.

MDAnalysis shifts the cell of every frame to the origin. That changes nothing if the cell is periodic. If it is not, the
cell is a bounding box that differs between frames, so the shift is undone and positions are those in the file.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.school.box import Floats


def check_complete(reader: Any) -> None:
    """Raise if the dump ends within a frame; MDAnalysis would silently leave that frame out.

    Raises:
        KaditaError: lines are missing, or the last one is incomplete.
    """
    *lines, beyond = _lines(reader, -1, reader.n_atoms + 10)
    if beyond or not lines[-1].endswith("\n"):
        raise KaditaError(
            f"{reader.filename}: expected complete frames of {reader.n_atoms} atoms; the file is truncated after "
            f"{reader.n_frames} frames, or the number of atoms changes, which kadita cannot read"
        )


def lammps_boundaries(reader: Any, frame: int) -> tuple[NDArray[np.bool_], Floats]:
    """Return along which axes a frame has open boundaries, and the lower bounds of its cell, both (3,).

    Args:
        reader: MDAnalysis' `DumpReader`, which holds the byte offsets of the frames.
        frame: number of the frame.

    Raises:
        KaditaError: the cell has no bounds.
    """
    lines = [line.split() for line in _lines(reader, frame, 8)]
    edges = lines[4][3:]
    words = [edge for edge in edges if len(edge) == 2]
    is_open = np.array([len(words) == 3 and not edge.startswith("p") for edge in [*words, "", "", ""][:3]])
    try:
        lowest = np.array([float(line[0]) for line in lines[5:8]])
    except (ValueError, IndexError):
        raise KaditaError(f"{reader.filename}: expected the bounds of a cell in frame {frame}; found none") from None
    return is_open, lowest


def check_same_atoms(reader: Any, frame: int) -> None:
    """Raise if a frame has other atoms than the first one; MDAnalysis compares only their number.

    Raises:
        KaditaError: the atoms differ.
    """
    if not np.array_equal(_ids(reader, 0), _ids(reader, frame)):
        raise KaditaError(
            f"{reader.filename}: expected the same atoms in every frame; those of frame {frame} differ from those of "
            "frame 0"
        )


def _ids(reader: Any, frame: int) -> NDArray[np.str_]:
    """Return the sorted ids of the atoms of a frame; empty if the dump has no ids."""
    head, *rows = [line.split() for line in _lines(reader, frame, reader.n_atoms + 9)[8:]]
    if "id" not in head:
        return np.array([], dtype=np.str_)
    return np.sort([row[head.index("id") - 2] for row in rows])


def _lines(reader: Any, frame: int, count: int) -> list[str]:
    """Return the first lines of a frame; those after the end of the file are empty."""
    from MDAnalysis.lib.util import anyopen

    with anyopen(reader.filename) as file:  # dumps can be compressed
        file.seek(reader._offsets[frame] if reader._offsets else 0)
        return [file.readline() for _ in range(count)]
