"""Saves the frames of a trajectory whose end was cut off, never counted, or damaged: pure Python over its header."""

from __future__ import annotations

import hashlib
import os
import zlib
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.base.files import check_writable, first_bytes, replace_whole
from kadita.base.netcdf3 import parse_header
from kadita.io.amber.records import SEED, STATUS, SUM, Records, sums
from kadita.io.amber.trajectory import AmberTrajectory
from kadita.school.neighbors import Integers

MENDABLE = 1 << 20  # bytes before the frames in which a flipped bit is looked for


class Recovered(NamedTuple):
    """What was saved.

    Attributes:
        path: of the new file.
        frames: number of frames that it holds.
        counted: number of frames that the old header claimed; -1 where it claimed none.
        damaged: frames of the old file whose checksum fails, and which are left out.
        torn: bytes behind the last whole frame, which are left out.
        header_damaged: whether what the file says beside its frames is damaged, too.
        checked: whether frames have checksums; without them a frame counts as whole where its numbers can be.
    """

    path: Path
    frames: int
    counted: int
    damaged: tuple[int, ...]
    torn: int
    header_damaged: bool
    checked: bool


def recover(
    path: str | Path, output: str | Path | None = None, *, in_place: bool = False, force: bool = False
) -> Recovered:
    """Write every whole frame of a NetCDF-3 trajectory to a new file.

    Args:
        path: a trajectory that was cut, whose header counts too few or too many frames, or with damaged frames.
        output: file to write; NAME_recovered.nc beside it where there is none.
        in_place: put the new file in the place of the old one.
        force: replace an `output` that exists.

    Raises:
        KaditaError: no such file, not this format, a header that cannot be read, or no whole frame.
    """
    path = Path(path)
    target = path if in_place else Path(output or path.with_name(f"{path.stem}_recovered{path.suffix}"))
    first_bytes(path)
    check_writable(target, force=force or in_place, source=None if in_place else path)
    header = parse_header(path)
    with Records(path, header) as old:
        size = path.stat().st_size
        there, torn = divmod(max(0, size - old.first), old.type.itemsize)
        if old.padding and torn >= old.type.itemsize - old.padding:  # the last frame's padding need not be there
            there, torn = there + 1, 0
        known, computed = _seeds(old)
        whole = _whole(old, there, header.records, known)
        if not whole.any():
            raise KaditaError(f"{path}: expected at least one whole frame; found none of {there}; nothing can be saved")
        torn += (there - len(whole)) * old.type.itemsize
        damaged = known is not None and known != computed
        lost = not whole.all() or len(whole) < header.records
        replace_whole(target, partial(_write, old, np.flatnonzero(whole), known if damaged else None, lost))
        missing = tuple(np.flatnonzero(~whole).tolist())
        return Recovered(target, int(whole.sum()), header.records, missing, torn, damaged, known is not None)


