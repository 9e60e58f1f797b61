"""Writes trajectories that every MD tool reads, and that survive how a run ends.

A file comes into being under a hidden name and gets its own with its first frames: nothing that was there is lost to a
run that never begins. Every block is synced, every frame has a checksum, and a status says whether the end was reached.
"""

from __future__ import annotations

import ctypes
import json
import os
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from kadita.block import Block
from kadita.box import Floats
from kadita.errors import KaditaError
from kadita.files import check_writable
from kadita.formats.amber_layout import COMPLETE, define, record_of
from kadita.formats.netcdf3 import read_header

AGENTS_AT_MOST = 0x7FFFFF00 // 28  # a frame stays below 2 GiB, where NumPy's record types end


class AmberWriter:
    """Writes frames as they come; what was written can be read at any time, and after any end.

    Args:
        path: created, never overwritten unless `force`.
        agents: their number, or their identities where these are more than 0 .. N - 1.
        periodic: whether frames have a cell.
        velocities: whether frames have velocities.
        presence: whether agents can be absent (NaN).
        configuration: what made the trajectory; stored as JSON with its sha256.
        attributes: what is known of the school: ``model``, ``r_a``, ``length_unit``, ``time_unit``.
        species: names of the species, and the number of each agent's, (N,).
        live: the file appears at `path` with its first frames, to be read while more come; otherwise when it is
            complete, and what was not completed is removed.
        force: replace a file that exists, once there is something to replace it with.

    Raises:
        KaditaError: the file exists, or cannot be made there.
    """

    def __init__(
        self,
        path: str | Path,
        agents: int | Sequence[Any] | NDArray[Any],
        *,
        periodic: bool,
        velocities: bool = True,
        presence: bool = False,
        configuration: Mapping[str, Any] | None = None,
        attributes: Mapping[str, Any] | None = None,
        species: tuple[Sequence[str], NDArray[np.int32]] | None = None,
        live: bool = True,
        force: bool = False,
    ) -> None:
        import netCDF4

        self.path = Path(path)
        self._live, self._force, self._closed = live, force, False
        self.n_frames = 0
        identities = None if isinstance(agents, int) else [str(a) for a in agents]
        self.n_agents = agents if isinstance(agents, int) else len(agents)
        if not 1 <= self.n_agents <= AGENTS_AT_MOST:
            raise KaditaError(f"agents: expected 1 to {AGENTS_AT_MOST}; got {self.n_agents}")
        check_writable(self.path, force=force)
        self._hidden: Path | None = self.path.with_name(f".{self.path.stem[:50]}-{os.getpid()}.partial.nc")
        try:
            self._file = netCDF4.Dataset(self._hidden, "x", format="NETCDF3_64BIT_OFFSET")
        except OSError as error:
            raise KaditaError(f"{self.path}: cannot be created: {error.strerror or error}") from None
        self._file.set_fill_off()
        text = json.dumps(dict(configuration or {}), sort_keys=True)
        try:
            define(
                self._file,
                self.n_agents,
                identities,
                text,
                attributes or {},
                periodic=periodic,
                velocities=velocities,
                presence=presence,
                species=species,
            )
            self._file.sync()
        except RuntimeError as error:  # how netCDF4 says that the disk is full
            with suppress(OSError):
                self.close(complete=False)
            raise OSError(f"{self.path}: cannot be written: {error}") from None
        self._read_layout(self._hidden)

    @classmethod
    def reopen(cls, path: Path, frames: int) -> Self:
        """Go on writing a file of kadita's own after so many frames; later ones are replaced as new ones come."""
        import netCDF4

        writer = cls.__new__(cls)
        writer.path, writer._hidden = path, None
        writer._live, writer._force, writer._closed = True, True, False
        try:
            writer._file = netCDF4.Dataset(path, "a")
        except OSError as error:
            raise KaditaError(f"{path}: cannot be written to: {error.strerror or error}") from None
        writer._file.set_fill_off()
        writer._file.set_auto_mask(False)
        writer.n_frames, writer.n_agents = frames, len(writer._file.dimensions["atom"])
        writer._read_layout(path)
        return writer

    def _read_layout(self, file: Path) -> None:
        self._record = record_of(self._file)
        with file.open("rb") as raw:
            self._seed = header_crc(raw.read(read_header(file).length))

    def write(
        self,
        positions: Floats,
        velocities: Floats | None,
        times: Floats,
        lengths: Floats | None = None,
    ) -> None:
        """Append frames: positions and velocities (T, N, 3) with NaN for absent agents, times (T,), cells (T, 3)."""
        records = np.empty(len(times), dtype=self._record)
        names = self._record.names or ()
        records["time"] = times
        with np.errstate(over="ignore"):  # what does not fit float32 is found below
            records["coordinates"] = positions
            if "velocities" in names:
                records["velocities"] = velocities
        if "cell_lengths" in names:
            records["cell_lengths"] = lengths
            records["cell_angles"] = 90.0
        if "present" in names:
            records["present"] = ~np.isnan(records["coordinates"]).any(axis=2)
        for what in {"coordinates", "velocities"} & set(names):
            stored = records[what]
            if np.isinf(stored).any() or ("present" not in names and np.isnan(stored).any()):
                raise KaditaError(f"{self.path}: {what} must be finite numbers below 3e38")
        rows = slice(self.n_frames, self.n_frames + len(times))
        crc = np.array([zlib.crc32(record.tobytes(), self._seed) for record in records], dtype=np.uint32)
        try:
            for name in names:
                self._file.variables[name][rows] = records[name]
            self._file.variables["kadita_crc32"][rows] = crc.view(np.int32)
            self._file.sync()
        except RuntimeError as error:  # how netCDF4 says that the disk is full
            raise OSError(f"{self.path}: cannot be written: {error}") from None
        self.n_frames += len(times)
        if self._live:
            self._publish()

    def _publish(self) -> None:
        """Give the file its name: exclusively, or in the place of another where that was asked for."""
        if self._hidden is None:
            return
        try:
            if self._force:
                self._hidden.replace(self.path)
            else:
                os.link(self._hidden, self.path)  # which never replaces, as a renaming would
                self._hidden.unlink()
        except FileExistsError:
            raise KaditaError(f"{self.path} exists; it came into being while this was computed") from None
        except PermissionError:  # a file system without links
            check_writable(self.path, force=False)
            self._hidden.replace(self.path)
        self._hidden = None

    def write_block(self, block: Block) -> None:
        """Append a block; agents that are not in it are absent."""
        shape = (len(block), self.n_agents, 3)
        whole = len(block.members) == self.n_agents
        positions = block.positions if whole else np.full(shape, np.nan)
        velocities = block.velocities if block.has_velocities else None
        if not whole:
            positions[:, block.members] = block.positions
            if velocities is not None:
                full = np.full(shape, np.nan)
                full[:, block.members] = velocities
                velocities = full
        lengths = np.tile(block.box.array, (len(block), 1)) if block.box.periodic else None
        self.write(positions, velocities, block.times, lengths)

    def close(self, *, complete: bool = True) -> None:
        """Close the file; `complete` says that nothing is missing from it."""
        if self._closed:
            return
        self._closed = True
        try:
            if complete:
                self._file.variables["kadita_status"][...] = COMPLETE
            self._file.close()
        except RuntimeError as error:
            # libnetcdf has let go of the file, and closing it once more, as netCDF4 does when the object is cleared
            # away, crashes: it is never cleared away
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._file))
            raise OSError(f"{self.path}: cannot be closed: {error}; {self.n_frames} frames are written") from None
        else:
            if complete:
                self._publish()
        finally:
            if self._hidden is not None:
                self._hidden.unlink(missing_ok=True)
                self._hidden = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close(complete=kind is None)
        except OSError:
            if kind is None:
                raise  # otherwise what went wrong first is what to say


def header_crc(header: bytes) -> int:
    """Seed of every frame's checksum: the header's own, without the number of frames, which grows."""
    return zlib.crc32(header[8:], zlib.crc32(header[:4]))
