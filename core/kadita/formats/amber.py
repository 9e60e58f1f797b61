"""Reads trajectories in AMBER's NetCDF convention: kadita's own, and anybody's."""

from __future__ import annotations

import hashlib
import json
import math
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.box import LEAST, MOST, Floats
from kadita.errors import KaditaError
from kadita.files import fingerprint
from kadita.formats.amber_layout import COMPLETE, KNOWN
from kadita.formats.amber_writer import header_crc
from kadita.formats.netcdf3 import Header, read_header
from kadita.neighbors import Integers
from kadita.trajectory import Chunk, Trajectory

SHAPE = ("frame", "atom", "spatial")
BYTE, CHAR, INT, FLOAT, DOUBLE = 1, 2, 4, 5, 6  # NetCDF's external types
EXPECTED: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {
    "coordinates": (SHAPE, (DOUBLE, FLOAT)),
    "velocities": (SHAPE, (DOUBLE, FLOAT)),
    "time": (SHAPE[:1], (FLOAT, DOUBLE)),
    "cell_lengths": (("frame", "cell_spatial"), (FLOAT, DOUBLE)),
    "cell_angles": (("frame", "cell_angular"), (FLOAT, DOUBLE)),
    "present": (SHAPE[:2], (BYTE, INT)),
    "kadita_status": ((), (INT,)),
    "kadita_crc32": (SHAPE[:1], (INT,)),
    "kadita_configuration": (("kadita_configuration_length",), (CHAR,)),
    "species": (("atom",), (INT,)),
    "kadita_agent": (("atom", "kadita_agent_length"), (CHAR,)),
}