def _seeds(old: Records) -> tuple[int | None, int]:
    """Return the seed of the frames' checksums, where there are any, and that of the header as it is now."""
    computed, stored = old.seed(), old.fixed(SEED)
    if stored is None or old.type.fields is None or old.type.fields.get(SUM, ("",))[0] != np.dtype(">i4"):
        return None, computed
    kept = int(stored) & 0xFFFFFFFF
    if kept != computed:  # one of them is damaged; the frames say which
        some = old.read(np.arange(min(8, max(0, (old.path.stat().st_size - old.first) // old.type.itemsize))))
        if old.damaged(some, kept).sum() > old.damaged(some, computed).sum():
            return computed, computed
    return kept, computed


def _whole(old: Records, there: int, counted: int, seed: int | None) -> NDArray[np.bool_]:
    """Say of each frame whether it is whole; behind those that were counted, up to the last that is."""
    whole = np.ones(there, dtype=bool)
    last, before = -np.inf, np.zeros(2, dtype=bool)
    for where, records in old.pieces(np.arange(there)):
        if seed is not None:
            whole[where] = ~old.damaged(records, seed)
        else:
            last, before = _judge(records, whole[where], max(0, counted - where.start), last, before)
    behind = np.flatnonzero(whole)[-1] + 1 if whole.any() else 0
    return whole[: max(behind, min(counted, there))]


def _judge(
    records: NDArray[Any], whole: NDArray[np.bool_], counted: int, last: float, before: NDArray[np.bool_]
) -> tuple[float, NDArray[np.bool_]]:
    """Without checksums: of frames that nobody counted, those are whole whose numbers can be, and whose time goes on.

    A place that was never written holds zeros, or 9.97e36, which NetCDF puts there. Coordinates that end in two
    zeros, where those of the frame before do not, were written in part.

    Returns:
        The time of the last frame that is whole, and which of its last two coordinates are zero.
    """
    names = records.dtype.names or ()
    for name in {"coordinates", "velocities"} & set(names):
        values = records[name].reshape(len(records), -1)
        whole &= ~(np.abs(values) > 1e30).any(axis=1)
    ends = records["coordinates"].reshape(len(records), -1)[:, -2:] == 0
    times = records["time"].tolist() if "time" in names else [None] * len(records)
    for row, time in enumerate(times):
        if row < counted:
            whole[row] = True
        elif (ends[row].all() and not before.all()) or (time is not None and not last < time < 1e30):
            whole[row] = False
        if whole[row]:
            last, before = last if time is None else time, ends[row]
    return last, before


def _write(old: Records, frames: Integers, seed: int | None, lost: bool, path: Path) -> None:
    """Write the part before the frames, with their number, and the frames as they are.

    Args:
        old: the file.
        frames: that are whole.
        seed: what the checksum of that part was, where it is damaged.
        lost: whether anything is missing.
        path: of the new file.

    Raises:
        KaditaError: the damage is such that no trajectory comes of it.
    """
    content = old.bytes_at(0, old.first)
    if lost and STATUS in old.header.variables:
        at = old.header.variables[STATUS].begin
        content[at : at + 4] = bytes(4)  # what is left is not complete
    mended = seed is not None and _mend(old, content, seed)
    if seed is not None and not mended:
        _settle_configuration(old, content)
    content[4 : 12 if old.header.version == 5 else 8] = len(frames).to_bytes(8 if old.header.version == 5 else 4, "big")
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        with Records(path, old.header) as new:
            own = new.seed()
        if seed is not None and not mended:
            at = old.header.variables[SEED].begin
            os.pwrite(file.fileno(), own.to_bytes(4, "big"), at)
        for _, records in old.pieces(frames):
            if seed is not None and not mended:
                records[SUM] = np.array(sums(records, own, old.type.fields[SUM][1]), np.uint32).view(np.int32)  # type: ignore[index]
            file.write(records.view(np.uint8).data)
        file.flush()
        os.fsync(file.fileno())
    try:
        AmberTrajectory(path).close()
    except KaditaError as error:
        reason = str(error).removeprefix(f"{path}: ")
        raise KaditaError(
            f"{old.path}: its header is damaged so that no trajectory comes of its frames: {reason}"
        ) from None


def _mend(old: Records, content: bytearray, seed: int) -> bool:
    """Turn back the one bit before the frames whose flipping explains their checksum; say whether there is one.

    CRC-32 is linear: what a flipped bit changes in the checksum depends on its place alone, and differs between any two
    places of a part shorter than 2^32 bits.
    """
    wrong = old.seed() ^ seed
    table = [zlib.crc32(bytes([byte])) ^ zlib.crc32(b"\0") for byte in range(256)]
    changes = [table[1 << bit] for bit in range(8)]
    for place in range(len(content) - 1, max(-1, len(content) - MENDABLE), -1):
        if wrong in changes:
            content[place] ^= 1 << changes.index(wrong)
            return True
        changes = [table[change & 0xFF] ^ (change >> 8) for change in changes]
    return False


def _settle_configuration(old: Records, content: bytearray) -> None:
    """Where the stored configuration is not what was written, leave an empty one: nobody can tell what it was."""
    said = old.header.attributes.get("kadita_configuration_sha256")
    variable = old.header.variables.get("kadita_configuration")
    if variable is None or not isinstance(said, str) or variable.begin + variable.size > len(content):
        return
    here = slice(variable.begin, variable.begin + variable.size)
    if hashlib.sha256(content[here]).hexdigest() != said and variable.size >= 2:
        content[here] = b"{}".ljust(variable.size)
        at = content.find(said.encode())
        content[at : at + 64] = hashlib.sha256(content[here]).hexdigest().encode()
