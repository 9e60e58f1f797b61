"""What MDAnalysis leaves out of a LAMMPS dump: whether its cell repeats, and where it begins.

MDAnalysis moves every frame's cell to the origin. Where the cell repeats, that is a choice. Where it does not, it is a
box around the particles, in another place in every frame, and positions are those in the file.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.school.box import Floats


def check_whole(reader: Any) -> None:
    """Refuse a dump that ends within a frame, of which MDAnalysis would leave that frame out and say nothing.

    Raises:
        KaditaError: lines that are missing, or one that does not end.
    """
    from MDAnalysis.lib.util import anyopen

    with anyopen(reader.filename) as file:
        file.seek(reader._offsets[-1] if reader._offsets else 0)
        lines = file.readlines()
    if len(lines) != reader.n_atoms + 9 or not lines[-1].endswith("\n"):
        raise KaditaError(
            f"{reader.filename}: expected whole frames of {reader.n_atoms} atoms; the file ends within one after "
            f"{reader.n_frames} frames, or their number of atoms changes, which kadita cannot read"
        )


def lammps_boundaries(reader: Any, frame: int) -> tuple[bool, Floats]:
    """Return whether a frame is in open space, and the lower bounds of its cell, (3,).

    Args:
        reader: MDAnalysis' `DumpReader`, which knows where frames begin.
        frame: its number.

    Raises:
        KaditaError: a cell that repeats in some directions and not in others, or is none.
    """
    from MDAnalysis.lib.util import anyopen

    with anyopen(reader.filename) as file:  # dumps can be compressed
        file.seek(reader._offsets[frame])
        lines = [file.readline().split() for _ in range(8)]
    edges = lines[4][3:]
    periodic = [edge.startswith("p") for edge in edges if len(edge) == 2]
    if any(periodic) and not all(periodic):
        raise KaditaError(
            f"{reader.filename}: expected a cell that repeats in all directions or in none; frame {frame} says "
            f"{' '.join(edges)}"
        )
    try:
        lowest = np.array([float(line[0]) for line in lines[5:8]])
    except (ValueError, IndexError):
        raise KaditaError(f"{reader.filename}: expected the bounds of a cell in frame {frame}; found none") from None
    return bool(periodic) and not any(periodic), lowest


def check_same_atoms(reader: Any, frame: int) -> None:
    """Refuse a frame of as many atoms as the first one, but of others; MDAnalysis takes them for the same.

    Raises:
        KaditaError: atoms that come and go.
    """
    if not np.array_equal(_ids(reader, 0), _ids(reader, frame)):
        raise KaditaError(
            f"{reader.filename}: expected the same atoms in every frame; those of frame {frame} are not those of "
            "frame 0"
        )


def _ids(reader: Any, frame: int) -> NDArray[np.str_]:
    """Identities of the atoms of a frame, sorted; where they have none, nothing."""
    from MDAnalysis.lib.util import anyopen

    with anyopen(reader.filename) as file:
        file.seek(reader._offsets[frame])
        columns = [file.readline() for _ in range(9)][-1].split()[2:]
        rows = [file.readline().split() for _ in range(reader.n_atoms)]
    if "id" not in columns:
        return np.array([], dtype=np.str_)
    return np.sort([row[columns.index("id")] for row in rows])
