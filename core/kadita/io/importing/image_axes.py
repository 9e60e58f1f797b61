"""Turn the y of images, which points down, up: angles, turns, left and right are then those that are seen."""

from __future__ import annotations

from collections.abc import Callable

from kadita.base.errors import KaditaError
from kadita.plugins.declaration.importer import Tracks
from kadita.school.box import Floats

PIXELS = ("px", "pixel", "pixels")


def upward(
    name: str, tracks: Tracks, *, length_unit: str, y_axis: str | None
) -> tuple[str | None, str | None, Callable[[Floats, Floats | None], None]]:
    """Return how y is turned up where it points down: y' = height - y, or -y without a height; vy' = -vy.

    Args:
        name: name of the file, for messages.
        tracks: what the importer knows of the image.
        length_unit: y in pixels points down unless the importer or the user says otherwise.
        y_axis: ``"up"`` or ``"down"``, where y of the file points; None to find it out.

    Returns:
        The attribute ``y_axis`` of the file, None if it is not known where y points; a remark, None if y is not turned;
        and a function that turns positions and velocities, (T, N, 3), in place.

    Raises:
        KaditaError: another `y_axis`.
    """
    if y_axis not in (None, "up", "down"):
        raise KaditaError(f"--y-axis: expected up or down; got '{y_axis}'")
    in_pixels = length_unit.lower() in PIXELS
    is_down = y_axis == "down" if y_axis else tracks.y_down if tracks.y_down is not None else in_pixels
    if not is_down:
        return "up" if y_axis or tracks.y_down is not None else None, None, _unchanged
    height = tracks.height

    def turn(positions: Floats, velocities: Floats | None) -> None:
        positions[..., 1] = (height or 0.0) - positions[..., 1]
        if velocities is not None:
            velocities[..., 1] = 0.0 - velocities[..., 1]

    formula = f"y' = {height:.10g} - y" if height else "y' = -y"
    why = "" if y_axis else "; --y-axis up leaves it as it is"
    what = "y points down, as in images"
    if y_axis is None and tracks.y_down is None:
        what = f"positions in {length_unit} are taken as those of an image, whose y points down"
    return f"down, turned up by {formula}", f"{name}: {what}; it is turned up by {formula}{why}", turn


def _unchanged(positions: Floats, velocities: Floats | None) -> None:
    """Leave y as it is."""
