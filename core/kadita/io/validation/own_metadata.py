"""What kadita adds to a file: status, checksums, identities, species and the configuration."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.amber import metadata as told
from kadita.io.amber.layout import COMPLETE
from kadita.io.amber.records import SEED, STATUS, SUM, Records
from kadita.io.validation.container import ClassicContents, Contents
from kadita.io.validation.findings import Finding, Frames, finding


def check_own(contents: Contents) -> Iterator[Finding]:
    """Yield what is wrong with kadita's variables without frames, whatever the container."""
    status = contents.fixed(STATUS)
    if status is not None and status.shape == () and status.dtype.kind == "i" and int(status) != COMPLETE:
        said = "goes on, or ended early" if int(status) == 0 else f"left the unknown status {int(status)}"
        yield finding("status", f"the run that wrote the file {said}")
    try:
        told.configuration(contents.fixed, contents.header.attributes, "configuration")
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


def check_sums(contents: ClassicContents) -> Iterator[Finding]:
    """Yield what differs from kadita's checksums: the header, and frames."""
    header = contents.header
    crc, stored = header.variables.get(SUM), contents.fixed(SEED)
    if not header.record_size or contents.size < contents.first or (crc is None and stored is None):
        return  # none of kadita's, or cut before the first frame
    seeds = [contents.seed()]
    if stored is not None and stored.shape == () and stored.dtype.kind == "i":
        kept = int(stored) & 0xFFFFFFFF
        if kept != seeds[0]:
            yield finding("header-crc", f"the bytes before the first frame give {seeds[0]:08x}; {kept:08x} was written")
            seeds.append(kept)  # frames may be whole: they were made with this one, unless it is what was damaged
    if crc is None or not crc.record or crc.type != "int" or crc.dims != ("frame",):
        return
    bad = Frames()
    with Records(contents.path, header) as file:
        for where, records in file.pieces(np.arange(contents.frames)):
            damaged = np.logical_and.reduce([file.damaged(records, seed) for seed in seeds])
            bad.add(np.flatnonzero(damaged) + where.start)
    if bad.count:
        yield finding("frame-crc", f"damaged: {bad}", bad.first)
