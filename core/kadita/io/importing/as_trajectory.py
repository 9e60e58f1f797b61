"""Convert tracks to a trajectory: units and times are required, gaps become absence, planar tracks get z = 0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.box_size import boxed
from kadita.io.importing.columns import animals_of
from kadita.io.importing.image_axes import turn_up
from kadita.io.importing.quality import below_limits
from kadita.io.importing.remarks import on_velocities, remarks_on
from kadita.plugins.declaration.importer import Tracks
from kadita.school.box import Box, Floats
from kadita.school.chunk import Chunk
from kadita.school.dimensions import PLANE, SPACE, dimensions_of
from kadita.school.in_memory import InMemoryTrajectory
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.finite_differences import Differenced
from kadita.school.transforms.one_column_each import spread


def as_trajectory(
    tracks: Tracks,
    name: str,
    remarks: list[str],
    *,
    length_unit: str | None,
    time_unit: str | None,
    frame_rate: float | None,
    velocities: str | None,
    least: Mapping[str, Any] | None = None,
    y_axis: str | None = None,
    dimensions: int | None = None,
    box: Box | None = None,
) -> Trajectory:
    """Return tracks as a trajectory, with units and frame rate from the file or from the user.

    Velocities are those of the file, otherwise central differences within unbroken stretches; ``"none"`` omits them.

    Args:
        tracks: from an importer.
        name: name of the file, for messages.
        remarks: remarks for the user are appended, one line each.
        length_unit, time_unit, frame_rate: from the user, where the file does not state them.
        velocities: ``"difference"`` to replace those of the file, ``"none"`` to omit them.
        least: limits by name of a quality; sightings below are left out.
        y_axis: ``"up"`` or ``"down"``, where y of the file points, if that is not known.
        dimensions: 2 for a plane, 3 for space; None to find it out.
        box: the cell in which positions are periodic, where the file does not state it.

    Raises:
        KaditaError: a unit, rate or cell is unknown or contradicts the file, there is no such quality, or there are no
            positions or finite times.
    """
    if velocities not in (None, "difference", "none"):
        raise KaditaError(f"--velocities: expected difference or none; got '{velocities}'")
    remarks += tracks.remarks
    units = {"length_unit": (tracks.length_unit, length_unit), "time_unit": (tracks.time_unit, time_unit)}
    attributes: dict[str, Any] = dict(tracks.attributes)
    for key, (known, given) in units.items():
        quantity = key.partition("_")[0]
        if known is None and not given:
            raise KaditaError(f"{name}: the file does not state its unit of {quantity}; name it with --{quantity}-unit")
        if known is not None and given and given != known:
            raise KaditaError(f"{name}: its unit of {quantity} is {known}; --{quantity}-unit {given} contradicts it")
        attributes[key] = given or known
    times = _times(tracks, name, frame_rate, remarks)
    x, v = (_in_space(values) for values in (tracks.positions, tracks.velocities))
    assert x is not None
    seen = ~np.isnan(x[..., 0])
    if not seen.any():
        raise KaditaError(f"{name}: expected positions; found none")
    seen &= ~below_limits(name, seen, tracks.quality, least or {}, remarks)
    if not seen.any():
        raise KaditaError(f"{name}: expected sightings that reach the limits of --least; found none")
    x[~seen] = np.nan
    if v is not None:
        v[~seen] = np.nan
        attributes |= {"velocities": "tracker"} if velocities is None else {}
    unit = str(attributes["length_unit"])
    axis = turn_up(name, tracks, x, v, length_unit=unit, y_axis=y_axis, remarks=remarks)
    if axis is not None:
        attributes["y_axis"] = axis
    dimensions = _dimensions(name, tracks, x, v, dimensions, remarks)
    columns, identities, agents = animals_of(name, tracks, seen, remarks)
    remarks += remarks_on(name, seen[:, columns], identities, times)
    chunk = Chunk(x[:, columns], None if v is None or velocities == "none" else v[:, columns], times, None, identities)
    if identities is not None and identities.shape[1] >= len(agents):
        chunk = spread(chunk, len(agents))
    species = None if tracks.species is None else np.asarray(tracks.species)[agents]
    trajectory: Trajectory = InMemoryTrajectory(
        name, chunk, np.asarray(tracks.agents)[agents], attributes, species=species, dimensions=dimensions
    )
    if box is not None and tracks.box is not None and Box.of(tracks.box) != box:
        raise KaditaError(f"{name}: its cell is {Box.of(tracks.box)}; --box contradicts it")
    trajectory = boxed(trajectory, box if tracks.box is None else Box.of(tracks.box), remarks)
    if v is not None and velocities is None:
        remarks += on_velocities(name, x, v, times, box if tracks.box is None else Box.of(tracks.box))
    if velocities == "difference" or (v is None and velocities is None and len(times) > 1):
        trajectory = Differenced(trajectory)
        if velocities is None:
            remarks.append(f"{name} has no velocities; they are central differences within unbroken stretches")
    trajectory.remarks = tuple(remarks)
    return trajectory


def _dimensions(
    name: str, tracks: Tracks, x: Floats, v: Floats | None, given: int | None, remarks: list[str]
) -> int | None:
    """Return 2 for a plane, where z becomes 0, or 3 for space, as the user or the importer says, or else as z is."""
    if given not in (None, PLANE, SPACE):
        raise KaditaError(f"--dimensions: expected 2 or 3; got {given}")
    if tracks.positions.shape[-1] == 2:
        remarks.append(f"{name} has no z; it is set to 0")
        return given or tracks.dimensions or PLANE
    said = given or tracks.dimensions
    try:
        dimensions = dimensions_of(x, v, said)
    except KaditaError as error:
        raise KaditaError(f"{name}: {error}") from None
    if dimensions == PLANE:
        z = x[..., 2]
        keeps = "" if said else "; --dimensions 3 keeps it"
        remarks.append(f"{name}: z is {np.nanmin(z):g} throughout, a plane; it is set to 0{keeps}")
        z[~np.isnan(z)] = 0.0
    return dimensions


def _times(tracks: Tracks, name: str, frame_rate: float | None, remarks: list[str]) -> Floats:
    rate = tracks.frame_rate
    times = np.asarray(tracks.times, dtype=np.float64)
    if frame_rate is not None and not 0 < frame_rate < np.inf:
        raise KaditaError(f"--frame-rate: expected a number above 0; got {frame_rate:g}")
    if not np.isfinite(times).all():
        raise KaditaError(f"{name}: expected finite times; found {times[~np.isfinite(times)][0]}")
    if not tracks.counts_frames:
        if frame_rate is None:
            return times
        if rate is not None and rate != frame_rate:
            raise KaditaError(
                f"{name}: has {rate:g} frames per unit of time; --frame-rate {frame_rate:g} contradicts it"
            )
        frames = np.rint((times - times[0]) * frame_rate)
        if (np.diff(frames) <= 0).any():
            first = int(np.argmax(np.diff(frames) <= 0))
            raise KaditaError(
                f"{name}: expected times a frame apart at --frame-rate {frame_rate:g}; found {times[first]:.9g} "
                f"and {times[first + 1]:.9g}, which are one frame; give a higher rate"
            )
        even = times[0] + frames / frame_rate
        remarks.append(
            f"{name}: times of the file are not used: they differ by up to {np.abs(times - even).max():.3g} from "
            f"{times[0]:.9g} + frame / {frame_rate:g}, of --frame-rate"
        )
        return even
    if rate is None and frame_rate is None:
        raise KaditaError(f"{name}: counts frames and does not state their rate; name it with --frame-rate")
    if rate is not None and frame_rate is not None and rate != frame_rate:
        raise KaditaError(f"{name}: has {rate:g} frames per unit of time; --frame-rate {frame_rate:g} contradicts it")
    return times / float(rate or frame_rate or 1)


def _in_space(values: Floats | None) -> Floats | None:
    """Return vectors as float64, (T, N, 3); all three components of an absent animal are NaN."""
    if values is None:
        return None
    vectors = np.zeros((*values.shape[:2], 3))
    vectors[..., : values.shape[2]] = values
    vectors[np.isnan(vectors).any(axis=2)] = np.nan
    return vectors
