"""MDAnalysis reader of `.nc4`: any NetCDF-4 file with AMBER's variables."""

from __future__ import annotations

from typing import Any

import numpy as np
from MDAnalysis.coordinates.base import ReaderBase
from MDAnalysis.lib.util import store_init_arguments

from kadita.base.errors import KaditaError
from kadita.io.nc4.compression import frames_in_chunk
from kadita.io.nc4.mda_writer import UNITS, NC4Writer
from kadita.io.nc4.trajectory import Nc4Trajectory

EXPECTED = {"coordinates": ("angstrom",), "time": ("picosecond", "ps"), "velocities": ("angstrom/picosecond",)}


class NC4Reader(ReaderBase):  # type: ignore[misc]
    """Reads a `.nc4`; `MDAnalysis.Universe("school.nc4")` uses it after `import kadita.mda`.

    Frames are read in chunks; the last chunk is kept in memory.

    Args:
        filename: a NetCDF-4 file with AMBER's variables.
        n_atoms: expected number of atoms; not checked if None.
        kwargs: `convert_units`, `dt`, `time_offset`, as for every reader.

    Raises:
        KaditaError: the file is damaged, not a trajectory, or in other units; on reading, a frame is damaged.
        ValueError: the number of atoms differs.
    """

    format = "NC4"
    units = UNITS

    @store_init_arguments  # type: ignore[untyped-decorator]
    def __init__(self, filename: Any, n_atoms: int | None = None, **kwargs: Any) -> None:
        self._file: Nc4Trajectory | None = None
        super().__init__(filename, **kwargs)
        self._open()
        if n_atoms is not None and n_atoms != self.n_atoms:
            raise ValueError(f"{self.filename}: expected n_atoms = {n_atoms}; found {self.n_atoms}")
        self.ts = self._Timestep(
            self.n_atoms,
            velocities="velocities" in self._names,
            forces="forces" in self._names,
            reader=self,
            **self._ts_kwargs,
        )
        self._read_frame(0)

    def _open(self) -> None:
        self._file = Nc4Trajectory(self.filename)
        variables = self._file.header.variables
        for name, expected in EXPECTED.items():
            unit = variables[name].attributes.get("units") if name in variables else None
            if unit is not None and str(unit).strip().rstrip("s").lower() not in [e.rstrip("s") for e in expected]:
                raise KaditaError(f"{self.filename}: expected {name} in {expected[0]}; found {unit}")
        self.n_atoms, self.n_frames = self._file.header.dims["atom"], self._file.n_frames
        self._names = frozenset(name for name, v in variables.items() if v.record)
        self._in_chunk = frames_in_chunk(variables["coordinates"].size)
        self._chunk: Any = None
        self._chunk_number = -1

    @staticmethod
    def parse_n_atoms(filename: Any, **kwargs: Any) -> int:
        """Return the number of atoms in a file."""
        with Nc4Trajectory(filename) as file:
            return file.header.dims["atom"]

    def _read_frame(self, frame: int) -> Any:
        if self._file is None:
            raise OSError(f"{self.filename} is closed")
        if not 0 <= frame < self.n_frames:
            raise IndexError(f"frame: expected 0 .. {self.n_frames - 1}; got {frame}")
        number, row = divmod(int(frame), self._in_chunk)
        if self._chunk is None or number != self._chunk_number:
            first = number * self._in_chunk
            self._chunk = self._file.records(np.arange(first, min(first + self._in_chunk, self.n_frames)))
            self._chunk_number = number
        self._set_timestep(self._chunk[row])
        self.ts.frame = self._frame = int(frame)
        return self.ts

    def _set_timestep(self, record: Any) -> None:
        ts = self.ts
        ts.positions = self._scaled(record, "coordinates")
        if "time" in self._names:
            ts.time = float(self._scaled(record, "time"))
        for name in self._names & {"velocities", "forces"}:
            setattr(ts, name, self._scaled(record, name))
        if "cell_lengths" in self._names:
            angles = self._scaled(record, "cell_angles") if "cell_angles" in self._names else np.full(3, 90.0)
            ts.dimensions = np.concatenate([self._scaled(record, "cell_lengths"), angles])
        if self.convert_units:  # only forces differ from MDAnalysis' units
            self.convert_pos_from_native(ts.positions)
            if ts.dimensions is not None:
                self.convert_pos_from_native(ts._unitcell[:3])
            if ts.has_velocities:
                self.convert_velocities_from_native(ts.velocities)
            if ts.has_forces:
                self.convert_forces_from_native(ts.forces)

    def _scaled(self, record: Any, name: str) -> Any:
        """Return a variable with scale_factor and add_offset applied, with which other programs store values."""
        assert self._file is not None
        values = np.asarray(record[name])
        attributes = self._file.header.variables[name].attributes
        if not {"scale_factor", "add_offset"} & attributes.keys():
            return values
        factor, offset = (attributes.get(key, (neutral,)) for key, neutral in (("scale_factor", 1), ("add_offset", 0)))
        return values * factor[0] + offset[0]

    def _read_next_timestep(self, ts: Any = None) -> Any:
        try:
            return self._read_frame(self._frame + 1)
        except IndexError:
            raise OSError(f"{self.filename}: expected another frame; the last one was read") from None

    def _get_dt(self) -> float:
        if self._file is None or "time" not in self._names or self.n_frames < 2:
            raise AttributeError("dt")  # MDAnalysis then uses 1 ps
        times = self._file.times
        return float(times[1] - times[0])

    def _reopen(self) -> None:
        self.close()
        self._open()
        self._frame = -1  # tells MDAnalysis that no frame has been read yet

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without the open file, which cannot be pickled."""
        return self.__dict__ | {"_file": None, "_chunk": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()

    def Writer(self, filename: Any, n_atoms: int | None = None, **kwargs: Any) -> Any:
        """Return a writer of `.nc4`, by default with the reader's number of atoms and units."""
        kwargs.setdefault("convert_units", self.convert_units)
        return NC4Writer(filename, self.n_atoms if n_atoms is None else n_atoms, **kwargs)
