"""Pictures of a film, one after the other: what does not change is drawn once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from kadita.evaluation.film.encoders import Picture
from kadita.evaluation.film.moments import Moment
from kadita.evaluation.film.scene import Scene
from kadita.evaluation.film.stage import Stage


class Pictures:
    """Draws moments; `outside` is how many agents were outside the picture at most, and how many there were then."""

    def __init__(self, stage: Stage, scene: Scene, decimals: int, time_unit: str | None) -> None:
        self._stage, self._scene = stage, scene
        self._decimals, self._unit = decimals, f" {time_unit}" if time_unit else ""
        self.outside: tuple[int, int] | None = None

    def of(self, moments: Iterable[Moment]) -> Iterator[Picture]:
        """Yield the pictures of moments, (height, width, 3) each."""
        stage = self._stage
        canvas: Any = stage.canvas
        moving = [*self._scene.drawing.artists, *stage.cursors, stage.clock]
        for artist in moving:
            artist.set_animated(True)
        canvas.draw()
        still = canvas.copy_from_bbox(stage.figure.bbox)
        for moment in moments:
            outside = self._scene.show(moment)
            if outside > (self.outside or (0,))[0]:
                self.outside = outside, len(moment.members)
            more = f"   {outside} outside" if outside else ""
            stage.clock.set_text(f"t = {moment.time:.{self._decimals}f}{self._unit}{more}")
            for cursor in stage.cursors:
                cursor.set_xdata([moment.time, moment.time])
            canvas.restore_region(still)
            for artist in moving:
                stage.figure.draw_artist(artist)
            yield np.asarray(canvas.buffer_rgba())[..., :3].copy()
