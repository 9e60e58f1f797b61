"""MDAnalysis' frames into a `.nc4`: NetCDF-4 with AMBER's variables."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from MDAnalysis.coordinates.base import WriterBase

from kadita.io.amber.layout import CELL, define, describe
from kadita.io.nc4.compression import frames_in_chunk, packing
from kadita.io.nc4.files import close

UNITS = {"time": "ps", "length": "Angstrom", "velocity": "Angstrom/ps", "force": "kcal/(mol*Angstrom)"}


class NC4Writer(WriterBase):  # type: ignore[misc]
    """Writes a `.nc4`; made by `MDAnalysis.Writer("school.nc4", n_atoms=150)` once `kadita.mda` is imported.

    What the first frame has all must have: velocities, forces, a cell. The file is there once it is closed, in
    the place of one that was there before.

    Args:
        filename: where to write.
        n_atoms: their number.
        convert_units: convert from MDAnalysis' units to AMBER's, which differ in forces.
        velocities: whether they are written; where not given, whether the first frame has them.
        forces: likewise.
        dt: time between frames, in ps; where not given, each frame's own time is written.
        remarks: title of the file.
        compression: ``"zlib"`` or ``"zstd"``.
        significant_digits: 1 to 6, to which positions and velocities are rounded.
        kwargs: what other writers take.

    Raises:
        ValueError: no atoms, or another number of them, or a frame that lacks what the first one has.
        TypeError: something else than atoms or a universe is written.
        OSError: the file cannot be written.
        KaditaError: a compression that is not there.
    """

    format = "NC4"
    multiframe = True
    units = UNITS
    _file: Any = None  # for __del__, where there was nothing to begin with

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
        self._wanted = {"velocities": velocities, "forces": forces}
        self._packing = packing(compression, significant_digits)
        self._waiting: list[dict[str, Any]] = []
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
            raise ValueError(f"{self.filename}: expected the same in every frame; {differ} in some and not in others")
        self._waiting.append(frame)
        self.n_frames += 1
        if len(self._waiting) == self._in_chunk:
            try:
                self._flush()
            except RuntimeError as error:
                raise OSError(f"{self.filename}: cannot be written: {error}") from None

    def _frame(self, ts: Any) -> dict[str, Any]:
        """Return what is written of a frame, by variable, in AMBER's units."""
        frame: dict[str, Any] = {"time": ts.time if self.dt is None else self.n_frames * self.dt}
        frame["coordinates"] = ts.positions.copy()
        for name in ("velocities", "forces"):
            there, wanted = getattr(ts, f"has_{name}"), self._wanted[name]
            if wanted and not there:
                raise ValueError(f"{self.filename}: expected {name}; frame {ts.frame} has none")
            if there and wanted is not False:
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

        path = Path(self.filename)
        handle, hidden = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:50]}-", suffix=".nc4")
        os.close(handle)
        self._hidden, self._names = Path(hidden), names
        self._in_chunk = frames_in_chunk(12 * self.n_atoms)
        file = self._file = netCDF4.Dataset(hidden, "w", format="NETCDF4")
        describe(file, title=self.remarks, application="MDAnalysis", program="kadita.mda")
        cell = CELL if "cell_lengths" in names else ()
        define(file, {"spatial", *names, *cell}, self.n_atoms, create=partial(self._packing.create, file))

    def _flush(self) -> None:
        """Write the frames of a chunk together."""
        where = slice(self.n_frames - len(self._waiting), self.n_frames)
        if self._waiting:
            for name in self._names:
                self._file.variables[name][where] = np.array([frame[name] for frame in self._waiting])
        self._waiting = []

    def close(self) -> None:
        """Write what is waiting, and give the file its name."""
        if self._file is None:
            return
        try:
            self._flush()
            self._let_go()
            if self.n_frames:
                mask = os.umask(0)
                os.umask(mask)
                self._hidden.chmod(0o666 & ~mask)
                self._hidden.replace(self.filename)
        except RuntimeError as error:  # how netCDF4 says that the disk is full
            raise OSError(f"{self.filename}: cannot be written: {error}") from None
        finally:
            with suppress(RuntimeError):
                self._let_go()
            self._hidden.unlink(missing_ok=True)

    def _let_go(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            close(file)
