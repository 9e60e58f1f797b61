"""Recover the frames of a trajectory that is truncated or damaged, or whose header counts too few frames."""

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

SEARCHED = 1 << 20  # bytes before the frames that are searched for a flipped bit


class Recovered(NamedTuple):
    """Summary of a recovery.

    Attributes:
        path: the new file.
        frames: number of frames in it.
        counted: number of frames in the old header; -1 if it has none.
        damaged: numbers of the frames of the old file whose checksum fails; they are left out.
        torn: number of bytes after the last whole frame; they are left out.
        header_damaged: whether the part before the frames is damaged, too.
        checked: whether frames have checksums; without them, a frame counts as whole if its values are plausible.
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
        path: a trajectory that is truncated, has damaged frames, or whose header has a wrong number of frames.
        output: the file to write; by default NAME_recovered.nc in the same folder.
        in_place: replace the old file.
        force: replace an existing `output`.

    Raises:
        KaditaError: the file does not exist, is not NetCDF-3, has an unreadable header, or no whole frame.

    >>> from pathlib import Path
    >>> import kadita
    >>> whole = Path("school.nc").read_bytes()
    >>> _ = Path("cut.nc").write_bytes(whole[:-100])
    >>> kadita.recover("cut.nc").frames
    20
    """
    path = Path(path)
    target = path if in_place else Path(output or path.with_name(f"{path.stem}_recovered{path.suffix}"))
    first_bytes(path)
    check_writable(target, force=force or in_place, source=None if in_place else path)
    header = parse_header(path)
    with Records(path, header) as old:
        size = path.stat().st_size
        available, torn = divmod(max(0, size - old.first), old.type.itemsize)
        if old.padding and torn >= old.type.itemsize - old.padding:  # the last frame may lack its padding
            available, torn = available + 1, 0
        seed, computed = _seeds(old)
        whole = _whole_frames(old, available, header.records, seed)
        if not whole.any():
            raise KaditaError(f"{path}: expected at least one whole frame; found none among {available}")
        torn += (available - len(whole)) * old.type.itemsize
        damaged = seed is not None and seed != computed
        lost = not whole.all() or len(whole) < header.records
        replace_whole(target, partial(_write, old, np.flatnonzero(whole), seed if damaged else None, lost))
        missing = tuple(np.flatnonzero(~whole).tolist())
        return Recovered(target, int(whole.sum()), header.records, missing, torn, damaged, seed is not None)


