"""Writes trajectories that every MD tool reads, and that survive how a run ends.

A file comes into being under a hidden name and gets its own with its first frames: nothing that was there is lost to a
run that never begins. netCDF4 makes the header; frames are appended as they lie on disk, and are counted in the header
once they are all there, so that whoever reads meanwhile, or after the run was killed, sees whole frames alone. Every
frame has a checksum, and a status says whether the end was reached.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.base.files import check_writable
from kadita.base.netcdf3 import Header
from kadita.io.amber.layout import COMPLETE, define_school
from kadita.io.amber.records import SEED, STATUS, SUM, Records, sums
from kadita.school.block import Block
from kadita.school.box import Floats, within

SINGLE = float(np.finfo(np.float32).max)
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
        self.path = Path(path)
        self._live, self._force, self._closed = live, force, False
        self.n_frames = 0
        identities = None if isinstance(agents, int) else [str(a) for a in agents]
        self.n_agents = agents if isinstance(agents, int) else len(agents)
        if not 1 <= self.n_agents <= AGENTS_AT_MOST:
            raise KaditaError(f"agents: expected 1 to {AGENTS_AT_MOST}; got {self.n_agents}")
        check_writable(self.path, force=force)
        self._hidden: Path | None = self.path.with_name(f".{self.path.stem[:50]}-{secrets.token_hex(4)}.partial.nc")
        text = json.dumps(dict(configuration or {}), sort_keys=True)
        content = header_bytes(
            self.n_agents,
            identities,
            text,
            attributes or {},
            periodic=periodic,
            velocities=velocities,
            presence=presence,
            species=species,
        )
        try:
            with self._hidden.open("xb") as file:
                file.write(content)
            self._open(self._hidden)
        except OSError as error:
            self._hidden.unlink(missing_ok=True)
            if isinstance(error, PermissionError | FileExistsError):
                raise KaditaError(f"{self.path}: cannot be created: {error.strerror or error}") from None
            raise self._unwritable(error) from None

    @classmethod
    def reopen(cls, path: Path, frames: int) -> Self:
        """Go on writing a file of kadita's own after so many frames; later ones are replaced as new ones come."""
        writer = cls.__new__(cls)
        writer.path, writer._hidden = path, None
        writer._live, writer._force, writer._closed = True, True, False
        writer.n_frames = frames
        try:
            header = writer._open(path)
        except OSError as error:
            raise KaditaError(f"{path}: cannot be written to: {error.strerror or error}") from None
        writer.n_agents = header.dims["atom"]
        return writer

    def _open(self, path: Path) -> Header:
        with Records(path) as begun:
            self._first, self._record, header = begun.first, begun.type, begun.header
            self._counted = header.records
            self._scratch = np.empty(0, begun.type)
            places = header.variables
            self._status_at, seed_at = places[STATUS].begin, places[SEED].begin
            self._file = path.open("r+b", buffering=0)
            if not self._counted:
                self._file.truncate(self._first)
            self._seed = begun.seed()
            self._set(self._seed, seed_at)
        return header

    def _set(self, number: int, at: int) -> None:
        os.pwrite(self._file.fileno(), number.to_bytes(4, "big"), at)

    def write(
        self,
        positions: Floats,
        velocities: Floats | None,
        times: Floats,
        lengths: Floats | None = None,
    ) -> None:
        """Append frames: positions and velocities (T, N, 3) with NaN for absent agents, times (T,), cells (T, 3)."""
        if len(self._scratch) < len(times):
            self._scratch = np.empty(len(times), dtype=self._record)
        records = self._scratch[: len(times)]
        names = self._record.names or ()
        records["time"] = times
        self._put(records, "coordinates", positions)
        if "velocities" in names:
            assert velocities is not None
            self._put(records, "velocities", velocities)
        if "cell_lengths" in names:
            records["cell_lengths"] = lengths
            records["cell_angles"] = 90.0
        if "present" in names:
            records["present"] = ~np.isnan(positions).any(axis=2)
        self.append(records)

    def _put(self, records: NDArray[Any], name: str, values: Floats) -> None:
        """Store numbers in single precision; NaN stands for an agent that is absent, where one can be."""
        if not within(values, SINGLE):
            allowed = np.isnan(values) if "present" in (records.dtype.names or ()) else False
            if not ((np.abs(values) <= SINGLE) | allowed).all():
                raise KaditaError(f"{self.path}: {name} must be finite numbers below 3e38")
        records[name] = values

    def append(self, records: NDArray[Any]) -> None:
        """Append frames as they lie on disk, with their checksums made anew."""
        offset = self._record.fields[SUM][1]  # type: ignore[index]
        records[SUM] = np.array(sums(records, self._seed, offset), dtype=np.uint32).view(np.int32)
        view, at = records.view(np.uint8).data, self._first + self.n_frames * self._record.itemsize
        try:
            while len(view):
                written = os.pwrite(self._file.fileno(), view, at)
                view, at = view[written:], at + written
            self.n_frames += len(records)
            if self.n_frames > self._counted:  # a resumed run writes frames that are there once more
                self._set(self.n_frames, 4)
                self._counted = self.n_frames
        except OSError as error:
            raise self._unwritable(error) from None
        if self._live:
            self._publish()

    def _unwritable(self, error: OSError) -> OSError:
        return OSError(f"{self.path}: cannot be written: {error.strerror or error}")

    def secure(self) -> None:
        """Have all that was written on disk, whatever happens to the machine."""
        os.fsync(self._file.fileno())

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
                self._set(COMPLETE, self._status_at)
                self.secure()
                self._publish()
        finally:
            self._file.close()
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


def header_bytes(*what: Any, **options: Any) -> memoryview:
    """Return a file without frames, made in memory, where no disk is full; `define_school` says what it holds."""
    import netCDF4

    file = netCDF4.Dataset("header.nc", "w", format="NETCDF3_64BIT_OFFSET", memory=1)
    define_school(file, *what, **options)  # what it leaves between variables is filled, so that it is always the same
    return file.close()
