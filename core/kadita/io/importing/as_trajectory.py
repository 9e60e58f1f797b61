"""Convert tracks to a trajectory: units and times are required, gaps become absence, planar tracks get z = 0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.box_size import boxed
from kadita.io.importing.columns import animals_of
from kadita.io.importing.image_axes import upward
from kadita.io.importing.quality import checked_limits
from kadita.io.importing.remarks import on_velocities, remarks_on
from kadita.io.importing.survey import Survey
from kadita.io.importing.tracked import Places, TrackedTrajectory
from kadita.io.importing.vectors import blocks_of_vectors, vectors_of
from kadita.plugins.declaration.importer import Tracks
from kadita.school.box import Box, Floats
from kadita.school.dimensions import PLANE, SPACE
from kadita.school.in_memory import InMemoryTrajectory
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.finite_differences import Differenced
from kadita.school.velocity_kinds import ORIENTATION


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
    oriented = tracks.attributes.get("velocities") == ORIENTATION
    remarks += tracks.remarks
    units = {"length_unit": (tracks.length_unit, length_unit), "time_unit": (tracks.time_unit, time_unit)}
    attributes: dict[str, Any] = dict(tracks.attributes)
    if velocities is not None:
        attributes.pop("velocities", None)  # what it says is not what they will be
    for key, (known, given) in units.items():
        quantity = key.partition("_")[0]
        if known is None and not given:
            raise KaditaError(f"{name}: the file does not state its unit of {quantity}; name it with --{quantity}-unit")
        if known is not None and given and given != known:
            why = next((f"; {r.removeprefix(f'{name}: ')}" for r in tracks.remarks if f"{quantity}s are" in r), "")
            raise KaditaError(
                f"{name}: its unit of {quantity} is {known}; --{quantity}-unit {given} contradicts it{why}"
            )
        attributes[key] = given or known
    times = _times(tracks, name, frame_rate, remarks)
    limits = checked_limits(name, tracks.quality, least or {})
    axis, turned, turn = upward(name, tracks, length_unit=str(attributes["length_unit"]), y_axis=y_axis)
    cell = box if tracks.box is None else Box.of(tracks.box)
    survey = Survey(tracks, limits, times, cell)
    compared = tracks.velocities is not None and velocities is None
    block = None
    for block in blocks_of_vectors(tracks, limits, turn):
        try:
            survey.add(block, rates=compared)
        except KaditaError as error:
            raise KaditaError(f"{name}: {error}") from None
    if not survey.found:
        raise KaditaError(f"{name}: expected positions; found none")
    remarks += survey.qualities.remarks(name, survey.found, tracks.quality)
    if not survey.sightings:
        raise KaditaError(f"{name}: expected sightings that reach the limits of --least; found none")
    if survey.incomplete:
        remarks.append(f"{name}: {survey.incomplete} positions lack a coordinate; they are taken as not seen")
    if turned is not None:
        remarks.append(turned)
    if axis is not None:
        attributes["y_axis"] = axis
    attributes |= {"velocities": attributes.get("velocities", "tracker")} if compared else {}
    planar = _dimensions(name, tracks, survey, dimensions, remarks)
    agents = animals_of(name, tracks, survey.last >= 0, remarks)
    remarks += remarks_on(name, survey.held, survey.first, survey.last, times)
    kept = tracks.velocities is not None and velocities != "none"
    places = Places(tracks, np.flatnonzero(survey.occupied), agents, flat=planar == PLANE, velocities=kept)
    species = None if tracks.species is None else np.asarray(tracks.species)[agents]
    names = np.asarray(tracks.agents)[agents]
    trajectory: Trajectory
    if block is not None and len(block.positions) == len(times):
        trajectory = InMemoryTrajectory(
            name, places.chunk(block, times), names, attributes, species=species, dimensions=planar
        )
    else:
        trajectory = TrackedTrajectory(
            name,
            lambda frames: vectors_of(tracks, frames, limits, turn),
            places,
            times,
            names,
            attributes,
            velocities=kept,
            species=species,
            dimensions=planar,
        )
    if box is not None and tracks.box is not None and Box.of(tracks.box) != box:
        raise KaditaError(f"{name}: its cell is {Box.of(tracks.box)}; --box contradicts it")
    trajectory = boxed(trajectory, cell, remarks)
    if compared and not oriented:
        remarks += on_velocities(name, survey.rates)
    if velocities == "difference" or (tracks.velocities is None and velocities is None and len(times) > 1):
        trajectory = Differenced(trajectory)
        if velocities is None:
            remarks.append(f"{name} has no velocities; they are central differences within unbroken stretches")
    trajectory.remarks = tuple(remarks)
    return trajectory


def _dimensions(name: str, tracks: Tracks, survey: Survey, given: int | None, remarks: list[str]) -> int | None:
    """Return 2 for a plane, where z becomes 0, or 3 for space, as the user or the importer says, or else as z is."""
    if given not in (None, PLANE, SPACE):
        raise KaditaError(f"--dimensions: expected 2 or 3; got {given}")
    if tracks.positions.shape[-1] == 2:
        remarks.append(f"{name} has no z; it is set to 0")
        return given or tracks.dimensions or PLANE
    said = given or tracks.dimensions
    try:
        dimensions = survey.dimensions(said)
    except KaditaError as error:
        raise KaditaError(f"{name}: {error}") from None
    if dimensions == PLANE:
        keeps = "" if said else "; --dimensions 3 keeps it"
        remarks.append(f"{name}: z is {survey.lowest_z:g} throughout, a plane; it is set to 0{keeps}")
    return dimensions


def _times(tracks: Tracks, name: str, frame_rate: float | None, remarks: list[str]) -> Floats:
    """Return the times of frames; frame numbers become times, and a frame rate replaces those of the file."""
    rate = tracks.frame_rate
    times = np.asarray(tracks.times, dtype=np.float64)
    if frame_rate is not None and not 0 < frame_rate < np.inf:
        raise KaditaError(f"--frame-rate: expected a number above 0; got {frame_rate:g}")
    if not np.isfinite(times).all():
        raise KaditaError(f"{name}: expected finite times; found {times[~np.isfinite(times)][0]}")
    if not tracks.counts_frames:
        if rate is not None and frame_rate not in (None, rate):
            raise KaditaError(f"{name}: has {rate:g} frames per unit of time; --frame-rate {frame_rate:g} contradicts")
        return times if frame_rate is None else _at_rate(name, times, frame_rate, remarks)
    if rate is None and frame_rate is None:
        raise KaditaError(f"{name}: counts frames and does not state their rate; name it with --frame-rate")
    if rate is not None and frame_rate is not None and rate != frame_rate:
        raise KaditaError(f"{name}: has {rate:g} frames per unit of time; --frame-rate {frame_rate:g} contradicts it")
    return times / float(rate or frame_rate or 1)


def _at_rate(name: str, times: Floats, rate: float, remarks: list[str]) -> Floats:
    """Return the times of the nearest frames of a recorder with this rate, which began with the first time."""
    numbers = np.rint((times - times[0]) * rate)
    if not (steps := np.diff(numbers)).all():
        i = int(np.flatnonzero(steps == 0)[0])
        raise KaditaError(
            f"{name}: expected a frame of its own for each time at --frame-rate {rate:g}; {times[i]:.10g} and "
            f"{times[i + 1]:.10g} fall on one, number {numbers[i]:.0f}"
        )
    even = times[0] + numbers / rate
    off = np.abs(even - times).max()
    apart = float(np.median(steps)) if len(steps) else 1.0
    far = "" if apart == 1 else f"; most of its frames are {apart:g} frames of this rate apart"
    remarks.append(f"{name}: times of the file are replaced by frame / {rate:g}; they differ by at most {off:.3g}{far}")
    return even
