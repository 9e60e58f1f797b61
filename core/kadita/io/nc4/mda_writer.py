"""MDAnalysis writer of `.nc4`: NetCDF-4 with AMBER's variables."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from MDAnalysis.coordinates.base import WriterBase

from kadita.base.files import discard, hidden_beside, rename
from kadita.io.amber.layout import CELL, define, describe
from kadita.io.nc4.compression import frames_in_chunk, packing
from kadita.io.netcdf4 import close

UNITS = {"time": "ps", "length": "Angstrom", "velocity": "Angstrom/ps", "force": "kcal/(mol*Angstrom)"}


class NC4Writer(WriterBase):  # type: ignore[misc]
    """Writes a `.nc4`; `MDAnalysis.Writer("school.nc4", n_atoms=150)` uses it after `import kadita.mda`.

    All frames must have the same content as the first: velocities, forces, a cell. The file appears when it is closed,
    and replaces an existing one.

    Args:
        filename: the file to write.
        n_atoms: number of atoms.
        convert_units: convert from MDAnalysis' units to AMBER's, which differ in forces.
        velocities: whether to write velocities; by default if the first frame has them.
        forces: whether to write forces; by default if the first frame has them.
        dt: time between frames, in ps; by default each frame's time is written.
        remarks: title of the file.
        compression: ``"zlib"`` or ``"zstd"``.
        significant_digits: round positions and velocities to 1 .. 6 digits; by default they are not rounded.
        kwargs: arguments of other writers, ignored.

    Raises:
        ValueError: there are no atoms, their number differs, or a frame differs in content from the first.
        TypeError: the argument of `write` is not atoms or a universe.
        OSError: the file cannot be written.
        KaditaError: the compression is not available.
    """

    format = "NC4"
    multiframe = True
    units = UNITS
    _file: Any = None  # for __del__, if __init__ raised

    def __init__(
        self,
        filename: Any,
        n_atoms: int,
        *,
        convert_units: bool = True,
        velocities: bool | None = None,
        forces: bool | None = None,
        dt: float | None = None,
        remarks: str | None = None,
        compression: str = "zlib",
        significant_digits: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.filename, self.n_atoms = str(filename), n_atoms
        if n_atoms < 1:
            raise ValueError(f"{filename}: expected at least one atom to write; got {n_atoms}")
        self.convert_units, self.remarks = convert_units, remarks or "AMBER's variables in NetCDF-4"
        self.dt = dt
        self._requested = {"velocities": velocities, "forces": forces}
        self._packing = packing(compression, significant_digits)
        self._buffer: list[dict[str, Any]] = []
        self.n_frames = 0

    def _write_next_frame(self, obj: Any) -> None:
        ts = getattr(obj, "ts", None) or getattr(getattr(obj, "trajectory", None), "ts", None)
        if ts is None:
            raise TypeError(f"{self.filename}: expected atoms or a universe to write; got {type(obj).__name__}")
        if ts.n_atoms != self.n_atoms:
            raise ValueError(f"{self.filename}: expected {self.n_atoms} atoms in each frame; got {ts.n_atoms}")
        frame = self._frame(ts)
        if self._file is None:
            self._create(tuple(frame))
        if tuple(frame) != self._names:
            differ = ", ".join(sorted(set(frame) ^ set(self._names)))
            raise ValueError(f"{self.filename}: expected the same content in every frame; only some have {differ}")
        self._buffer.append(frame)
        self.n_frames += 1
        if len(self._buffer) == self._in_chunk:
            try:
                self._flush()
            except RuntimeError as error:
                raise OSError(f"{self.filename}: cannot be written: {error}") from None

    def _frame(self, ts: Any) -> dict[str, Any]:
        """Return the values of a frame by variable, in AMBER's units."""
        frame: dict[str, Any] = {"time": ts.time if self.dt is None else self.n_frames * self.dt}
        frame["coordinates"] = ts.positions.copy()
        for name in ("velocities", "forces"):
            available, requested = getattr(ts, f"has_{name}"), self._requested[name]
            if requested and not available:
                raise ValueError(f"{self.filename}: expected {name}; frame {ts.frame} has none")
            if available and requested is not False:
                frame[name] = getattr(ts, name).copy()
        if ts.dimensions is not None:
            frame["cell_lengths"] = ts.dimensions[:3].astype(np.float64)
            frame["cell_angles"] = ts.dimensions[3:].astype(np.float64)
        if self.convert_units:
            frame["time"] = self.convert_time_to_native(frame["time"], inplace=False)
            for name in {"coordinates", "cell_lengths"} & set(frame):
                self.convert_pos_to_native(frame[name])
            if "velocities" in frame:
                self.convert_velocities_to_native(frame["velocities"])
            if "forces" in frame:
                self.convert_forces_to_native(frame["forces"])
        return frame

    def _create(self, names: tuple[str, ...]) -> None:
        import netCDF4

        self._hidden, self._names = hidden_beside(Path(self.filename)), names
        self._in_chunk = frames_in_chunk(12 * self.n_atoms)
        file = self._file = netCDF4.Dataset(self._hidden, "w", format="NETCDF4")
        describe(file, title=self.remarks, application="MDAnalysis", program="kadita.mda")
        cell = CELL if "cell_lengths" in names else ()
        define(file, {"spatial", *names, *cell}, self.n_atoms, create=partial(self._packing.create, file))

    def _flush(self) -> None:
        """Write the buffered frames."""
        rows = slice(self.n_frames - len(self._buffer), self.n_frames)
        if self._buffer:
            for name in self._names:
                self._file.variables[name][rows] = np.array([frame[name] for frame in self._buffer])
        self._buffer = []

    def close(self) -> None:
        """Write the buffered frames, and rename the file to its final name."""
        if self._file is None:
            return
        try:
            self._flush()
            self._release()
            if self.n_frames:
                rename(self._hidden, Path(self.filename))
        except RuntimeError as error:  # raised by netCDF4 if the disk is full
            raise OSError(f"{self.filename}: cannot be written: {error}") from None
        finally:
            with suppress(RuntimeError):
                self._release()
            discard(self._hidden)

    def _release(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            close(file)