class AmberTrajectory(Trajectory):
    """A trajectory in AMBER's NetCDF convention, checked in size and header before it is opened.

    Raises:
        KaditaError: a file that is cut, damaged, empty or no trajectory; on reading, a frame whose checksum fails.
    """

    def __init__(self, path: str | Path) -> None:
        import netCDF4

        self.path = Path(path)
        self.name = str(path)
        self.header = read_header(self.path)
        _check_is_trajectory(self.path, self.header)
        with self.path.open("rb") as raw:
            self._header_bytes = raw.read(self.header.length)
        try:
            self._file = netCDF4.Dataset(self.path, "r")
        except OSError as error:
            raise KaditaError(f"{self.path}: cannot be opened: {error.strerror or error}") from None
        self._file.set_auto_mask(False)
        variables = self._file.variables
        self.n_frames = self.header.records
        self.has_velocities = "velocities" in variables
        self.agents = self._identities()
        self.configuration: dict[str, Any] = self._configuration()
        self.attributes = self._attributes()
        self.species = self._species()

    @property
    def complete(self) -> bool | None:
        """Whether the run that wrote the file came to its end; None where another program wrote it."""
        status = self._file.variables.get("kadita_status")
        return None if status is None else int(status[...]) == COMPLETE

    @property
    def times(self) -> Floats:
        """Time of every frame; frame numbers where the file has no times."""
        time = self._file.variables.get("time")
        return np.arange(self.n_frames, dtype=np.float64) if time is None else np.asarray(time[:], dtype=np.float64)

    def read(self, frames: Integers) -> Chunk:
        """Return these frames, checked against their checksums where the file has them."""
        self._check_sums(frames)
        step = int(frames[1] - frames[0]) if len(frames) > 1 else 1
        even = bool((np.diff(frames) == step).all())
        which: Any = slice(int(frames[0]), int(frames[-1]) + 1, step) if even else frames
        variables = self._file.variables
        positions = np.asarray(variables["coordinates"][which], dtype=np.float64)
        velocities = np.asarray(variables["velocities"][which], dtype=np.float64) if self.has_velocities else None
        times = np.asarray(variables["time"][which], dtype=np.float64) if "time" in variables else frames.astype(float)
        lengths = None
        if "cell_lengths" in variables:
            lengths = np.asarray(variables["cell_lengths"][which], dtype=np.float64)
            self._check_cell(variables, which, lengths)
            if self._is_ours:  # a position just below L is stored as L where float32 rounds it up
                positions[positions == lengths.astype(np.float32)[:, None, :]] = 0.0
        for values in (positions, velocities):
            if "present" not in variables and values is not None and np.isnan(values).any():
                bad = frames[np.isnan(values).any(axis=(1, 2))][0]
                raise KaditaError(f"{self.name}: expected finite numbers; frame {bad} holds NaN")
        return Chunk(positions, velocities, times, lengths)

    @property
    def _is_ours(self) -> bool:
        return self.header.attributes.get("program") == "kadita"

    def _check_cell(self, variables: Any, which: Any, lengths: Floats) -> None:
        angles = variables["cell_angles"][which] if "cell_angles" in variables else np.full(3, 90.0)
        if not np.allclose(angles, 90.0, atol=1e-3):
            raise KaditaError(f"{self.name}: expected an orthorhombic cell, angles of 90 degrees; got another")
        if not ((lengths >= LEAST) & (lengths <= MOST)).all():
            raise KaditaError(f"{self.name}: expected cell lengths above 0; got {lengths.min():g}")

    def _check_sums(self, frames: Integers) -> None:
        """Compare the stored bytes with kadita's checksum; one flipped bit is found."""
        crc = self.header.variables.get("kadita_crc32")
        if crc is None or not crc.record or not self._is_ours:
            return
        seed = header_crc(self._header_bytes)
        first = min(v.begin for v in self.header.variables.values() if v.record)
        with self.path.open("rb") as raw:
            for frame in frames.tolist():
                raw.seek(first + frame * self.header.record_size)
                data = raw.read(crc.begin - first + 4)
                if zlib.crc32(data[:-4], seed) != int.from_bytes(data[-4:], "big"):
                    raise KaditaError(
                        f"{self.name}: frame {frame} is damaged (its checksum fails); take another copy of the "
                        "file, or leave the frame out with --start and --stop"
                    )

    def _text(self, name: str) -> NDArray[Any]:
        variable = self._file.variables[name]
        variable.set_auto_chartostring(False)
        return np.ascontiguousarray(variable[...])

    def _identities(self) -> NDArray[Any]:
        if "kadita_agent" not in self._file.variables:
            return np.arange(self.header.dims["atom"])
        raw = self._text("kadita_agent")
        words = [row.tobytes().rstrip(b"\0 ").decode("utf-8", errors="replace") for row in raw]
        numbers = [int(w) for w in words if re.fullmatch(r"-?[0-9]{1,18}", w)]
        return np.array(numbers if [str(n) for n in numbers] == words else words)

    def _configuration(self) -> dict[str, Any]:
        if "kadita_configuration" not in self._file.variables:
            return {}
        text = self._text("kadita_configuration").tobytes()
        expected = self.header.attributes.get("kadita_configuration_sha256")
        if hashlib.sha256(text).hexdigest() != expected:
            raise KaditaError(f"{self.name}: the stored configuration is damaged (its sha256 fails)")
        try:
            configuration = json.loads(text)
        except (ValueError, RecursionError):
            raise KaditaError(f"{self.name}: the stored configuration is no JSON") from None
        return configuration if isinstance(configuration, dict) else {}

    def _species(self) -> NDArray[Any] | None:
        if "species" not in self._file.variables:
            return None
        variable = self._file.variables["species"]
        numbers = np.asarray(variable[...])
        names = str(getattr(variable, "flag_meanings", "")).split()
        if names and numbers.min() >= 0 and numbers.max() < len(names):
            return np.array(names)[numbers]
        return numbers.astype(str)

    def _attributes(self) -> dict[str, Any]:
        said = {key: self.header.attributes.get(f"kadita_{key}") for key in KNOWN}
        known: dict[str, Any] = {key: text for key, text in said.items() if isinstance(text, str)}
        try:
            known["r_a"] = float(known.get("r_a", "nan"))
        except ValueError:
            known["r_a"] = math.nan
        if not LEAST <= known["r_a"] <= MOST:
            known["r_a"] = None
        return {key: value for key, value in known.items() if value is not None}

    def fingerprint(self) -> dict[str, Any]:
        """Return what identifies the file: name, size, sha256 of the header."""
        return fingerprint(self.path, self.header.length)

    def close(self) -> None:
        """Close the file."""
        if self._file.isopen():
            self._file.close()


def _check_is_trajectory(path: Path, header: Header) -> None:
    coordinates = header.variables.get("coordinates")
    if coordinates is None or coordinates.dims != SHAPE or header.dims.get("spatial") != 3:
        names = ", ".join(list(header.variables)[:8]) or "none"
        raise KaditaError(
            f"{path}: a NetCDF file but no trajectory; expected a variable coordinates(frame, atom, spatial) in three "
            f"dimensions, found variables: {names}"
        )
    if not coordinates.record:
        raise KaditaError(f"{path}: expected `frame` to be the unlimited dimension; found it fixed")
    for name, count in (("atom", header.dims["atom"]), ("frame", header.records)):
        if count < 1:
            raise KaditaError(f"{path}: expected at least one {name}; found none")
    for name, (dims, types) in EXPECTED.items():
        variable = header.variables.get(name)
        if variable is not None and (variable.dims != dims or variable.type not in types):
            found = f"{name}({', '.join(variable.dims)}) of NetCDF type {variable.type}"
            raise KaditaError(f"{path}: expected {name}({', '.join(dims)}) of type {types[-1]}; found {found}")
    if header.dims.get("cell_spatial", 3) != 3:
        raise KaditaError(f"{path}: expected three cell lengths; found {header.dims['cell_spatial']}")
