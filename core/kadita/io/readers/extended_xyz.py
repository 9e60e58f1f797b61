"""Read extended XYZ: text in which the second line of a frame names its columns, and frames can differ in their atoms.

MDAnalysis reads only plain XYZ: positions, and a constant number of atoms.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.readers.frame_by_frame import FileFrame, FrameByFrame
from kadita.school.box import Floats
from kadita.school.neighbors import Integers

ENDINGS = (".xyz", ".extxyz")
ASSIGNED = re.compile(r'([A-Za-z_]\w*)=("[^"]*"|\S+)')
YES, NO = ("T", "TRUE", "1"), ("F", "FALSE", "0")
VELOCITIES = ("velo", "vel", "velocities", "velocity")


class Entry(NamedTuple):
    """A frame: the position of its rows in the file, and what its first two lines state."""

    offset: int  # of the first row, in bytes
    atoms: int
    columns: dict[str, int]  # index of each property's first column
    time: float
    lengths: Floats | None
    agents: Integers


def is_extended(path: Path) -> bool:
    """Whether the second line of a file names its columns."""
    with path.open("rb") as file:
        file.readline(1000)
        return b"Properties=" in file.readline(100_000)


class ExtendedXyzTrajectory(FrameByFrame):
    """An extended XYZ file; with a column `id`, an agent without a row in a frame is absent from it.

    Raises:
        KaditaError: the file is truncated or damaged, a cell is not orthorhombic, or the number of atoms changes
            without a column `id`.
    """

    path: Path

    def __init__(self, path: Path) -> None:
        self.name, self.path = str(path), path
        self._entries: list[Entry] = []
        species: dict[int, str] = {}
        with path.open("rb") as file:
            while head := file.readline():
                if head.strip() or self._entries:
                    self._entries.append(self._scan(file, head, species))
        self.n_frames = len(self._entries)
        first = self._entries[0]
        if any("id" not in e.columns and e.atoms != first.atoms for e in self._entries):
            raise KaditaError(f"{path}: expected a column id, as the number of atoms changes; found none")
        if any((e.lengths is None) != (first.lengths is None) for e in self._entries):
            raise KaditaError(f"{path}: expected a cell in every frame or in none; found one in some frames only")
        self.agents = np.unique(np.concatenate([e.agents for e in self._entries]))
        if len(self.agents) == 0:
            raise KaditaError(f"{path}: expected at least one atom; found none")
        self._velocity = next((v for v in VELOCITIES if v in first.columns), "")
        self.has_velocities = bool(self._velocity)
        self.attributes: dict[str, Any] = {}
        names = [species.get(a, "") for a in self.agents.tolist()]
        self.species = np.array(names) if len(set(names)) > 1 else None

    def _scan(self, file: Any, head: bytes, species: dict[int, str]) -> Entry:
        number = len(self._entries)
        comment = file.readline().decode("utf-8", errors="replace")
        keys = {key: value.strip('"') for key, value in ASSIGNED.findall(comment)}
        try:
            count = int(head)
            columns = _columns(keys["Properties"])
            if count < 0 or "pos" not in columns:
                raise ValueError
            time = float(keys.get("Time", keys.get("time", number)))
            lengths = self._lengths(keys, number)
            offset = file.tell()
            rows = [file.readline() for _ in range(count)] if count < self.path.stat().st_size else [b""]
            if rows and not rows[-1].endswith(b"\n"):
                raise KaditaError(f"{self.name}: the file ends within frame {number}; take another copy")
            split = [row.split() for row in rows]
            agents = np.array(
                [int(r[columns["id"]]) for r in split] if "id" in columns else range(count), dtype=np.int64
            )
            if "species" in columns:
                names = (r[columns["species"]].decode("utf-8", errors="replace") for r in split)
                species.update(zip(agents.tolist(), names, strict=True))
        except (ValueError, KeyError, IndexError):
            raise KaditaError(
                f"{self.name}: expected frame {number} of extended XYZ: a number of atoms, a line with Properties= "
                "that include pos, and one row per atom; found something else"
            ) from None
        if len(np.unique(agents)) != count:
            raise KaditaError(f"{self.name}: expected unique ids in frame {number}; found one twice")
        return Entry(offset, count, columns, time, lengths, agents)

    def _lengths(self, keys: dict[str, str], number: int) -> Floats | None:
        if "Lattice" not in keys:
            return None
        words = keys.get("pbc", "T T T").upper().split()
        if len(words) != 3 or not set(words) <= {*YES, *NO}:
            raise KaditaError(f"{self.name}: expected three of T and F in pbc; frame {number} has {keys['pbc']}")
        periodic = [word in YES for word in words]
        if not any(periodic):
            return None
        edges = np.array(keys["Lattice"].split(), dtype=float).reshape(3, 3)
        lengths: Floats = np.where(periodic, np.diag(edges), 0.0)
        if (edges != np.diag(np.diag(edges))).any() or not (lengths[periodic] > 0).all():
            raise KaditaError(
                f"{self.name}: expected an orthorhombic cell with edges above 0; frame {number} has "
                f"{keys['Lattice']}, pbc {keys.get('pbc', 'T T T')}"
            )
        return lengths

    @property
    def times(self) -> Floats:
        """Time of every frame, (T,); its number where the file has no times."""
        return np.array([e.time for e in self._entries])

    def frame(self, number: int) -> FileFrame:
        """Return the frame of this number."""
        entry = self._entries[number]
        with self.path.open("rb") as file:
            file.seek(entry.offset)
            rows = [file.readline().split() for _ in range(entry.atoms)]
        velocities = self._vectors(number, rows, self._velocity) if self.has_velocities else None
        return FileFrame(self._vectors(number, rows, "pos"), velocities, entry.time, entry.lengths)

    def _vectors(self, number: int, rows: list[list[bytes]], name: str) -> Floats:
        """Return a property of all agents in a frame, (N, 3); NaN where an agent is absent."""
        entry, vectors = self._entries[number], np.full((len(self.agents), 3), np.nan)
        try:
            first = entry.columns[name]
            values = np.array([r[first : first + 3] for r in rows], dtype=float)
            vectors[np.searchsorted(self.agents, entry.agents)] = values.reshape(-1, 3)
        except (ValueError, KeyError, IndexError):
            raise KaditaError(
                f"{self.name}: expected three numbers of {name} for each atom in frame {number}; found something else"
            ) from None
        return vectors


def _columns(properties: str) -> dict[str, int]:
    """Return the index of each property's first column, from ``name:type:count:...``."""
    fields = properties.split(":")
    counts = [int(count) for count in fields[2::3]]
    firsts = np.cumsum([0, *counts]).tolist()
    return dict(zip(fields[::3], firsts[:-1], strict=True))
