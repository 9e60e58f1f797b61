"""Write trajectories that MD tools read and that stay readable however a run ends.

A file is created under a hidden name and renamed with its first frames, so a run that fails early destroys no older
file. netCDF4 writes the header. Frames are appended as raw records, and the header counts them only when they are
complete: other processes, or readers after a killed run, see only complete frames. Every frame has a checksum, and a
status marks whether the run was finished.
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
from kadita.base.files import check_writable, discard, publish, rename
from kadita.base.netcdf3 import Header
from kadita.base.positional import PositionalFile
from kadita.io.amber import metadata
from kadita.io.amber.convention import check_kept, kept_in, stored_name
from kadita.io.amber.layout import COMPLETE, define_school
from kadita.io.amber.records import SEED, STATUS, SUM, Records, sums
from kadita.io.open_axes import with_edges
from kadita.school.agent_axis import along_all
from kadita.school.block import Block
from kadita.school.box import Floats, within
from kadita.school.dimensions import PLANE
from kadita.school.neighbors import Integers

SINGLE = float(np.finfo(np.float32).max)
FRAME_AT_MOST = 0x7FFFFF00  # bytes: below 2 GiB, the limit of NumPy's record types
AGENTS_AT_MOST = FRAME_AT_MOST // 28


class AmberWriter:
    """Writes frames one after the other; written frames can be read at any time, also after a crash.

    Args:
        path: the file to create; never overwritten unless `force`.
        agents: number of agents, or their identities if these are not 0 .. N - 1.
        periodic: the axes along which frames have a cell: ``"xyz"`` or True, ``"xy"``; empty in open
            space.
        velocities: whether frames have velocities.
        presence: whether agents can be absent (NaN).
        configuration: configuration of the run; stored as JSON with its sha256.
        attributes: attributes of the school: ``model``, ``r_a``, ``length_unit``, ``time_unit``.
        species: names of the species, and the index of each agent's species, (N,).
        dimensions: 2 for a plane, in which all z must be 0, 3 for space; None leaves it open.
        origin: (3,), subtracted from positions before they are stored in single precision; kadita adds it on reading.
        reused: `agents` are more than columns, of which later ones reuse those of earlier ones: the number of columns.
        variables: names of numbers that agents keep from step to step, such as ``("clock",)``: stored in double
            precision, 8 bytes an agent.
        title: of the file.
        application: the program that makes the frames; None if it has no name.
        live: whether the file appears at `path` with its first frames and can be read while it grows; otherwise it
            appears when complete, and an incomplete one is removed.
        force: replace an existing file, when the first frames are written.

    Raises:
        KaditaError: the file exists or cannot be created.
    """

    def __init__(
        self,
        path: str | Path,
        agents: int | Sequence[Any] | NDArray[Any],
        *,
        periodic: bool | str,
        velocities: bool = True,
        presence: bool = False,
        configuration: Mapping[str, Any] | None = None,
        attributes: Mapping[str, Any] | None = None,
        species: tuple[Sequence[str], NDArray[np.int32]] | None = None,
        dimensions: int | None = None,
        origin: Floats | None = None,
        reused: int | None = None,
        variables: Sequence[str] = (),
        title: str = "kadita trajectory",
        application: str | None = "kadita",
        live: bool = True,
        force: bool = False,
    ) -> None:
        self.path = Path(path)
        self._live, self._force, self._closed = live, force, False
        self.n_frames = 0
        identities = None if isinstance(agents, int) else [str(a) for a in agents]
        self.n_agents = reused or (agents if isinstance(agents, int) else len(agents))
        kept = check_kept(variables)
        most = FRAME_AT_MOST // (28 + 8 * len(kept)) if kept else AGENTS_AT_MOST
        if not 1 <= self.n_agents <= most:
            raise KaditaError(f"agents: expected 1 to {most}; got {self.n_agents}")
        check_writable(self.path, force=force)
        self._hidden: Path | None = self.path.with_name(f".{self.path.stem[:50]}-{secrets.token_hex(4)}.partial.nc")
        text = json.dumps(dict(configuration or {}), sort_keys=True)
        content = header_bytes(
            self.n_agents,
            None if reused else identities,
            text,
            attributes or {},
            periodic="xyz" if periodic is True else periodic or "",
            velocities=velocities,
            presence=presence,
            species=species,
            dimensions=dimensions,
            origin=origin,
            reused=identities if reused else None,
            variables=kept,
            title=title,
            application=application,
        )
        try:
            with self._hidden.open("xb") as file:
                file.write(content)
            self._open(self._hidden)
        except OSError as error:
            discard(self._hidden)
            if isinstance(error, PermissionError | FileExistsError):
                raise KaditaError(f"{self.path}: cannot be created: {error.strerror or error}") from None
            raise self._unwritable(error) from None

    @classmethod
    def reopen(cls, path: Path, frames: int) -> Self:
        """Open a kadita file to continue after `frames` frames; later ones are overwritten by new ones.

        Raises:
            KaditaError: the file cannot be written to.
        """
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
        with Records(path) as records:
            self._first, self._record, header = records.first, records.type, records.header
            self._origin = metadata.origin(records.fixed, str(path))
            self._plane = metadata.dimensions(header.attributes, str(path)) == PLANE
            self._counted = header.records
            self.variables = kept_in(header)
            self._scratch = np.empty(0, records.type)
            variables = header.variables
            self._status_at, seed_at = variables[STATUS].begin, variables[SEED].begin
            self._file = PositionalFile(path, writable=True)
            if not self._counted:
                self._file.truncate(self._first)
            self._seed = records.seed()
            self._set(self._seed, seed_at)
        return header

    def _set(self, number: int, at: int) -> None:
        self._file.write(number.to_bytes(4, "big"), at)

    def write(
        self,
        positions: Floats,
        velocities: Floats | None,
        times: Floats,
        lengths: Floats | None = None,
        identities: Integers | None = None,
        variables: Mapping[str, Floats] | None = None,
    ) -> None:
        """Append frames: positions and velocities (T, N, 3) with NaN for absent agents, times (T,), cells (T, 3).

        `lengths` are 0 along open axes, for which an edge longer than twice the school is stored, since readers need
        one. `identities` are those of a `Chunk`. `variables` are the numbers that agents keep, (T, N) each, by the
        names that the file was created with.

        Raises:
            KaditaError: a number is infinite or too large for float32, NaN although agents cannot be absent, or z is
                not 0 in a plane; variables are others than those of the file, or of another shape.
            OSError: the file cannot be written.
        """
        if len(self._scratch) < len(times):
            self._scratch = np.empty(len(times), dtype=self._record)
        records = self._scratch[: len(times)]
        names = self._record.names or ()
        records["time"] = times
        for values in (positions, velocities):
            if not self._plane or values is None or not values[..., 2].any():  # NaN is any
                continue
            if np.nan_to_num(values[..., 2]).any():
                raise KaditaError(f"{self.path}: expected z = 0 in a plane; found other numbers; use 3 dimensions")
        self._put(records, "coordinates", positions if self._origin is None else positions - self._origin)
        if "velocities" in names:
            assert velocities is not None
            self._put(records, "velocities", velocities)
        if "cell_lengths" in names:
            records["cell_lengths"] = None if lengths is None else with_edges(lengths, positions)
            records["cell_angles"] = 90.0
        if "present" in names:
            records["present"] = ~np.isnan(positions).any(axis=2)
        if "kadita_identity" in names:
            records["kadita_identity"] = identities
        if self.variables or variables:
            self._put_variables(records, variables or {})
        self.append(records)

    def _put_variables(self, records: NDArray[Any], variables: Mapping[str, Floats]) -> None:
        """Store numbers that agents keep in double precision; NaN is one that is not known."""
        if set(variables) != set(self.variables):
            expected, got = (", ".join(sorted(names)) or "none" for names in (self.variables, variables))
            raise KaditaError(f"{self.path}: expected the variables {expected}; got {got}")
        shape = len(records), records.dtype["coordinates"].shape[0]
        for name in self.variables:
            values = variables[name]
            if values.shape != shape:
                raise KaditaError(f"{self.path}: expected {name} of shape {shape}; got {values.shape}")
            bad = np.isinf(values) if "present" in (records.dtype.names or ()) else ~np.isfinite(values)
            if bad.any():
                raise KaditaError(f"{self.path}: {name} must be finite numbers; got {values[bad][0]}")
            records[stored_name(name)] = values

    def _put(self, records: NDArray[Any], name: str, values: Floats) -> None:
        """Store values in single precision; NaN marks an absent agent, if agents can be absent."""
        if not within(values, SINGLE):
            allowed = np.isnan(values) if "present" in (records.dtype.names or ()) else False
            if not ((np.abs(values) <= SINGLE) | allowed).all():
                raise KaditaError(f"{self.path}: {name} must be finite numbers below 3e38")
        records[name] = values

    def append(self, records: NDArray[Any]) -> None:
        """Append raw records, with their checksums recomputed."""
        records[SUM] = sums(records, self._seed)
        try:
            self._file.write(records.view(np.uint8).data, self._first + self.n_frames * self._record.itemsize)
            self.n_frames += len(records)
            if self.n_frames > self._counted:  # a resumed run rewrites frames that are already counted
                self._set(self.n_frames, 4)
                self._counted = self.n_frames
        except OSError as error:
            raise self._unwritable(error) from None
        if self._live:
            self._publish()

    def _unwritable(self, error: OSError) -> OSError:
        return OSError(f"{self.path}: cannot be written: {error.strerror or error}")

    def secure(self) -> None:
        """Flush all written data to disk."""
        self._file.secure()

    def _publish(self) -> None:
        """Give the hidden file its final name; replace an existing file only with `force`.

        It is closed meanwhile: Windows renames no open file.

        Raises:
            KaditaError: the name is taken.
            OSError: the file cannot be renamed.
        """
        if self._hidden is None:
            return
        before = self._file.status
        self._file.close()
        (rename if self._force else publish)(self._hidden, self.path)
        self._hidden = None
        self._file = PositionalFile(self.path, writable=True)
        if not os.path.samestat(before, self._file.status):
            self._file.close()
            raise KaditaError(f"{self.path}: was replaced by another program while it was written")

    def write_block(self, block: Block) -> None:
        """Append a block; agents that are not its members are absent."""

        def of_all(values: Floats) -> Floats:
            if len(block.members) == self.n_agents:
                return values
            return along_all(values, 1, block.members, self.n_agents)

        velocities = of_all(block.velocities) if block.has_velocities else None
        kept = {name: of_all(block.variables[name]) for name in self.variables}
        lengths = block.box.repeated(len(block))
        self.write(of_all(block.positions), velocities, block.times, lengths, variables=kept)

    def close(self, *, complete: bool = True) -> None:
        """Close the file; with `complete`, mark it as finished and give it its final name."""
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
                discard(self._hidden)
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
                raise  # otherwise report the first error


def header_bytes(*args: Any, **options: Any) -> memoryview:
    """Return a file without frames, created in memory; the arguments are those of `define_school`."""
    import netCDF4

    file = netCDF4.Dataset("header.nc", "w", format="NETCDF3_64BIT_OFFSET", memory=1)
    define_school(file, *args, **options)  # netCDF4 fills the gaps between variables: identical bytes
    return file.close()
