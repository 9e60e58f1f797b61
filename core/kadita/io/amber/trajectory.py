"""Read trajectories in AMBER's NetCDF convention, written by kadita or any other program."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.base.files import fingerprint
from kadita.base.netcdf3 import Header, read_header
from kadita.io.amber import metadata
from kadita.io.amber.convention import convention, kept_in, stored_name
from kadita.io.amber.layout import COMPLETE
from kadita.io.amber.records import SEED, STATUS, SUM, Records
from kadita.school.box import LEAST, MOST, Floats, within
from kadita.school.chunk import BLOCK_FRAMES, Chunk, frames_at_once
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.variables import NONE, Variables

SHAPE = ("frame", "atom", "spatial")
THREAD_ROWS = 200_000  # rows of a chunk; handing over smaller ones takes as long as reading them


class AmberTrajectory(Trajectory):
    """A trajectory in AMBER's NetCDF convention; size and header are checked on opening.

    Raises:
        KaditaError: the file is truncated, damaged, empty or not a trajectory; on reading, a frame's checksum fails.
    """

    path: Path

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.name = str(path)
        self._records = self._open()
        self._reading = Lock()  # reads share one buffer
        self.header = self._records.header
        fixed = self._records.fixed
        try:
            self._seed = self._checked_seed()
            self.n_frames = self.header.records
            self.has_velocities = "velocities" in self.header.variables
            self.variables = kept_in(self.header)
            self.agents = metadata.identities(fixed, self.header.dims["atom"])
            self.dimensions = metadata.dimensions(self.header.attributes, self.name)
            self._open_axes = metadata.open_axes(self.header.attributes, self.name)
            self._origin = metadata.origin(fixed, self.name)
            self.configuration: dict[str, Any] = metadata.configuration(fixed, self.header.attributes, self.name)
            self.stored_attributes: dict[str, Any] = metadata.school_attributes(self.header.attributes)
            self.stored_attributes |= metadata.arena(fixed, self.name)
            self.attributes = self.stored_attributes
            self.species = metadata.species(fixed)
            reused = metadata.reused_identities(fixed)
            if reused is not None:
                self.agents, self.species = reused
            self._check_count()
        except BaseException:
            self.close()
            raise

    def _open(self) -> Records:
        header = read_header(self.path)
        check_is_trajectory(self.path, header)
        try:
            return Records(self.path, header)
        except OSError as error:
            raise KaditaError(f"{self.path}: cannot be opened: {error.strerror or error}") from None

    def records(self, frames: Integers) -> NDArray[Any]:
        """Return the raw records of these frames, with all variables, after checking their checksums."""
        records = self._records.read(frames)
        self._check_sums(frames, records)
        return records

    @property
    def n_columns(self) -> int:
        """Number of columns in which frames hold agents."""
        return self.header.dims["atom"]

    @property
    def reuses_columns(self) -> bool:
        """Whether later agents reuse columns."""
        return "kadita_identity" in self.header.variables

    @property
    def complete(self) -> bool | None:
        """Whether the run that wrote the file was finished; None if another program wrote the file."""
        status = self._records.fixed(STATUS)
        return None if status is None else int(status) == COMPLETE

    def refresh(self) -> bool:
        """Update the number of frames from the file; return whether it increased."""
        header = self._records.reread_header()
        increased = header.records > self.n_frames
        if increased:
            self.n_frames, self.header = header.records, header
        return increased

    @property
    def times(self) -> Floats:
        """Time of every frame, (T,); its number if the file has no times."""
        if "time" not in self.header.variables:
            return np.arange(self.n_frames, dtype=np.float64)
        with self._reading:
            times = self._records.column("time").astype(np.float64)
        self._scale("time", times)
        return times

    def read(self, frames: Integers) -> Chunk:
        """Return these frames; their checksums, if any, are checked."""
        shape = (len(frames), self.header.dims["atom"], 3)
        chunk = Chunk(
            positions=np.empty(shape),
            velocities=np.empty(shape) if self.has_velocities else None,
            times=frames.astype(np.float64),
            lengths=np.empty((len(frames), 3)) if "cell_lengths" in self.header.variables else None,
            identities=np.empty(shape[:2], np.int64) if "kadita_identity" in self.header.variables else None,
            variables=Variables({name: np.empty(shape[:2]) for name in self.variables}) if self.variables else NONE,
        )
        with self._reading:
            for rows, records in self._records.pieces(frames):
                self._check_sums(frames[rows], records)
                for name, values in zip(("coordinates", "velocities", "time", "cell_lengths"), chunk[:4], strict=True):
                    if values is not None and name in self.header.variables:
                        values[rows] = records[name]
                        self._scale(name, values[rows])
                if chunk.identities is not None:
                    chunk.identities[rows] = records["kadita_identity"]
                for name in self.variables:
                    chunk.variables[name][rows] = records[stored_name(name)]
                    self._scale(stored_name(name), chunk.variables[name][rows])
                if "cell_angles" in self.header.variables:
                    self._check_angles(records["cell_angles"].astype(np.float64))
        self._check_numbers(frames, chunk)
        if self._origin is not None:
            np.add(chunk.positions, self._origin, out=chunk.positions)
        return chunk

    def chunks_of(self, frames: Integers, size: int = BLOCK_FRAMES) -> Iterator[tuple[Integers, Chunk]]:
        """Yield these frames in chunks of at most `size`; a thread reads one chunk ahead."""
        size = frames_at_once(self.n_columns, size)
        batches = [frames[first : first + size] for first in range(0, len(frames), size)]
        if len(batches) < 2 or size * self.n_columns < THREAD_ROWS:
            yield from ((batch, self.read(batch)) for batch in batches)
            return
        with ThreadPoolExecutor(1) as reader:
            pending = reader.submit(self.read, batches[0])
            for batch, following in zip(batches, [*batches[1:], None], strict=True):
                chunk = pending.result()
                if following is not None:
                    pending = reader.submit(self.read, following)
                yield batch, chunk

    def _scale(self, name: str, values: Floats) -> None:
        """Apply scale_factor and add_offset, with which other programs store values, in place."""
        for attribute, apply in (("scale_factor", np.multiply), ("add_offset", np.add)):
            factor = self.header.variables[name].attributes.get(attribute)
            if isinstance(factor, tuple) and len(factor) == 1:
                apply(values, factor[0], out=values)

    @property
    def _by_kadita(self) -> bool:
        return self.header.attributes.get("program") == "kadita"

    def _check_numbers(self, frames: Integers, chunk: Chunk) -> None:
        lengths = chunk.lengths
        if lengths is not None:
            if not ((lengths >= LEAST) & (lengths <= MOST)).all():
                raise KaditaError(f"{self.name}: expected cell lengths above 0; got {lengths.min():g}")
            if self._open_axes:
                lengths[:, self._open_axes] = 0.0
            stored = np.where(lengths > 0, lengths, np.inf).astype(np.float32)
            if self._by_kadita and not chunk.positions.max(initial=-np.inf) < stored.min():
                # float32 can round a position just below L up to L
                chunk.positions[chunk.positions == stored[:, None, :]] = 0.0
        if chunk.identities is not None and not (
            -1 <= chunk.identities.min(initial=-1) <= chunk.identities.max(initial=-1) < len(self.agents)
        ):
            raise KaditaError(f"{self.name}: expected kadita_identity to refer to its {len(self.agents)} agents")
        if chunk.identities is not None:
            nobody = (~np.isnan(chunk.positions[..., 0]) & (chunk.identities < 0)).any(axis=1)
            if nobody.any():
                raise KaditaError(
                    f"{self.name}: expected an agent in kadita_identity wherever a position is known; frame "
                    f"{frames[nobody][0]} lacks one"
                )
        for values in (chunk.positions, chunk.velocities):
            if "present" not in self.header.variables and values is not None and not within(values, np.inf):
                frame = frames[np.isnan(values).any(axis=(1, 2))][0]
                raise KaditaError(f"{self.name}: expected finite numbers; frame {frame} holds NaN")
        for name, values in chunk.variables.items():
            if within(values):  # NaN is not
                continue
            bad = np.isinf(values) if "present" in self.header.variables else ~np.isfinite(values)
            if bad.any():
                frame = frames[bad.any(axis=1)][0]
                raise KaditaError(
                    f"{self.name}: expected finite numbers; frame {frame} holds {values[bad][0]} for {name}"
                )

    def _check_angles(self, angles: Floats) -> None:
        if not within(angles - 90.0, 1e-3):
            raise KaditaError(f"{self.name}: expected an orthorhombic cell, angles of 90 degrees; found other angles")

    def _checked_seed(self) -> int | None:
        """Return the seed of the frames' checksums; None if the file has none.

        Raises:
            KaditaError: the header is damaged.
        """
        sums, stored = self.header.variables.get(SUM), self._records.fixed(SEED)
        if not self._by_kadita or (sums is None and stored is None):
            return None
        if sums is None or stored is None or not sums.record:
            damage = "checksums are missing"
        elif (seed := self._records.seed()) != int(stored) & 0xFFFFFFFF:
            damage = "the checksum fails"
        else:
            return seed
        raise KaditaError(
            f"{self.name}: its header is damaged ({damage}); take another copy of the file, or save its frames with "
            "`kadita recover`"
        )

    def _check_count(self) -> None:
        """Raise if a finished kadita file is longer or shorter than its frames."""
        size, frame_size = self.path.stat().st_size - self._records.first, self._records.type.itemsize
        if self._seed is not None and self.complete and size != self.n_frames * frame_size:
            raise KaditaError(
                f"{self.name}: its header is damaged: it counts {self.n_frames} frames; found {size // frame_size}; "
                "save them with `kadita recover`"
            )

    def _check_sums(self, frames: Integers, records: NDArray[Any]) -> None:
        """Raise if the checksum of a frame fails; a single flipped bit is detected."""
        if self._seed is not None:
            self._require_intact(frames, self._records.damaged(records, self._seed), "its checksum fails")

    def _require_intact(self, frames: Integers, damaged: NDArray[np.bool_], damage: str) -> None:
        if damaged.any():
            raise KaditaError(
                f"{self.name}: frame {frames[damaged.argmax()]} is damaged ({damage}); take another copy of the file, "
                "or leave the frame out with --start and --stop"
            )

    def fingerprint(self) -> dict[str, Any]:
        """Return what identifies the file: name, size, sha256 of the header."""
        return fingerprint(self.path, self.header.length)

    def close(self) -> None:
        """Close the file."""
        self._records.close()


def check_is_trajectory(path: Path, header: Header) -> None:
    """Raise if a header is not that of a trajectory in AMBER's convention.

    Raises:
        KaditaError: variables are missing or have other types or dimensions, or there are no frames or atoms.
    """
    coordinates = header.variables.get("coordinates")
    if coordinates is None or coordinates.dims != SHAPE or header.dims.get("spatial") != 3:
        names = ", ".join(list(header.variables)[:8]) or "none"
        raise KaditaError(
            f"{path}: expected a trajectory with a variable coordinates(frame, atom, spatial) in three dimensions; "
            f"found the variables {names}"
        )
    if not coordinates.record:
        raise KaditaError(f"{path}: expected `frame` to be the unlimited dimension; found a fixed one")
    for name, count in (("atom", header.dims["atom"]), ("frame", header.records)):
        if count < 1:
            raise KaditaError(f"{path}: expected at least one {name}; found none")
    for expected in convention().variables:
        name, found = expected.name, header.variables.get(expected.name)
        types = (*expected.readable, *expected.types)
        if found is None or expected.text:  # names of axes are not read
            continue
        if found.dims != expected.dims or found.type not in types:
            raise KaditaError(
                f"{path}: expected {name}({', '.join(expected.dims)}) of type {types[-1]}; found "
                f"{name}({', '.join(found.dims)}) of type {found.type}"
            )
    if header.dims.get("cell_spatial", 3) != 3:
        raise KaditaError(f"{path}: expected three cell lengths; found {header.dims['cell_spatial']}")
