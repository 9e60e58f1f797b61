"""Check trajectory files of any program against the convention and against the needs of existing readers."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from kadita.base import html
from kadita.base.errors import KaditaError
from kadita.base.files import HDF5, first_bytes
from kadita.base.netcdf3 import CONTAINERS, STREAMING, parse_header
from kadita.io.amber.records import first_record, record_type
from kadita.io.isolated.calls import called
from kadita.io.validation.archive import ArchiveContents, Contents
from kadita.io.validation.container import ClassicContents
from kadita.io.validation.findings import Finding, finding
from kadita.io.validation.frames import check_frames
from kadita.io.validation.header import check_header
from kadita.io.validation.own_metadata import check_metadata, check_sums

__all__ = ["Finding", "Report", "findings_in", "validate"]


@dataclass(frozen=True)
class Report:
    """Findings in a file, and its properties; those that the header does not hold are None."""

    findings: tuple[Finding, ...]
    container: str
    bytes: int
    frames: int | None  # complete ones
    agents: int | None
    written_by: str | None

    def __repr__(self) -> str:
        counts = [f"{n} {what}" for what, n in (("frames", self.frames), ("agents", self.agents)) if n is not None]
        found = [f"{f.severity}: {f.id}: {f.message}" for f in self.findings] or ["no findings"]
        return "\n".join((", ".join((self.container, *counts)), *found))

    def _repr_html_(self) -> str:
        title, *found = repr(self).splitlines()
        if not self.findings:
            return html.table([], [[title, *found]])
        rows = [(f.severity, f.id, f.message, ", ".join(f.needed_by), f.mend) for f in self.findings]
        return html.table(["severity", "check", "found", "needed by", "remedy"], rows, title)


def findings_in(path: str | Path) -> list[Finding]:
    """Return all deviations of a trajectory file from the convention; see `validate`."""
    return list(validate(path).findings)


def validate(path: str | Path) -> Report:
    """Check a trajectory of any program against the AMBER convention and what readers need, as `kadita validate` does.

    Args:
        path: a NetCDF file.

    Returns:
        Findings in the order of the checks, and properties of the file.

    Raises:
        KaditaError: the file does not exist, cannot be read, or is not NetCDF.

    >>> import kadita
    >>> kadita.validate("school.nc")
    NetCDF-3 64-bit offset, 21 frames, 50 agents
    no findings
    """
    path = Path(path)
    magic = first_bytes(path)
    try:
        if magic[:3] == b"CDF":
            return _classic(path, magic)
        if magic[:8] == HDF5:
            return called(_archive, path, files=[path], by="netCDF4")
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
        message = str(error).removeprefix(f"{path}: ")
        return Report((finding("header", message),), "NetCDF-3", path.stat().st_size, None, None, None)
    if header.version != 2:
        needed_by = ("MDAnalysis", "chemfiles") if header.version == 1 else ()  # ParmEd reads CDF\x01
        found.append(finding("magic", f"found {magic[:4]!r}", None, needed_by))
    if header.records == STREAMING:
        found.append(finding("count", "found no number of frames, as in a file written as a stream"))
        data = max(0, path.stat().st_size - first_record(header))
        header = replace(header, records=data // header.record_size if header.record_size else 0)
    with closing(ClassicContents(path, header)) as contents:
        found += _size(contents)
        valid_layout = True
        if any(v.record for v in header.variables.values()):
            try:
                record_type(header)
            except KaditaError as error:
                valid_layout = False
                found.append(finding("layout", str(error)))
        found += check_header(contents)
        found += check_frames(contents) if valid_layout else ()
        found += check_metadata(contents)
        found += check_sums(contents) if valid_layout else ()
        return _report(found, contents)


def _size(contents: ClassicContents) -> list[Finding]:
    header, size = contents.header, contents.size
    if header.claimed_size > size:
        claim = f"the header claims {header.records} frames in {header.claimed_size} bytes"
        message = f"{claim}; found {size} bytes with {contents.frames} complete frames; see kadita recover"
        return [finding("size", message, contents.frames)]
    in_records = any(v.record for v in header.variables.values())
    end = first_record(header) + header.records * header.record_size if in_records else header.claimed_size
    if size - end < 4:  # fewer bytes can be padding
        return []
    complete, rest = divmod(size - end, header.record_size) if in_records else (0, size - end)
    frames = f"{complete} complete frames and {rest} bytes" if complete else f"{rest} bytes"
    return [finding("surplus", f"found {frames} after the {header.records} frames that the header counts")]


def _archive(path: Path) -> Report:
    with closing(ArchiveContents(path)) as contents:
        is_nc4 = path.suffix.lower() == ".nc4"  # read by kadita, xarray, and MDAnalysis with kadita.mda
        found = [] if is_nc4 else [finding("container", "found NetCDF-4")]
        if (claimed := contents.excess_claim()) is not None:
            found.append(finding("claim", f"the file claims {claimed} bytes of data; found {contents.size} bytes"))
            return _report(found, contents)
        try:
            found += check_header(contents)
            found += check_frames(contents)
            found += check_metadata(contents)
        except (RuntimeError, OSError) as error:  # raised by netCDF4 for data that cannot be decoded
            found.append(finding("unreadable", f"netCDF4 raised: {error}"))
        return _report(found, contents)


def _report(found: list[Finding], contents: Contents) -> Report:
    header = contents.header
    values = [header.attributes.get(name) for name in ("program", "programVersion")]
    written_by = " ".join(v for v in values if isinstance(v, str)) or None
    agents = header.sizes.get("atom")
    return Report(tuple(found), CONTAINERS[header.version], contents.size, contents.frames, agents, written_by)
