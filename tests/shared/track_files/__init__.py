"""A file of each format of tracks, in the layout of its program, with the numbers that are in it.

A module here for each group of formats has `FILES`; `every_file` collects them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

GROUPS = ("tables", "video", "images", "exports", "flies", "pose", "gps")
SECRETS = ("/home/grace/secret", "C:\\Users\\grace", "pond-film.mp4")  # paths, user and video to write into files


class School(NamedTuple):
    """What a file says: three animals that turn, of which one is not seen in some frames."""

    agents: list[Any]
    times: NDArray[np.float64]  # (T,), in the unit of time of the file, or frames / frame rate
    positions: NDArray[np.float64]  # (T, N, 2) or (T, N, 3), NaN where an animal is not seen; y as in the file


class TrackFile(NamedTuple):
    """How a file is made and what must be read from it."""

    importer: str
    write: Callable[[Path, School], Path]  # writes a file, or several, into a folder; returns the path to convert
    school: School
    options: Mapping[str, Any]  # keywords of `kadita.open`
    made_from: str  # the package that writes it, or the documentation that describes it
    y_down: bool = False
    binary: bool = False  # to be mutated byte by byte


def turning(
    agents: list[Any], frames: int = 12, rate: float = 10.0, *, dimensions: int = 2, digits: int | None = None
) -> School:
    """Return animals on arcs; the last is not seen in frames 4 and 5. `digits` is how many decimals the file has."""
    t = np.arange(frames) / rate
    rng = np.random.default_rng(len(agents) * 100 + frames)
    angle = rng.uniform(0, 2 * np.pi, len(agents)) + np.outer(t, rng.uniform(0.3, 1.5, len(agents)))
    place = rng.uniform(20, 80, (len(agents), dimensions))
    radius = rng.uniform(5, 20, len(agents))
    x = np.repeat(place[None], frames, axis=0)
    x[..., 0] += radius * np.cos(angle)
    x[..., 1] += radius * np.sin(angle)
    x[4:6, -1] = np.nan
    return School(agents, t, x if digits is None else x.round(digits))


def every_file() -> dict[str, TrackFile]:
    """Return the files of all groups, by name."""
    found: dict[str, TrackFile] = {}
    for group in GROUPS:
        found |= import_module(f"track_files.{group}").FILES
    return found
