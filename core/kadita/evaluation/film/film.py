"""`animate`: write a film of a trajectory, in one pass."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError, KaditaWarning
from kadita.base.files import check_writable, replace_whole
from kadita.base.progress import Count, Progress, counter, with_bar
from kadita.evaluation.curves import with_unit
from kadita.evaluation.film.coloring import Coloring, built_in, by_metric, check_color, usual
from kadita.evaluation.film.colors import DARK, LIGHT, Theme
from kadita.evaluation.film.encoders import Film, check_film, write_film
from kadita.evaluation.film.measuring import measured, wanted
from kadita.evaluation.film.moments import frames_of, moments
from kadita.evaluation.film.pictures import Pictures
from kadita.evaluation.film.sample import sampled, step_of
from kadita.evaluation.film.scene import Scene, seen
from kadita.evaluation.film.stage import DPI, SMALLEST, Stage
from kadita.evaluation.film.trails import Trails, usual_trail
from kadita.evaluation.results import Series
from kadita.evaluation.source import Source
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry
from kadita.school.box import Floats
from kadita.school.trajectory import Trajectory
from kadita.school.velocity_kinds import ORIENTATION

SECONDS = 20  # of a film for which no number of moments a frame is given, if MOST_BETWEEN are enough for it
MOST_BETWEEN = 8
SIZE = (960, 720)
UNEVEN = 0.05  # relative difference of time steps that can be seen


@with_bar("drawing")
def animate(
    data: Any,
    output: str | Path,
    *,
    metrics: str | Iterable[str] = (),
    color: str | None = None,
    follow: bool | None = None,
    look: Any = None,
    trail: int | None = None,
    fps: float = 30,
    between: int | None = None,
    size: tuple[int, int] = SIZE,
    dark: bool = True,
    start: int | None = None,
    stop: int | None = None,
    step: int | None = None,
    begin: float | None = None,
    end: float | None = None,
    dt: float | None = None,
    parameters: Mapping[str, Any] | None = None,
    profile: Any = None,
    by: str | None = None,
    plugins: Iterable[str | Path] = (),
    registry: Registry | None = None,
    force: bool = False,
    progress: Progress = None,
    **opening: Any,
) -> list[str]:
    """Write a film of a trajectory. In memory are one block of frames at a time, and the values of metrics.

    Args:
        data: what `kadita.analyze` takes: a path, a Block, an open Trajectory or an `MDAnalysis.Universe`.
        output: ``.mp4``, which needs ``kadita[film]``, ``.gif`` or ``.webp``.
        metrics: metrics that are drawn against time below the school, with a cursor; ``"default"`` stands for those
            that are declared as plotted.
        color: ``"heading"``, ``"speed"``, ``"species"``, ``"plain"``, or a metric that has a value for each agent; by
            default species if there are several, or else headings if they are known.
        follow: True if the camera follows the school, whose agents are shown at their minimum-image offsets from the
            centroid; False if it is fixed, and agents are in the cell. By default it is fixed where there is an arena
            or a cell, which are then drawn.
        look: the direction from the school to the viewer: ``"x"``, ``"y"``, ``"z"``, ``"aslant"`` or ``(x, y, z)``; by
            default that of `kadita.evaluation.film.camera.direction`.
        trail: number of frames of the trajectory through which the paths of agents are drawn; 0 for none; by
            default those in which an agent moves by six lengths of the body that is drawn.
        fps: pictures in a second.
        between: pictures for each frame of the trajectory; those between frames are interpolated, see
            `kadita.evaluation.film.moments.interpolated`. By default as many as make a film of at most 20 s, 1 to 8.
        size: width and height in pixels.
        dark: whether the background is dark.
        start, stop, step, begin, end, dt: frames, as in `kadita.analyze`.
        parameters, profile, by, plugins, registry: of metrics, also of that of `color`, as in `kadita.analyze`.
        force: replace a file that exists.
        progress: True shows a bar; a function is called with the number of pictures that are drawn, and their total.
        opening: ``topology``, ``tracks``, ``velocities``, ``smooth``, ``resample``, ``most_gap``, ``dimensions``,
            ``box``, ``arena``, ``select`` and ``largest_cluster``, as in `kadita.analyze`.

    Returns:
        Remarks, one line each: what was assumed, and what is not seen. They are warnings, too.

    Raises:
        KaditaError: a trajectory without agents, unknown metrics, parameters although nothing is measured, or a film
            that cannot be written.

    >>> from pathlib import Path
    >>> import kadita
    >>> kadita.animate("school.nc", "school.gif", stop=2, between=1, size=(160, 120))
    []
    >>> Path("school.gif").stat().st_size > 0
    True
    """
    path = Path(output)
    _check(trail, between, size)
    check_film(path, Film(size, fps, 1))
    check_writable(path, force=force, source=Path(data) if isinstance(data, str | Path) else None)
    source, theme = Source.of(**opening), DARK if dark else LIGHT
    registry = load_registry(plugins) if registry is None else registry
    want = wanted(metrics, color, registry)
    want.check(set=parameters, profile=profile, by=by)
    choice = {"start": start, "stop": stop, "step": step, "begin": begin, "end": end, "dt": dt}
    measuring = {**choice, "parameters": parameters, "profile": profile, "by": by, "registry": registry}
    notes = source.check(data, registry)
    with source.open(data, registry) as trajectory:
        notes += () if isinstance(data, Trajectory) else trajectory.remarks
        if not trajectory.n_frames:
            raise KaditaError(f"{trajectory.name}: expected frames; there are none")
        frames = trajectory.frame_numbers(**choice)
        sample = sampled(trajectory, frames)
        color = usual(trajectory) if want.color is None else want.color
        check_color(color, trajectory, [*registry.metrics])
        curves, of_color = measured(trajectory, want, notes, **measuring)
        coloring = _coloring(trajectory, color, of_color, sample, theme)
        times: Floats = np.asarray(trajectory.times, dtype=np.float64)[frames]
        units = {key: trajectory.attributes.get(f"{key}_unit") for key in ("length", "time")}
        stage = Stage(size, theme, times, curves, with_unit("time", units["time"] or "1"))
        view = stage.frame(seen(sample, follow, look))
        stage.scale_bar(view, units["length"])
        stage.key(coloring.colors, coloring.title, view, sample[0].dimensions == 2)
        if between is None:
            between = int(np.clip(SECONDS * fps // max(len(frames) - 1, 1), 1, MOST_BETWEEN))
        height = size[1] * float(stage.axes.get_position().height)
        if trail is None:
            body = view.body_length(trajectory.attributes.get("body_length"))
            trail = usual_trail(step_of(trajectory, frames), body, max(len(f.agents) for f in sample))
        trails = Trails(trail * between) if trail else None
        scene = Scene(stage.axes, view, sample, coloring, theme, height, DPI, trails, fps)
        curved = trajectory.attributes.get("velocities") != ORIENTATION
        film = Film(size, fps, (len(frames) - 1) * between + 1)
        pictures = Pictures(stage, scene, decimals_of(times, between), units["time"])
        told = _told(
            pictures.of(moments(frames_of(trajectory, frames), between, curved)), film.pictures, counter(progress)
        )
        replace_whole(path, lambda unfinished: write_film(unfinished, film, told))
        notes += _remarks(trajectory, times, pictures)
    for note in notes:
        warnings.warn(note, KaditaWarning, stacklevel=2)
    return notes


def _check(trail: int | None, between: int | None, size: tuple[int, int]) -> None:
    if trail is not None and trail < 0:
        raise KaditaError(f"--trail: expected 0 or more frames; got {trail}")
    if between is not None and between < 1:
        raise KaditaError(f"--between: expected at least 1 picture for each frame; got {between}")
    if min(size) < SMALLEST or max(size) > 8192:
        raise KaditaError(f"--size: expected {SMALLEST} to 8192 pixels a side; got {size[0]}x{size[1]}")


def _coloring(trajectory: Trajectory, color: str, series: Series | None, sample: Any, theme: Theme) -> Coloring:
    """Return the colouring by one of `BUILT_IN`, or by the series of a metric."""
    return built_in(color, trajectory, sample, theme) if series is None else by_metric(color, series, theme)


def decimals_of(times: Floats, between: int) -> int:
    """Return with how many decimals the times of pictures are told apart."""
    steps = np.diff(times)
    steps = steps[steps > 0]
    return int(np.clip(-np.floor(np.log10(np.median(steps) / between) + 1e-9), 0, 6)) if len(steps) else 2


def _told(pictures: Iterator[Any], total: int, progress: Count) -> Iterator[Any]:
    for done, picture in enumerate(pictures, 1):
        progress(done, total)  # before: who has the last picture asks for no more
        yield picture


def _remarks(trajectory: Trajectory, times: Floats, pictures: Pictures) -> list[str]:
    """Return what was assumed, and what is not seen."""
    remarks, steps = [], np.diff(times)
    if not trajectory.has_velocities:
        remarks.append("no velocities are known: agents are points, and go straight from frame to frame")
    if len(steps) > 1 and np.ptp(steps) > UNEVEN * np.median(steps):
        remarks.append("frames are not evenly spaced in time, and the film is: its speed changes (--resample)")
    if pictures.outside:
        most, agents = pictures.outside
        remarks.append(f"the picture does not hold agents far from the others, at most {most} of {agents} at a time")
    return remarks
