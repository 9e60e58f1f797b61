"""Check kadita's additions to a file: status, checksums, identities, species and configuration."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.amber import metadata
from kadita.io.amber.layout import COMPLETE
from kadita.io.amber.records import SEED, STATUS, SUM, Records
from kadita.io.validation.archive import Contents
from kadita.io.validation.container import ClassicContents
from kadita.io.validation.findings import Finding, Frames, finding


def check_metadata(contents: Contents) -> Iterator[Finding]:
    """Yield the deviations in kadita's variables without frames, in any container."""
    status = contents.fixed(STATUS)
    if status is not None and status.shape == () and status.dtype.kind == "i" and int(status) != COMPLETE:
        state = "is running, or ended early" if int(status) == 0 else f"left the unknown status {int(status)}"
        yield finding("status", f"the run that wrote the file {state}")
    try:
        metadata.configuration(contents.fixed, contents.header.attributes, "configuration")
    except KaditaError as error:
        yield finding("configuration", str(error).partition(": ")[2])
    attributes, name = contents.header.attributes, "file"
    try:
        metadata.dimensions(attributes, name)
    except KaditaError as error:
        yield finding("plane", str(error).partition(": ")[2])
    try:
        metadata.open_axes(attributes, name)
    except KaditaError as error:
        yield finding("periodic", str(error).partition(": ")[2])
    try:
        metadata.origin(contents.fixed, name)
    except KaditaError as error:
        yield finding("origin", str(error).partition(": ")[2])
    try:
        metadata.arena(contents.fixed, name)
    except KaditaError as error:
        yield finding("arena", str(error).partition(": ")[2])
    if "kadita_periodic" in attributes and "cell_lengths" not in contents.header.variables:
        yield finding("periodic", "found kadita_periodic in a file without a cell")
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


def check_sums(contents: ClassicContents) -> Iterator[Finding]:
    """Yield the parts that do not match kadita's checksums: the header, and frames."""
    header = contents.header
    crc, stored = header.variables.get(SUM), contents.fixed(SEED)
    if not header.record_size or contents.size < contents.first or (crc is None and stored is None):
        return  # without checksums, or truncated before the first frame
    seeds = [contents.seed()]
    if stored is not None and stored.shape == () and stored.dtype.kind == "i":
        stored_seed = int(stored) & 0xFFFFFFFF
        if stored_seed != seeds[0]:
            yield finding("header-crc", f"expected the checksum {stored_seed:08x} of the header; found {seeds[0]:08x}")
            seeds.append(stored_seed)  # frames match it if they are intact and it is not itself damaged
    if crc is None or not crc.record or crc.type != "int" or crc.dims != ("frame",):
        return
    bad = Frames()
    with Records(contents.path, header) as file:
        for rows, records in file.pieces(np.arange(contents.frames)):
            damaged = np.logical_and.reduce([file.damaged(records, seed) for seed in seeds])
            bad.add(np.flatnonzero(damaged) + rows.start)
    if bad.count:
        yield finding("frame-crc", f"damaged: {bad}", bad.first)
