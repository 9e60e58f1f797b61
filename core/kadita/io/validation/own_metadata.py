"""Check kadita's additions to a file: status, checksums, identities, species and configuration."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.amber import metadata
from kadita.io.amber.layout import COMPLETE
from kadita.io.amber.records import SEED, STATUS, SUM, Records, first_record, sums
from kadita.io.validation.container import PIECE, ClassicContents, Contents
from kadita.io.validation.findings import Finding, Frames, finding


def check_metadata(contents: Contents) -> Iterator[Finding]:
    """Yield the deviations in kadita's variables without frames, in any container."""
    structure = contents.structure
    status = contents.fixed(STATUS)
    if status is not None and status.shape == () and status.dtype.kind == "i" and int(status) != COMPLETE:
        state = "is running, or ended early" if int(status) == 0 else f"left the unknown status {int(status)}"
        yield finding("status", f"the run that wrote the file {state}")
    try:
        metadata.configuration(contents.fixed, structure.attributes, "configuration")
    except KaditaError as error:
        yield finding("configuration", str(error).partition(": ")[2])
    names = contents.fixed("kadita_agent")
    if names is not None and names.dtype.kind == "S" and names.ndim == 2 and names.shape[1]:
        labels = np.ascontiguousarray(names).view(f"S{names.shape[1]}")
        if duplicates := len(labels) - len(np.unique(labels)):
            yield finding("identities", f"found {duplicates} agents with the identity of another agent")
    numbers, species = contents.fixed("species"), contents.fixed("kadita_species")
    if numbers is not None and species is not None and numbers.size and species.ndim:
        count = len(species)
        if bad := int(((numbers < 0) | (numbers >= count)).sum()):
            yield finding("species", f"found {bad} agents of a species other than the {count} named ones")


def check_sums(path: Path, contents: ClassicContents) -> Iterator[Finding]:
    """Yield the parts that do not match kadita's checksums: the header, and frames."""
    header = contents.header
    crc, stored = header.variables.get(SUM), contents.fixed(SEED)
    if not header.record_size or contents.size < first_record(header) or (crc is None and stored is None):
        return  # without checksums, or truncated before the first frame
    with Records(path, replace(header, records=contents.frames)) as records:
        seed = records.seed()
    seeds = [seed]
    if stored is not None and stored.shape == () and stored.dtype.kind == "i":
        stored_seed = int(stored) & 0xFFFFFFFF
        if stored_seed != seed:
            yield finding("header-crc", f"expected the checksum {stored_seed:08x} of the header; found {seed:08x}")
            seeds.append(stored_seed)  # frames match it if they are intact and it is not itself damaged
    if crc is None or not crc.record or not contents.structure.has(SUM, "frame"):
        return
    bad = Frames()
    begin = crc.begin - first_record(header)
    step = max(1, PIECE // header.record_size)
    for start in range(0, contents.frames, step):
        stop = min(start + step, contents.frames)
        written = contents.rows(SUM, start, stop, slice(None)).astype(np.int64) & 0xFFFFFFFF
        damaged = np.ones(stop - start, dtype=bool)
        for candidate in seeds:
            if damaged.any():
                damaged &= _computed(contents, start, stop, candidate, begin) != written
        bad.add(np.flatnonzero(damaged) + start)
    if bad.count:
        yield finding("frame-crc", f"damaged: {bad}", bad.first)


def _computed(contents: ClassicContents, start: int, stop: int, seed: int, count: int) -> np.ndarray[Any, Any]:
    """Return the CRC-32 of the first `count` bytes of each record, (T,); large records are read in pieces."""
    step = contents.header.record_size
    if step <= PIECE:
        records = np.frombuffer(contents.records(start, stop), np.dtype((np.void, step)))
        return np.array(sums(records, seed, count), dtype=np.int64)
    values = []
    for frame in range(start, stop):
        value = seed
        for begin in range(0, count, PIECE):
            value = zlib.crc32(contents.raw(frame, begin, min(begin + PIECE, count)), value)
        values.append(value)
    return np.array(values, dtype=np.int64)
