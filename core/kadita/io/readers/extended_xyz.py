"""Reads extended XYZ: text whose second lines say what the columns are, and whose frames can differ in their atoms.

MDAnalysis reads plain XYZ alone: positions, and as many atoms in every frame.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kadita.base.errors import KaditaError
from kadita.base.files import fingerprint
from kadita.school.box import Floats
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Chunk, Trajectory

ENDINGS = (".xyz", ".extxyz")
ASSIGNED = re.compile(r'([A-Za-z_]\w*)=("[^"]*"|\S+)')
VELOCITIES = ("velo", "vel", "velocities", "velocity")


class Entry(NamedTuple):
    """Where a frame's rows begin in the file, and what stands above them."""

    offset: int
    atoms: int
    columns: dict[str, int]  # the first column of each property
    time: float
    lengths: Floats | None
    agents: Integers


def is_extended(path: Path) -> bool:
    """Whether a file's second line names its columns."""
    with path.open("rb") as file:
        file.readline(1000)
        return b"Properties=" in file.readline(100_000)


class ExtendedXyzTrajectory(Trajectory):
    """An extended XYZ file; with a column `id`, an agent that is not in a frame is absent from it.

    Raises:
        KaditaError: a file that is cut or damaged, a cell that is not orthorhombic, or atoms that come and go unnamed.
    """

    def __init__(self, path: Path) -> None:
        self.name, self._path = str(path), path
        self._entries: list[Entry] = []
        kinds: dict[int, str] = {}
        with path.open("rb") as file:
            while head := file.readline():
                if head.strip() or self._entries:
                    self._entries.append(self._scan(file, head, kinds))
        self.n_frames = len(self._entries)
        first = self._entries[0]
        if any("id" not in e.columns and e.atoms != first.atoms for e in self._entries):
            raise KaditaError(f"{path}: expected a column id, as the number of atoms changes; found none")
        if any((e.lengths is None) != (first.lengths is None) for e in self._entries):
            raise KaditaError(f"{path}: expected a cell in every frame or in none; got it in some")
        self.agents = np.unique(np.concatenate([e.agents for e in self._entries]))
        if len(self.agents) == 0:
            raise KaditaError(f"{path}: expected at least one atom; found none")
        self._velocity = next((v for v in VELOCITIES if v in first.columns), "")
        self.has_velocities = bool(self._velocity)
        self.attributes: dict[str, Any] = {}
        words = [kinds.get(a, "") for a in self.agents.tolist()]
        self.species = np.array(words) if len(set(words)) > 1 else None

    def _scan(self, file: Any, head: bytes, kinds: dict[int, str]) -> Entry:
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
            rows = [file.readline() for _ in range(count)] if count < self._path.stat().st_size else [b""]
            if rows and not rows[-1].endswith(b"\n"):
                raise KaditaError(f"{self.name}: the file ends within frame {number}; take another copy")
            split = [row.split() for row in rows]
            agents = np.array(
                [int(r[columns["id"]]) for r in split] if "id" in columns else range(count), dtype=np.int64
            )
            if "species" in columns:
                names = (r[columns["species"]].decode("utf-8", errors="replace") for r in split)
                kinds.update(zip(agents.tolist(), names, strict=True))
        except (ValueError, KeyError, IndexError):
            raise KaditaError(
                f"{self.name}: expected frame {number} of extended XYZ: a number of atoms, a line with Properties= "
                "that include pos, and a row for each; found another"
            ) from None
        if len(np.unique(agents)) != count:
            raise KaditaError(f"{self.name}: expected each id once in frame {number}; found one twice")
        return Entry(offset, count, columns, time, lengths, agents)

    def _lengths(self, keys: dict[str, str], number: int) -> Floats | None:
        if "Lattice" not in keys:
            return None
        repeats = [word.upper().startswith(("T", "1")) for word in keys.get("pbc", "T T T").split()]
        if not any(repeats):
            return None
        edges = np.array(keys["Lattice"].split(), dtype=float).reshape(3, 3)
        lengths: Floats = np.diag(edges).copy()
        if not all(repeats) or (edges != np.diag(lengths)).any() or not (lengths > 0).all():
            raise KaditaError(
                f"{self.name}: expected an orthorhombic cell that repeats in all directions or in none; frame {number} "
                f"has {keys['Lattice']}, pbc {keys.get('pbc', 'T T T')}"
            )
        return lengths

    @property
    def times(self) -> Floats:
        """Time of every frame; frame numbers where the file has none."""
        return np.array([e.time for e in self._entries])

    def read(self, frames: Integers) -> Chunk:
        """Return these frames."""
        shape = (len(frames), len(self.agents), 3)
        positions = np.full(shape, np.nan)
        velocities = np.full(shape, np.nan) if self.has_velocities else None
        entries = [self._entries[f] for f in frames.tolist()]
        with self._path.open("rb") as file:
            for row, entry in enumerate(entries):
                file.seek(entry.offset)
                split = [file.readline().split() for _ in range(entry.atoms)]
                here = np.searchsorted(self.agents, entry.agents)
                for name, into in (("pos", positions), (self._velocity, velocities)):
                    if into is None:
                        continue
                    try:
                        first = entry.columns[name]
                        into[row, here] = np.array([r[first : first + 3] for r in split], dtype=float).reshape(-1, 3)
                    except (ValueError, KeyError, IndexError):
                        raise KaditaError(
                            f"{self.name}: expected three numbers of {name} for each atom in frame {frames[row]}; "
                            "found something else"
                        ) from None
        times = np.array([e.time for e in entries])
        cells = [e.lengths for e in entries if e.lengths is not None]
        return Chunk(positions, velocities, times, np.array(cells) if cells else None)

    def fingerprint(self) -> dict[str, Any]:
        """Return what identifies the file."""
        return fingerprint(self._path)


def _columns(properties: str) -> dict[str, int]:
    """First column of each of ``name:type:count:...``."""
    words = properties.split(":")
    counts = [int(count) for count in words[2::3]]
    firsts = np.cumsum([0, *counts]).tolist()
    return dict(zip(words[::3], firsts[:-1], strict=True))
