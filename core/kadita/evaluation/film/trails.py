"""Where agents were: their paths through the last moments, in sections that fade with age."""

from __future__ import annotations

from collections import deque

import numpy as np

from kadita.evaluation.film.moments import Moment
from kadita.school.box import Floats

SECTIONS = ((300, 5), (1000, 3), (3000, 2))  # of a path, each with one colour, of at most so many agents
MOST = 3000  # agents that have paths, unless somebody asks for them
LENGTHS, LONGEST = 6, 40  # of a path, in lengths of a body and in frames, where nobody says it


def usual_trail(step: float, body: float, agents: int) -> int:
    """Return through how many frames paths are drawn that are about six bodies long.

    Args:
        step: displacement of an agent from frame to frame; NaN if it is not known.
        body: length of a body.
        agents: how many there are.
    """
    if agents > MOST or not step > 0:
        return 0
    return int(np.clip(round(LENGTHS * body / step), 1, LONGEST))


class Trails:
    """The last moments of a film, from which paths are made."""

    def __init__(self, length: int) -> None:
        """Keep `length` moments before the present one; 0 for no trails."""
        self._past: deque[Moment] = deque(maxlen=length + 1)

    def paths(self, now: Moment) -> Floats:
        """Add a moment, unless it is the last one already, and return the paths to it, (K, N, 3), oldest first.

        A path is continuous: each step back from the present position is the minimum image. It is NaN before the agent
        came, or came again after an absence.
        """
        if not self._past or self._past[-1] is not now:
            self._past.append(now)
        paths = np.full((len(self._past), *now.positions.shape), np.nan)
        paths[-1] = now.positions
        later, place = now, now.positions
        for k in range(len(self._past) - 2, -1, -1):
            earlier = self._past[k]
            step = _steps(now, earlier, later)
            place = place - step
            paths[k] = place
            later = earlier
        return paths


def _steps(now: Moment, earlier: Moment, later: Moment) -> Floats:
    """Return the displacements of the agents of `now` from an earlier to a later moment, (N, 3), NaN if not in both."""
    if earlier.members is now.members and later.members is now.members:
        return now.box.minimum_image(later.positions - earlier.positions)
    return now.box.minimum_image(_placed(now, later) - _placed(now, earlier))


def _placed(now: Moment, then: Moment) -> Floats:
    """Return where the agents of `now` were then, (N, 3)."""
    if not len(then.members):
        return np.full(now.positions.shape, np.nan)
    at = np.minimum(np.searchsorted(then.members, now.members), len(then.members) - 1)
    return np.where((then.members[at] == now.members)[:, None], then.positions[at], np.nan)


def sections(paths: Floats) -> list[tuple[Floats, float]]:
    """Cut paths, (K, N, d), into lines with their age: ((N, k, d), from 0 for the oldest to 1 for the youngest).

    The sections meet in a common point.
    """
    k = len(paths)
    if k < 2:
        return []
    count = next((n for most, n in SECTIONS if paths.shape[1] <= most), 1)
    edges = np.unique(np.linspace(0, k - 1, min(count, k - 1) + 1).round().astype(int))
    ages = (np.arange(len(edges) - 1) + 1) / (len(edges) - 1)
    return [
        (paths[a : b + 1].swapaxes(0, 1), float(age)) for a, b, age in zip(edges[:-1], edges[1:], ages, strict=True)
    ]
