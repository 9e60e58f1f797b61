"""The place that a following camera looks at, which does not jump when an agent comes or goes."""

from __future__ import annotations

import numpy as np

from kadita.evaluation.film.moments import Moment, in_both
from kadita.school.box import Floats

SETTLED = 0.5  # seconds of the film in which the camera approaches the centroid by a factor of e


class Centre:
    """Moves by the mean displacement of the agents that are present in both moments, and slowly to their centroid.

    In open space, while the same agents are present, it is the centroid; in a cell it can lag behind, as the mean on
    the torus does not move by the mean displacement.
    """

    def __init__(self, fps: float) -> None:
        self._part = 1 - np.exp(-1 / (SETTLED * fps))
        self._before: Moment | None = None
        self._place = np.zeros(3)

    def at(self, moment: Moment) -> Floats:
        """Return the place at the next moment, (3,)."""
        if not len(moment.members):
            return self._place
        centroid = moment.box.centroid(moment.positions[None])[0]
        if self._before is None:
            self._place = centroid
        else:
            a, b = in_both(self._before, moment)
            if len(a.members):
                moved = moment.box.minimum_image(b.positions - a.positions).mean(axis=0)
                place = self._place + moved
                away = moment.box.minimum_image(centroid - place)
                self._place = place + self._part * away
            else:
                self._place = centroid
        self._before = moment
        return self._place
