"""Tracks become a trajectory: units and times are known or asked for, gaps are absence, a plane lies at z = 0."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError, did_you_mean
from kadita.base.files import first_bytes
from kadita.io.opening import NETCDF_ENDINGS
from kadita.plugins.declaration.importer import Importer, Tracks
from kadita.plugins.registry import Registry
from kadita.school.box import Floats
from kadita.school.in_memory import InMemoryTrajectory
from kadita.school.trajectory import Chunk, Trajectory
from kadita.school.transforms.finite_differences import Differenced


def find_importer(registry: Registry, source: Path, name: str | None) -> Importer | None:
    """Return the importer of this name, or the one that recognizes the file; None where it is no importer's.

    A NetCDF file that none recognizes may be a trajectory; `kadita.open` says so, or why a folder is none.

    Raises:
        KaditaError: there is no such file, no importer of that name, or several that recognize the file.
    """
    if name is not None:
        if name not in registry.importers:
            hint = did_you_mean(name, registry.importers) or f"; there are: {', '.join(registry.importers)}"
            raise KaditaError(f"--from: there is no importer '{name}'{hint}")
        chosen = registry.importers[name]
        if not (source.is_dir() and "" in chosen.endings):
            first_bytes(source)
        return chosen
    ending = "" if source.is_dir() else source.suffix.lower()
    candidates = [i for i in registry.importers.values() if ending in i.endings]
    if candidates and ending:
        first_bytes(source)
    found = [i for i in candidates if i.recognizes(source)]
    found = [i for i in found if not i.fallback] or found
    if len(found) > 1:
        raise KaditaError(f"{source}: may be of {' or '.join(i.name for i in found)}; say which with --from")
    if candidates and not found and ending not in ("", *NETCDF_ENDINGS):
        names = " or ".join(i.name for i in candidates)
        raise KaditaError(
            f"{source}: expected what {names} reads; found something else; --from {candidates[0].name} reads it all "
            "the same, and says what is wrong"
        )
    return found[0] if found else None


def as_trajectory(
    tracks: Tracks,
    name: str,
    remarks: list[str],
    *,
    length_unit: str | None,
    time_unit: str | None,
    frame_rate: float | None,
    velocities: str | None,
) -> Trajectory:
    """Complete what a file of tracks says with what the user says.

    Velocities are those of the file, or else central differences within unbroken stretches; ``"none"`` leaves them out.

    Args:
        tracks: of an importer.
        name: of the file.
        remarks: gets a line for each thing that the user should know.
        length_unit, time_unit, frame_rate: where the file does not say them.
        velocities: ``"difference"`` even where the file has velocities, ``"none"`` for none.

    Raises:
        KaditaError: what is not known, or contradicts the file; animals that were never seen; numbers that are none.
    """
    remarks += tracks.remarks
    units = {"length_unit": (tracks.length_unit, length_unit), "time_unit": (tracks.time_unit, time_unit)}
    attributes: dict[str, Any] = dict(tracks.attributes)
    for key, (known, said) in units.items():
        what = key.partition("_")[0]
        if known is None and not said:
            raise KaditaError(f"{name}: the file does not say its unit of {what}; name it with --{what}-unit")
        if known is not None and said and said != known:
            raise KaditaError(f"{name}: is in {known} by its own account; --{what}-unit {said} contradicts it")
        attributes[key] = said or known
    times = _times(tracks, name, frame_rate)
    x, v = (_in_space(values) for values in (tracks.positions, tracks.velocities))
    assert x is not None
    if tracks.positions.shape[-1] == 2:
        remarks.append(f"{name} has no z; it is 0 for all")
    seen = (~np.isnan(x).any(axis=2)).any(axis=0)
    if not seen.any():
        raise KaditaError(f"{name}: expected positions; found none")
    if not seen.all():
        missing = [str(a) for a in np.asarray(tracks.agents)[~seen][:5]]
        remarks.append(f"{name}: {int((~seen).sum())} animals are never seen and left out: {', '.join(missing)}")
    chunk = Chunk(x[:, seen], None if v is None or velocities == "none" else v[:, seen], times, None)
    trajectory: Trajectory = InMemoryTrajectory(name, chunk, np.asarray(tracks.agents)[seen], attributes)
    if velocities not in (None, "difference", "none"):
        raise KaditaError(f"--velocities: expected difference or none; got '{velocities}'")
    if velocities == "difference" or (v is None and velocities is None and len(times) > 1):
        trajectory = Differenced(trajectory)
        if velocities is None:
            remarks.append(f"{name} holds no velocities; they are central differences within unbroken stretches")
    return trajectory


def _times(tracks: Tracks, name: str, frame_rate: float | None) -> Floats:
    rate = tracks.frame_rate
    times = np.asarray(tracks.times, dtype=np.float64)
    if frame_rate is not None and not 0 < frame_rate < np.inf:
        raise KaditaError(f"--frame-rate: expected a number above 0; got {frame_rate:g}")
    if not np.isfinite(times).all():
        raise KaditaError(f"{name}: expected finite times; found {times[~np.isfinite(times)][0]}")
    if not tracks.counts_frames:
        if frame_rate is not None:
            raise KaditaError(f"{name}: has times of its own; --frame-rate contradicts them")
        return times
    if rate is None and frame_rate is None:
        raise KaditaError(f"{name}: counts frames and does not say their rate; name it with --frame-rate")
    if rate is not None and frame_rate is not None and rate != frame_rate:
        raise KaditaError(f"{name}: has {rate:g} frames per unit of time; --frame-rate {frame_rate:g} contradicts it")
    return times / float(rate or frame_rate or 1)


def _in_space(values: Floats | None) -> Floats | None:
    """Return vectors (T, N, 3) of doubles; an absent animal's are NaN in all three."""
    if values is None:
        return None
    vectors = np.zeros((*values.shape[:2], 3))
    vectors[..., : values.shape[2]] = values
    vectors[np.isnan(vectors).any(axis=2)] = np.nan
    return vectors


def origin(source: Path) -> Mapping[str, Any]:
    """Name without folders, size and sha256 of what was converted; of a folder, its name and those of its files."""
    import hashlib

    if source.is_dir():
        return {"name": source.name, "files": [origin(f) for f in sorted(source.iterdir()) if f.is_file()]}
    digest = hashlib.sha256()
    with source.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return {"name": source.name, "bytes": source.stat().st_size, "sha256": digest.hexdigest()}