def _seeds(old: Records) -> tuple[int | None, int]:
    """Return the seed of the frames' checksums (None if they have none), and the seed of the header as it is."""
    computed, stored = old.seed(), old.fixed(SEED)
    if stored is None or old.type.fields is None or old.type.fields.get(SUM, ("",))[0] != np.dtype(">i4"):
        return None, computed
    stored_seed = int(stored) & 0xFFFFFFFF
    if stored_seed != computed:  # one of them is damaged: take the one that fits more frames
        sample = old.read(np.arange(min(8, max(0, (old.path.stat().st_size - old.first) // old.type.itemsize))))
        if old.damaged(sample, stored_seed).sum() > old.damaged(sample, computed).sum():
            return computed, computed
    return stored_seed, computed


def _whole_frames(old: Records, available: int, counted: int, seed: int | None) -> NDArray[np.bool_]:
    """Return whether each frame is whole; frames after the counted ones are included up to the last whole one."""
    whole = np.ones(available, dtype=bool)
    last_time, last_zero = -np.inf, np.zeros(2, dtype=bool)
    for rows, records in old.pieces(np.arange(available)):
        if seed is not None:
            whole[rows] = ~old.damaged(records, seed)
        else:
            state = last_time, last_zero
            last_time, last_zero = _check_values(records, whole[rows], max(0, counted - rows.start), *state)
    end = np.flatnonzero(whole)[-1] + 1 if whole.any() else 0
    return whole[: max(end, min(counted, available))]


def _check_values(
    records: NDArray[Any], whole: NDArray[np.bool_], counted: int, last_time: float, last_zero: NDArray[np.bool_]
) -> tuple[float, NDArray[np.bool_]]:
    """Mark, without checksums, the frames that are not whole: implausible values, or uncounted and time not increasing.

    Bytes that were never written are zeros, or the fill value 9.97e36. An uncounted frame whose coordinates end in two
    zeros, unlike those of the frame before, was written only in part.

    Returns:
        The time of the last whole frame, and which of its last two coordinates are zero.
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
        elif (ends[row].all() and not last_zero.all()) or (time is not None and not last_time < time < 1e30):
            whole[row] = False
        if whole[row]:
            last_time, last_zero = last_time if time is None else time, ends[row]
    return last_time, last_zero


def _write(old: Records, frames: Integers, seed: int | None, lost: bool, path: Path) -> None:
    """Write the part before the frames, with the new number of frames, and these frames unchanged.

    Args:
        old: the damaged file.
        frames: numbers of the whole frames.
        seed: the original checksum of the part before the frames, if that part is damaged, otherwise None.
        lost: whether frames are missing.
        path: the new file.

    Raises:
        KaditaError: the header is too damaged for the new file to be a trajectory.
    """
    content = old.bytes_at(0, old.first)
    if lost and STATUS in old.header.variables:
        at = old.header.variables[STATUS].begin
        content[at : at + 4] = bytes(4)  # status 0: incomplete
    new_sums = seed is not None and not _repair_bit(old, content, seed)
    if new_sums:
        _clear_configuration(old, content)
    content[4 : 12 if old.header.version == 5 else 8] = len(frames).to_bytes(8 if old.header.version == 5 else 4, "big")
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        with Records(path, old.header) as new:
            new_seed = new.seed()
        if new_sums:
            file.seek(old.header.variables[SEED].begin)
            file.write(new_seed.to_bytes(4, "big"))
            file.seek(0, os.SEEK_END)
        for _, records in old.pieces(frames):
            if new_sums:
                records[SUM] = sums(records, new_seed)
            file.write(records.view(np.uint8).data)
        file.flush()
        os.fsync(file.fileno())
    try:
        AmberTrajectory(path).close()
    except KaditaError as error:
        reason = str(error).removeprefix(f"{path}: ")
        raise KaditaError(f"{old.path}: its header is too damaged to recover a trajectory: {reason}") from None
    old.close()  # it may be replaced by the new one


def _repair_bit(old: Records, content: bytearray, seed: int) -> bool:
    """Flip back the single bit before the frames that explains the wrong checksum; return whether there is one.

    CRC-32 is linear: how a flipped bit changes the checksum depends only on its position, and differs between any two
    positions in a part shorter than 2^32 bits.
    """
    difference = old.seed() ^ seed
    table = [zlib.crc32(bytes([byte])) ^ zlib.crc32(b"\0") for byte in range(256)]
    changes = [table[1 << bit] for bit in range(8)]
    for position in range(len(content) - 1, max(-1, len(content) - SEARCHED), -1):
        if difference in changes:
            content[position] ^= 1 << changes.index(difference)
            return True
        changes = [table[change & 0xFF] ^ (change >> 8) for change in changes]
    return False


def _clear_configuration(old: Records, content: bytearray) -> None:
    """Replace the stored configuration by an empty one if its checksum fails: it cannot be restored."""
    stored_sha256 = old.header.attributes.get("kadita_configuration_sha256")
    variable = old.header.variables.get("kadita_configuration")
    if variable is None or not isinstance(stored_sha256, str) or variable.begin + variable.size > len(content):
        return
    span = slice(variable.begin, variable.begin + variable.size)
    if hashlib.sha256(content[span]).hexdigest() != stored_sha256 and variable.size >= 2:
        content[span] = b"{}".ljust(variable.size)
        at = content.find(stored_sha256.encode())
        content[at : at + 64] = hashlib.sha256(content[span]).hexdigest().encode()
