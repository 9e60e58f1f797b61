"""What colours of agents mean, as the user asked: headings, speeds, species, or the values of a metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from kadita.base.errors import KaditaError, did_you_mean
from kadita.evaluation.curves import with_unit
from kadita.evaluation.film.colors import ByHeading, ByName, ByNumber, Colors, Plain, Theme, codes
from kadita.evaluation.film.moments import Moment
from kadita.evaluation.film.sample import range_of
from kadita.evaluation.results import Series
from kadita.school.block import Frame
from kadita.school.box import Floats
from kadita.school.input_arrays import names_of
from kadita.school.trajectory import Trajectory
from kadita.school.velocity_kinds import ORIENTATION

HEADING, SPEED, SPECIES, PLAIN = "heading", "speed", "species", "plain"
BUILT_IN = (HEADING, SPEED, SPECIES, PLAIN)


class Coloring(NamedTuple):
    """Colours, what they mean in words, and the number of each agent of a moment that they are chosen by, (N,)."""

    colors: Colors
    title: str
    number: Callable[[Moment], Floats]


def usual(trajectory: Trajectory) -> str:
    """Return what agents are coloured by where nobody says it: species, or else headings if they are known."""
    if len(names_of(trajectory.species)) > 1:
        return SPECIES
    return HEADING if trajectory.has_velocities else PLAIN


def check_color(color: str, trajectory: Trajectory, metrics: Sequence[str]) -> None:
    """Raise if agents of this trajectory cannot be coloured by this.

    Raises:
        KaditaError: neither one of `BUILT_IN` nor a metric, or the trajectory does not hold it.
    """
    if color not in (*BUILT_IN, *metrics):
        hint = did_you_mean(color, (*BUILT_IN, *metrics))
        raise KaditaError(f"--color: expected {', '.join(BUILT_IN)} or a metric of single agents; got '{color}'{hint}")
    if color == SPECIES and trajectory.species is None:
        raise KaditaError(f"--color species: {trajectory.name} names no species")
    if color in (HEADING, SPEED) and not trajectory.has_velocities:
        raise KaditaError(
            f"--color {color}: {trajectory.name} has no velocities; --velocities difference computes them"
        )
    if color == SPEED and trajectory.attributes.get("velocities") == ORIENTATION:
        raise KaditaError(
            f"--color speed: {trajectory.name} has directions of bodies, which have no speed; "
            "--velocities difference computes velocities"
        )


def built_in(color: str, trajectory: Trajectory, sample: Sequence[Frame], theme: Theme) -> Coloring:
    """Return the colouring by one of `BUILT_IN`; see `check_color`. The range of speeds is that of the sample."""
    if color == SPECIES:
        names = names_of(trajectory.species)
        of_agents = codes(np.asarray(trajectory.species), names)
        return Coloring(ByName(theme, names), SPECIES, lambda moment: of_agents[moment.members])
    if color == SPEED:
        low, high, cut = range_of(np.concatenate([frame.speeds for frame in sample]))
        title = speed_title(trajectory.attributes)
        return Coloring(ByNumber(theme, low, high, cut), title, lambda moment: moment.speeds)
    colors = ByHeading(theme) if color == HEADING else Plain(theme)
    return Coloring(colors, color, _nothing)


def by_metric(name: str, series: Series, theme: Theme) -> Coloring:
    """Return the colouring by the values of a metric of single agents, in the frame that is nearest in time.

    Raises:
        KaditaError: it does not have one value for each agent.
    """
    if series.dims != ("agent",):
        found = f"values along {', '.join(series.dims)}" if series.dims else "one for the whole school"
        raise KaditaError(f"--color {name}: expected a metric with one value for each agent; it has {found}")
    table = series.values

    def number(moment: Moment) -> Floats:
        return table[moment.row, moment.columns]

    if series.labels:
        return Coloring(ByName(theme, series.labels), name.replace("_", " "), number)
    return Coloring(ByNumber(theme, *range_of(table)), with_unit(name, series.units), number)


def of_frame(frame: Frame, color: Any, theme: Theme) -> Coloring:
    """Return the colouring of a single frame; `color` can be numbers, one for each agent, (N,), in order.

    Raises:
        KaditaError: another word, not one number for each agent, or the frame does not hold it.
    """
    if not isinstance(color, str):
        values = np.asarray(color, dtype=np.float64)
        if values.shape != (len(frame.agents),):
            raise KaditaError(f"color: expected one number for each of {len(frame.agents)} agents; got {values.shape}")
        by_member = values[np.argsort(frame.members)]  # as agents stand in a moment
        return Coloring(ByNumber(theme, *range_of(values)), "", lambda moment: by_member)
    if color not in BUILT_IN:
        raise KaditaError(f"color: expected {', '.join(BUILT_IN)} or numbers, one for each agent; got '{color}'")
    order = np.argsort(frame.members)
    if color == SPECIES:
        if frame.species is None:
            raise KaditaError("color species: the school has no species")
        which = codes(frame.species, frame.all_species)[order]
        return Coloring(ByName(theme, frame.all_species), SPECIES, lambda moment: which)
    if color == SPEED:
        title = speed_title(frame.attributes)
        return Coloring(ByNumber(theme, *range_of(frame.speeds)), title, lambda moment: moment.speeds)
    known = color == HEADING and frame.velocity_known.any()
    return Coloring(ByHeading(theme) if known else Plain(theme), color, _nothing)


def speed_title(attributes: Mapping[str, Any]) -> str:
    """Return the title of a scale of speeds, with their unit if it is known."""
    length, time = (attributes.get(key) for key in ("length_unit", "time_unit"))
    return f"speed ({length}/{time})" if length and time else SPEED


def _nothing(moment: Moment) -> Floats:
    return np.zeros(len(moment.members))
