"""Binary files of every format that kadita reads, and damaged copies of them."""

from __future__ import annotations

import re
import shutil
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import netCDF4
import numpy as np
from track_files import every_file

import kadita
from kadita import KaditaError
from kadita.io.writers.formats import format_of, write_as
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory

EXTREME = [bytes([byte]) * 8 for byte in (0x00, 0x7F, 0x80, 0xFF)] + [
    np.array([number], dtype).tobytes()
    for number in (1, 2**31 - 1, 2**31, 2**32 - 1, 2**62)
    for dtype in ("<u8", ">u8")
]
TRAJECTORIES = {  # that kadita writes: name of the file and of the format
    "XTC": ("swarm.xtc", None),
    "TRR": ("swarm.trr", None),
    "DCD": ("swarm.dcd", None),
    "H5MD": ("swarm.h5md", None),
    "GSD": ("swarm.gsd", None),
    "NetCDF-4": ("swarm.nc4", None),
    "NetCDF-3": ("classic.nc", None),
}
ENDED = re.compile(r"by signal (\w+)|took more than|needed more than|did not answer")


class BinaryFile(NamedTuple):
    """An intact file, and the keywords of `kadita.analyze` that it needs."""

    path: Path  # a folder if it is several files
    options: Mapping[str, Any]


def swarm() -> InMemoryTrajectory:
    """Give a school of 60 agents in a periodic cell, as smooth as schools are: XTC stores small differences."""
    rng = np.random.default_rng(4)
    steps = rng.normal(0, 0.05, (24, 60, 3)).cumsum(axis=0)
    positions = np.clip(5 + rng.normal(0, 1.0, (60, 3)) + steps, 0, 9.99)
    chunk = Chunk(positions, np.gradient(positions, axis=0), np.arange(24.0), np.full((24, 3), 10.0))
    return InMemoryTrajectory("swarm", chunk, np.arange(60), {}, dimensions=3)


def dewi_kadita(path: Path) -> None:
    """Write the variables that dewi-kadita's files have, of the same swarm."""
    chunk = swarm().read(np.arange(24))
    with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
        for name, size in (("time", 24), ("fish", 60), ("spatial", 3)):
            file.createDimension(name, size)
        for name, values in (("positions", chunk.positions), ("velocities", chunk.velocities), ("time", chunk.times)):
            file.createVariable(name, "f8", ("time", "fish", "spatial")[: values.ndim], zlib=True)[:] = values
        file.box_size = 10.0


def names() -> list[str]:
    """Return the names of the binary formats."""
    return [*TRAJECTORIES, "dewi-kadita", *(name for name, file in every_file().items() if file.binary)]


def binary_files(folder: Path) -> dict[str, BinaryFile]:
    """Write an intact file of each binary format into a folder; return them by name."""
    found: dict[str, BinaryFile] = {}
    for name, (file_name, to) in TRAJECTORIES.items():
        path = folder / file_name
        write_as(format_of(path, to), swarm(), path, {"name": "swarm"}, None)
        found[name] = BinaryFile(path, {"velocities": "difference"} if name in ("XTC", "DCD") else {})
    dewi_kadita(folder / "dewi.nc")
    found["dewi-kadita"] = BinaryFile(folder / "dewi.nc", {})
    for name, file in every_file().items():
        if file.binary:
            options = dict(file.options)
            velocities = {"velocities": options.pop("velocities")} if "velocities" in options else {}
            own = folder / re.sub(r"\W+", "-", name)
            own.mkdir()
            found[name] = BinaryFile(file.write(own, file.school), {"tracks": options, **velocities})
    return found


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """Return a damaged copy: a flipped bit, a run of noise, the end lost, blocks swapped, or an extreme integer."""
    copy, size = bytearray(content), len(content)
    # headers are short, and what they say does more harm: half of the damage is in the first kilobytes
    at = int(rng.integers(size if rng.random() < 0.5 else min(size, 2048)))
    kind = int(rng.integers(5))
    if kind == 0:
        copy[at] ^= 1 << int(rng.integers(8))
    elif kind == 1:
        count = int(rng.integers(1, 64))
        copy[at : at + count] = rng.bytes(min(count, size - at))
    elif kind == 2:
        del copy[max(1, at) :]
    elif kind == 3:
        length, other = int(rng.integers(4, 512)), int(rng.integers(size))
        first, second = copy[at : at + length], copy[other : other + length]
        copy[at : at + length], copy[other : other + length] = second, first
    else:
        value = EXTREME[int(rng.integers(len(EXTREME)))][: int(rng.choice([4, 8]))]
        at -= at % 4
        copy[at : at + len(value)] = value
    return bytes(copy)


def damaged_copy(intact: BinaryFile, folder: Path, rng: np.random.Generator) -> BinaryFile:
    """Write a damaged copy into a folder that has room for one of each format; one file is damaged of several."""
    target = folder / intact.path.name
    if intact.path.is_dir():
        shutil.copytree(intact.path, target, dirs_exist_ok=True)
        files = sorted(path for path in target.rglob("*") if path.is_file())
        chosen = files[int(rng.integers(len(files)))]
        chosen.write_bytes(mutated(chosen.read_bytes(), rng))
    else:
        target.write_bytes(mutated(intact.path.read_bytes(), rng))
    return BinaryFile(target, intact.options)


def outcome_of(file: BinaryFile, measure: Callable[..., Any] = kadita.analyze) -> str:
    """Measure a file; return ``read``, ``refused``, or how the process that read it ended.

    Raises:
        Exception: what no user should see: any error but a `KaditaError` in one line.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            measure(file.path, ["spread"], **file.options)
    except KaditaError as error:
        if "\n" in str(error):
            raise AssertionError(f"several lines: {error}") from error
        ended = ENDED.search(str(error))
        return "refused" if ended is None else (ended[1] or ended[0])
    return "read"
