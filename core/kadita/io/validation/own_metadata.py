"""What kadita adds to a file: status, checksums, identities, species and the configuration."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.amber import metadata as told
from kadita.io.amber.layout import COMPLETE
from kadita.io.amber.records import SEED, STATUS, SUM, Records, first_record, sums
from kadita.io.validation.container import PIECE, ClassicContents, Contents
from kadita.io.validation.findings import Finding, Frames, finding


def check_own(contents: Contents) -> Iterator[Finding]:
    """Yield what is wrong with kadita's variables without frames, whatever the container."""
    structure = contents.structure
    status = contents.fixed(STATUS)
    if status is not None and status.shape == () and status.dtype.kind == "i" and int(status) != COMPLETE:
        said = "goes on, or ended early" if int(status) == 0 else f"left the unknown status {int(status)}"
        yield finding("status", f"the run that wrote the file {said}")
    try:
        told.configuration(contents.fixed, structure.attributes, "configuration")
    except KaditaError as error:
        yield finding("configuration", str(error).partition(": ")[2])
    names = contents.fixed("kadita_agent")
    if names is not None and names.dtype.kind == "S" and names.ndim == 2 and names.shape[1]:
        words = np.ascontiguousarray(names).view(f"S{names.shape[1]}")
        if twice := len(words) - len(np.unique(words)):
            yield finding("identities", f"found {twice} agents with an identity that another has")
    numbers, labels = contents.fixed("species"), contents.fixed("kadita_species")
    if numbers is not None and labels is not None and numbers.size and labels.ndim:
        count = len(labels)
        if bad := int(((numbers < 0) | (numbers >= count)).sum()):
            yield finding("species", f"found {bad} agents of a species beyond the {count} that have names")


def check_sums(path: Path, contents: ClassicContents) -> Iterator[Finding]:
    """Yield what differs from kadita's checksums: the header, and frames."""
    header = contents.header
    crc, stored = header.variables.get(SUM), contents.fixed(SEED)
    if not header.record_size or contents.size < first_record(header) or (crc is None and stored is None):
        return  # none of kadita's, or cut before the first frame
    with Records(path, replace(header, records=contents.frames)) as records:
        seed = records.seed()
    seeds = [seed]
    if stored is not None and stored.shape == () and stored.dtype.kind == "i":
        kept = int(stored) & 0xFFFFFFFF
        if kept != seed:
            yield finding("header-crc", f"the bytes before the first frame give {seed:08x}; {kept:08x} was written")
            seeds.append(kept)  # frames may be whole: they were made with this one, unless it is what was damaged
    if crc is None or not crc.record or not contents.structure.has(SUM, "frame"):
        return
    bad = Frames()
    begin = crc.begin - first_record(header)
    together = max(1, PIECE // header.record_size)
    for start in range(0, contents.frames, together):
        stop = min(start + together, contents.frames)
        written = contents.rows(SUM, start, stop, slice(None)).astype(np.int64) & 0xFFFFFFFF
        damaged = np.ones(stop - start, dtype=bool)
        for each in seeds:
            if damaged.any():
                damaged &= _computed(contents, start, stop, each, begin) != written
        bad.add(np.flatnonzero(damaged) + start)
    if bad.count:
        yield finding("frame-crc", f"damaged: {bad}", bad.first)


def _computed(contents: ClassicContents, start: int, stop: int, seed: int, count: int) -> np.ndarray[Any, Any]:
    """Return the checksum of the first `count` bytes of each record, (T,); of large ones a piece at a time."""
    step = contents.header.record_size
    if step <= PIECE:
        records = np.frombuffer(contents.records(start, stop), np.dtype((np.void, step)))
        return np.array(sums(records, seed, count), dtype=np.int64)
    found = []
    for frame in range(start, stop):
        value = seed
        for begin in range(0, count, PIECE):
            value = zlib.crc32(contents.raw(frame, begin, min(begin + PIECE, count)), value)
        found.append(value)
    return np.array(found, dtype=np.int64)
