"""Checks trajectory files, anybody's, against the convention and against what real readers need."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from kadita.base.errors import KaditaError
from kadita.base.files import HDF5, first_bytes
from kadita.base.netcdf3 import CONTAINERS, STREAMING, Header, parse_header
from kadita.io.amber.records import first_record, record_type
from kadita.io.validation.archive import ArchiveContents
from kadita.io.validation.container import ClassicContents
from kadita.io.validation.findings import Finding, finding
from kadita.io.validation.frames import check_frames
from kadita.io.validation.header import check_header
from kadita.io.validation.own_metadata import check_own, check_sums

__all__ = ["Finding", "Report", "examine", "validate"]


@dataclass(frozen=True)
class Report:
    """What was found in a file, and what it is; facts that its header does not tell are None."""

    findings: tuple[Finding, ...]
    container: str
    bytes: int
    frames: int | None  # that are there as a whole
    agents: int | None
    written_by: str | None


def validate(path: str | Path) -> list[Finding]:
    """Return all that deviates from the convention in a trajectory file, in the order of the checks.

    Raises:
        KaditaError: there is no such file, it cannot be read, or it is no NetCDF at all.
    """
    return list(examine(path).findings)


def examine(path: str | Path) -> Report:
    """Return all that deviates, and what the file is.

    Raises:
        KaditaError: see `validate`.
    """
    path = Path(path)
    magic = first_bytes(path)
    try:
        if magic[:3] == b"CDF":
            return _classic(path, magic)
        if magic[:8] == HDF5:
            return _archive(path)
    except OSError as error:
        raise KaditaError(f"{path}: cannot be read: {error.strerror or error}") from None
    raise KaditaError(
        f"{path}: expected a NetCDF file; found the first bytes {magic!r}; convert it with kadita convert"
    )


def _classic(path: Path, magic: bytes) -> Report:
    found: list[Finding] = []
    try:
        header = parse_header(path)
    except KaditaError as error:
        said = str(error).removeprefix(f"{path}: ")
        return Report((finding("header", said),), "NetCDF-3", path.stat().st_size, None, None, None)
    if header.version != 2:
        needed_by = ("MDAnalysis", "chemfiles") if header.version == 1 else ()  # ParmEd reads this one
        found.append(finding("magic", f"found {magic[:4]!r}", None, needed_by))
    if header.records == STREAMING:
        found.append(finding("count", "found no number of frames, as in a file that is being streamed"))
        header = replace(header, records=_counted(path, header))
    with closing(ClassicContents(path, header)) as contents:
        found += _size(contents)
        sound = True
        if any(v.record for v in header.variables.values()):
            try:
                record_type(header)
            except KaditaError as error:
                sound = False
                found.append(finding("layout", str(error)))
        found += check_header(contents)
        found += check_frames(contents) if sound else ()
        found += check_own(contents)
        found += check_sums(contents) if sound else ()
        return _report(found, contents)


def _counted(path: Path, header: Header) -> int:
    """Return how many frames there are, by the size of the file."""
    if not header.record_size:
        return 0
    return max(0, (path.stat().st_size - first_record(header)) // header.record_size)


def _size(contents: ClassicContents) -> list[Finding]:
    header, size = contents.header, contents.size
    if header.claimed_size > size:
        said = f"the header claims {header.records} frames in {header.claimed_size} bytes; found {size}"
        return [
            finding("size", f"{said} bytes, with {contents.frames} whole frames; see kadita recover", contents.frames)
        ]
    in_records = any(v.record for v in header.variables.values())
    end = first_record(header) + header.records * header.record_size if in_records else header.claimed_size
    if size - end < 4:  # as many bytes as can be padding
        return []
    whole, rest = divmod(size - end, header.record_size) if in_records else (0, size - end)
    frames = f"{whole} whole frames and {rest} bytes" if whole else f"{rest} bytes"
    return [finding("surplus", f"found {frames} beyond the {header.records} frames that the header counts")]


def _archive(path: Path) -> Report:
    with closing(ArchiveContents(path)) as contents:
        named = path.suffix.lower() == ".nc4"  # by whom it is meant for: kadita, xarray, and MDAnalysis with kadita.mda
        found = [] if named else [finding("container", "found NetCDF-4")]
        if (claimed := contents.beyond()) is not None:
            found.append(finding("claim", f"the file claims {claimed} bytes of data; found {contents.size} bytes"))
            return _report(found, contents)
        try:
            found += check_header(contents)
            found += check_frames(contents)
            found += check_own(contents)
        except (RuntimeError, OSError) as error:  # how the library says that data cannot be decoded
            found.append(finding("unreadable", f"the library says: {error}"))
        return _report(found, contents)


def _report(found: list[Finding], contents: ClassicContents | ArchiveContents) -> Report:
    header = contents.header
    words = [header.attributes.get(name) for name in ("program", "programVersion")]
    written_by = " ".join(w for w in words if isinstance(w, str)) or None
    agents = header.sizes.get("atom")
    return Report(tuple(found), CONTAINERS[header.version], contents.size, contents.frames, agents, written_by)
