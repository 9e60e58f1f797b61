"""`kadita.record`: open a file for the frames of any simulation program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike, NDArray

from kadita.base.errors import KaditaError
from kadita.io.amber.writer import AmberWriter
from kadita.io.recording import facts
from kadita.io.recording.recorder import Recording
from kadita.school.box import Box
from kadita.school.dimensions import PLANE


def record(
    path: str | Path,
    *,
    agents: int | Sequence[Any] | NDArray[Any],
    box: Any = "open",
    dimensions: int | None = None,
    velocities: bool | str = True,
    presence: bool = False,
    species: Sequence[str] | NDArray[Any] | None = None,
    time_step: float | None = None,
    length_unit: str | None = None,
    time_unit: str | None = None,
    model: str | None = None,
    link_distance: float | None = None,
    body_length: float | None = None,
    arena: str | None = None,
    origin: ArrayLike | None = None,
    program: str | None = None,
    configuration: Mapping[str, Any] | None = None,
    title: str | None = None,
    force: bool = False,
) -> Recording:
    """Record frames of a simulation program of your own in a trajectory such as `kadita run` writes.

        with kadita.record("mine.nc", agents=100, box=20.0, dimensions=2, time_step=0.1) as file:
            for step in range(1000):
                ...
                file.write(positions, velocities)

    The file has checksums, can be read while it grows, and holds each frame as soon as `write` returns, also if the
    program is killed. At the end of the block it is marked complete; if the block ends with an exception, it keeps its
    frames and stays marked incomplete.

    Args:
        path: the file to create, ``*.nc``; it appears with the first frame.
        agents: number of agents, or a name or number for each.
        box: the cell in which positions are periodic: one length, two for a plane, three, of which some can be
            ``"open"``; ``"open"`` in open space. See `Box.of`. Positions outside it are wrapped, to [0, L).
        dimensions: 2 for a plane, where z is 0 and can be left out; 3 for space; None does not say.
        velocities: True if frames have velocities, which are dr/dt; or what else they are: ``"displacement"``, dr/dt
            over the step that led to the frame; ``"heading"``, speed times heading where a displacement comes beside
            it; ``"difference"``, central differences of positions; ``"state"``, a variable of the model, which need
            not be dr/dt; ``"orientation"``, unit vectors along bodies; False for positions alone, from which kadita
            computes velocities only if asked to.
        presence: whether agents can be absent from a frame, where a coordinate of theirs is NaN. The velocity of an
            agent who is there can then be NaN, too: it is not known.
        species: name of each agent's species, (N,); None without species.
        time_step: time between frames, the first of which is at 0; None if each is written with its time.
        length_unit: unit of positions, such as ``"cm"``; None if they have none.
        time_unit: unit of times; None if they have none.
        model: name of the model.
        link_distance: distance within which agents are linked, the default of metrics of clusters.
        body_length: of an agent.
        arena: ``"circle:X,Y,R"``, ``"rectangle:X0,Y0,X1,Y1"``, ``"polygon:X1,Y1,..."``.
        origin: (3,), or (2,) in a plane, subtracted before positions are stored as float32, and added by kadita on
            reading; for coordinates far from 0. It is 0 along periodic axes.
        program: name and version of the program that makes the frames.
        configuration: parameters of the program, as JSON holds them; stored with their sha256 and the program.
        title: of the file.
        force: replace an existing file, when the first frame is written.

    Raises:
        KaditaError: the file exists or cannot be created, or an argument is not valid.

    >>> import kadita
    >>> import numpy as np
    >>> x, v = np.random.default_rng(1).random((2, 10, 3))
    >>> with kadita.record("mine.nc", agents=10, box=20.0, time_step=0.1) as file:
    ...     for step in range(3):
    ...         file.write(x + 0.1 * step * v, v)
    >>> kadita.info("mine.nc")["frames"]
    3
    """
    path = Path(path)
    if path.suffix != ".nc":
        raise KaditaError(f"{path}: expected a trajectory named *.nc; `kadita convert` writes other formats from it")
    if dimensions not in (None, 2, 3):
        raise KaditaError(f"dimensions: expected 2 for a plane, 3 for space, or None; got {dimensions!r}")
    dimensions = None if dimensions is None else int(dimensions)
    cell = Box.of(box).in_plane if dimensions == PLANE else Box.of(box)
    count, names = facts.agents_of(agents)
    kind, step = facts.velocities_of(velocities), facts.positive("time_step", time_step)
    subtracted = facts.origin_of(origin, cell, dimensions)
    writer = AmberWriter(
        path,
        count if names is None else names,
        periodic=cell.axes,
        velocities=kind is not None,
        presence=presence,
        configuration=facts.configuration_of(configuration, program),
        attributes={
            "model": facts.text_of("model", model),
            "r_a": facts.length_of("link_distance", link_distance),
            "body_length": facts.length_of("body_length", body_length),
            "velocities": kind,
            "arena": facts.arena_of(arena, dimensions),
            "length_unit": facts.text_of("length_unit", length_unit),
            "time_unit": facts.text_of("time_unit", time_unit),
        },
        species=facts.species_of(species, count),
        dimensions=dimensions,
        origin=subtracted,
        title=facts.text_of("title", title) or "kadita trajectory",
        application=facts.text_of("program", program),
        force=force,
    )
    return Recording(writer, cell, dimensions, velocities=kind, presence=presence, origin=subtracted, time_step=step)
