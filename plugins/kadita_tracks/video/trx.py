"""Read ``trx.mat`` of JAABA, which Ctrax's toolbox and FlyTracker write too: an array of structs, one an animal.

Each has ``x`` and ``y`` in pixels, and ``x_mm`` and ``y_mm`` where lengths were calibrated, for the frames from
``firstframe`` to ``endframe``, counted from 1, and ``fps`` (JAABA's documentation, DataFormatting).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from kadita import KaditaError, Tracks, importer
from kadita.plugins.importers import Floats
from kadita_tracks.files.matlab import field, has_fields, one_number, shapes, structs
from kadita_tracks.rows.arrange import frames_of_rows

MILLIMETRES = ("x_mm", "y_mm")
PIXELS = ("x", "y")
Unit = Annotated[
    Literal["mm", "px"] | None, Field(description="positions in mm or in pixels; none: in mm if all animals have them")
]


@importer(
    endings=(".mat",),
    binary=True,
    recognizes=lambda path: "trx" in shapes(path),
    source="JAABA; github.com/kristinbranson/JAABA",
)
def trx(path: Path, *, unit: Unit = None) -> Tracks:
    """Tracks of JAABA, trx.mat, in mm where lengths were calibrated, else in pixels.

    Raises:
        KaditaError: the file is not of that layout, or the animals differ in their frame rates.
    """
    animals = structs(path, "trx")
    calibrated = bool(animals) and all(has_fields(animal, MILLIMETRES) for animal in animals)
    chosen = unit or ("mm" if calibrated else "px")
    names = MILLIMETRES if chosen == "mm" else PIXELS
    parts = [_animal(path, animal, names) for animal in animals]
    if not parts:
        raise KaditaError(f"{path}: expected at least one animal in trx; found none")
    other = "px" if chosen == "mm" else "mm"
    said = f"{path}: positions are {' and '.join(names)}"
    return frames_of_rows(
        str(path),
        np.repeat(_identities(path, animals), [len(frames) for frames, _ in parts]),
        np.concatenate([frames for frames, _ in parts]),
        np.concatenate([positions for _, positions in parts]),
        None,
        counts_frames=True,
        frame_rate=_rate(path, animals),
        length_unit=chosen,
        time_unit="s",
        y_down=True,
        remarks=(f"{said}; --set unit={other} takes the others" if calibrated else said,),
    )


def _animal(path: Path, animal: Any, names: tuple[str, str]) -> tuple[Floats, Floats]:
    """Return the frames of an animal, from 0, (rows,), and its positions, (rows, 2)."""
    x, y = (field(path, animal, name).ravel() for name in names)
    first = one_number(path, animal, "firstframe")
    if len(x) != len(y) or not first == np.rint(first) or not abs(first) < 2**53:
        raise KaditaError(
            f"{path}: expected as many x as y, and a whole number as firstframe; found {len(x)}, {len(y)} and {first:g}"
        )
    frames: Floats = first - 1 + np.arange(len(x), dtype=np.float64)
    return frames, np.stack([x, y], axis=1)


def _identities(path: Path, animals: list[Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the identities of the animals if they are different whole numbers, otherwise 1, 2, ..."""
    found = np.array([one_number(path, animal, "id") for animal in animals])
    usable = np.isfinite(found).all() and (np.abs(found) < 2**53).all() and np.array_equal(found, np.rint(found))
    if usable and len(np.unique(found)) == len(found):
        return found.astype(np.int64)
    return np.arange(1, len(animals) + 1)


def _rate(path: Path, animals: list[Any]) -> float | None:
    rates = {one_number(path, animal, "fps") for animal in animals}
    known = {rate for rate in rates if 0 < rate < np.inf}
    if len(known) > 1:
        raise KaditaError(f"{path}: expected one frame rate, fps; found {min(known):g} to {max(known):g}")
    return known.pop() if known else None
