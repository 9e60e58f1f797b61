"""Check the values of every frame: times increase, positions are finite and not too large, cells are valid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.io.amber.convention import convention, kept_in, stored_name
from kadita.io.validation.archive import Contents
from kadita.io.validation.container import PIECE, has_numbers
from kadita.io.validation.findings import Finding, Frames, finding

VECTORS = ("frame", "atom", "spatial")
Bad = NDArray[np.bool_]  # (T,)


def pieces(contents: Contents) -> Iterator[tuple[int, int, slice]]:
    """Yield start frame, stop frame and slice of agents of pieces of bounded size; large frames are split by agents."""
    agents, size = contents.header.sizes.get("atom", 1), contents.frame_bytes
    step = max(1, PIECE // size)
    width = max(1, agents if size <= PIECE else agents * PIECE // size)
    for start in range(0, contents.frames, step):
        for first in range(0, max(agents, 1), width):
            yield start, min(start + step, contents.frames), slice(first, first + width)


@dataclass
class _Found:
    """Messages and frames by the check that they fail."""

    noted: dict[str, tuple[str, Frames]] = field(default_factory=dict)

    def note(self, id: str, bad: Bad, start: int, message: str) -> None:
        if bad.any():
            self.noted.setdefault(id, (message, Frames()))[1].add(np.flatnonzero(bad) + start)

    def findings(self) -> Iterator[Finding]:
        for id, (message, frames) in self.noted.items():
            yield finding(id, f"found {message} in {frames}", frames.first)


def check_frames(contents: Contents) -> Iterator[Finding]:
    """Yield the deviations in the values of the complete frames."""
    header, found = contents.header, _Found()
    spatial = header.sizes.get("spatial") == 3 and header.sizes.get("atom", 0) > 0
    vectors = [name for name in ("coordinates", "velocities") if spatial and has_numbers(header, name, *VECTORS)]
    present = has_numbers(header, "present", *VECTORS[:2])
    cells = [
        name
        for name, dim in (("cell_lengths", "cell_spatial"), ("cell_angles", "cell_angular"))
        if header.sizes.get(dim) == 3 and has_numbers(header, name, "frame", dim)
    ]
    plane = header.attributes.get("kadita_dimensions") == "2"
    columns = has_numbers(header, "kadita_identity", *VECTORS[:2])
    count = header.sizes.get("kadita_identity_count", 0)
    kept = kept_in(header)
    last_time = -np.inf
    if not (vectors or cells or present or has_numbers(header, "time", "frame")):
        return
    for start, stop, agents in pieces(contents):

        def rows(name: str, part: slice = agents, first: int = start, last: int = stop) -> NDArray[Any]:
            return contents.rows(name, first, last, part)

        presence = rows("present") if present else None
        for name in vectors:
            values = rows(name)
            _check_vectors(found, name, values, presence, start)
            if plane:
                found.note("plane", np.nan_to_num(values[..., 2]).any(axis=1), start, f"{name} with z other than 0")
            if name == "coordinates":
                _check_resolution(found, values, start)
                if columns:
                    nobody = (rows("kadita_identity") < 0) & ~np.isnan(values).any(axis=2)
                    found.note("columns", nobody.any(axis=1), start, "positions of no agent")
        for name in kept:
            values = rows(stored_name(name))
            bad = np.isinf(values) if present else ~np.isfinite(values)
            found.note(
                "variables-finite", bad.any(axis=1), start, f"{stored_name(name)} with numbers that are not finite"
            )
        if agents.start:
            continue  # time and cell of a large frame are checked with its first part
        if columns:
            _check_columns(found, rows("kadita_identity", slice(None)), count, start)
        if has_numbers(header, "time", "frame"):
            last_time = _check_times(found, rows("time").astype(np.float64), last_time, start)
        for name in cells:
            check = _check_lengths if name == "cell_lengths" else _check_angles
            check(found, rows(name, slice(None)).astype(np.float64), start)
    yield from found.findings()


def _check_vectors(found: _Found, name: str, values: NDArray[Any], present: NDArray[Any] | None, start: int) -> None:
    """Check vectors (T, n, 3), and the presence (T, n) of their agents."""
    unknown, infinite = np.isnan(values).any(axis=2), np.isinf(values).any(axis=2)
    if name == "velocities":  # unknown velocities are valid if agents can be absent
        bad = infinite if present is not None else unknown | infinite
        found.note("velocities-finite", bad.any(axis=1), start, "velocities that are not finite")
        return
    bad = infinite | (unknown if present is None else unknown & (present != 0))
    found.note("positions-finite", bad.any(axis=1), start, "positions that are not finite")
    limit = convention().limits.position
    with np.errstate(invalid="ignore"):
        large = (np.abs(values) >= limit) & np.isfinite(values)
    found.note("positions-large", large.any(axis=(1, 2)), start, f"positions of {limit:g} or more")
    if present is not None:
        wrong = ((present != 0) & (present != 1)) | ((present == 0) & ~unknown)
        found.note("present", wrong.any(axis=1), start, "present other than 0 or 1, or 0 with a known position,")


def _check_resolution(found: _Found, positions: NDArray[Any], start: int) -> None:
    """Check that float32 resolves the usual step between frames of positions (T, n, 3)."""
    with np.errstate(invalid="ignore", over="ignore"):
        steps = np.abs(np.diff(positions.astype(np.float64), axis=0)).max(axis=2)
        largest = np.fmax.reduce(np.abs(positions), axis=None, initial=0.0)
    moving = steps[(steps > 0) & np.isfinite(steps)]
    if len(moving) and np.isfinite(largest) and float(np.median(moving)) < 16 * float(np.spacing(np.float32(largest))):
        bad = np.zeros(len(positions), bool)
        bad[0] = True
        found.note("resolution", bad, start, "steps that float32 rounds, at the size of these positions,")


def _check_columns(found: _Found, identities: NDArray[Any], count: int, start: int) -> None:
    """Check the agents of reused columns, (T, n): those that exist, none twice in a frame."""
    unknown = ((identities < -1) | (identities >= count)).any(axis=1)
    ordered = np.sort(identities, axis=1)
    twice = ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any(axis=1)
    bad: Bad = np.logical_or(unknown, twice)
    found.note("columns", bad, start, "columns of agents that do not exist, or of one agent twice,")


def _check_times(found: _Found, times: NDArray[np.float64], before: float, start: int) -> float:
    """Check times (T,) that follow the time `before`; return the last finite one."""
    finite = np.isfinite(times)
    found.note("time-finite", ~finite, start, "times that are not finite")
    known = times[finite]
    late = np.zeros(len(times), dtype=bool)
    late[finite] = known <= np.concatenate(([before], known[:-1]))
    found.note("time-order", late, start, "times that do not increase")
    return float(known[-1]) if len(known) else before


def _check_lengths(found: _Found, lengths: NDArray[np.float64], start: int) -> None:
    bad: Bad = np.any(~np.isfinite(lengths) | (lengths <= 0), axis=1)
    found.note("cell-lengths", bad, start, "cell lengths that are not above 0 and finite")


def _check_angles(found: _Found, angles: NDArray[np.float64], start: int) -> None:
    within: Bad = np.all((angles > 0) & (angles < 180), axis=1)  # NaN is not
    a, b, c = np.cos(np.radians(np.where(within[:, None], angles, 90.0))).T
    cell = within & (1 - a * a - b * b - c * c + 2 * a * b * c > 0)  # squared volume, for edges of 1
    found.note("cell-angles", ~cell, start, "angles that do not form a cell")
    skew = cell & (np.abs(angles - 90) > convention().limits.angle_tolerance).any(axis=1)
    found.note("rectangular", skew, start, "angles other than 90 degrees")
