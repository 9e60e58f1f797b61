"""A cell given by the user, for tables and formats that cannot hold one."""

from __future__ import annotations

from typing import Any

from kadita.base.errors import KaditaError
from kadita.school.box import Box
from kadita.school.chunk import Chunk
from kadita.school.dimensions import PLANE
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.transforms import View


def with_box(trajectory: Trajectory, box: Box | None) -> Trajectory:
    """Return the trajectory itself if `box` is None, otherwise with this box in every frame."""
    return trajectory if box is None else GivenBox(trajectory, box)


def parsed_box(box: Any) -> Box:
    """Return the box that the user gave: as in `Box.of`, or text with commas, ``"20"`` or ``"20,20,open"``.

    Raises:
        KaditaError: lengths that are none.
    """
    if isinstance(box, str) and box.strip() != "open":
        words = [word.strip() for word in box.split(",")]
        box = [word if word == "open" else _number(word, box) for word in words]
        box = box[0] if len(box) == 1 else box
    try:
        return Box.of(box)
    except KaditaError as error:
        raise KaditaError(f"--{error}") from None


def _number(word: str, box: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise KaditaError(f"--box: expected lengths such as 20 or 20,20,open; got '{box}'") from None


class GivenBox(View):
    """A trajectory in a box that its file does not state."""

    def __init__(self, source: Trajectory, box: Box) -> None:
        super().__init__(source)
        self.box = box

    def fingerprint(self) -> dict[str, Any]:
        """Return what identifies the source, and the box."""
        return self.source.fingerprint() | {"box": str(self.box)}

    def read(self, frames: Integers) -> Chunk:
        """Return these frames, in the box.

        Raises:
            KaditaError: the file states another cell.
        """
        box = self.box.in_plane if self.decide_dimensions() == PLANE else self.box
        chunk, given = self.source.read(frames), box.repeated(len(frames))
        if chunk.lengths is not None and (given is None or (chunk.lengths != given).any()):
            stated = Box.of_edges(chunk.lengths[0])
            raise KaditaError(f"{self.name}: states a cell of {stated}; --box {self.box} contradicts it")
        return chunk._replace(lengths=given)
