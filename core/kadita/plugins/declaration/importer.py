"""Importers of tracked animals: functions from a path to `Tracks`, whose keyword-only arguments are parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from kadita.base.errors import PluginError
from kadita.base.signature import read_signature
from kadita.plugins.declaration.declared import Declared
from kadita.school.box import Floats


@dataclass(frozen=True)
class Tracks:
    """Tracked animals read from a file; what the file does not contain is None, and the user is asked for units.

    Attributes:
        agents: (N,) identities, numbers or strings.
        positions: (T, N, 3), or (T, N, 2) for tracks in a plane; NaN where an animal is not detected.
        times: (T,) times, or frame numbers if `counts_frames`.
        counts_frames: whether `times` are frame numbers, to be divided by the frame rate.
        velocities: of the shape of `positions`; None where the file has none.
        frame_rate: frames per unit of time.
        length_unit: unit of positions, ``"px"`` for pixels.
        time_unit: unit of times.
        attributes: other properties of the school: ``body_length``.
        remarks: messages to the user, one line each.
    """

    agents: NDArray[Any]
    positions: Floats
    times: Floats
    counts_frames: bool = False
    velocities: Floats | None = None
    frame_rate: float | None = None
    length_unit: str | None = None
    time_unit: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Importer(Declared):
    """A declared importer. Made by `importer`."""

    endings: tuple[str, ...]
    recognizes: Callable[[Path], bool]
    source: str
    fallback: bool = False

    def read(self, path: Path, values: Mapping[str, Any]) -> Tracks:
        """Return the tracks of a file, read with these parameters.

        Raises:
            KaditaError: an unknown parameter, or a file that cannot be read.
        """
        tracks = self.function(path, **self.validate(values))
        if not isinstance(tracks, Tracks):
            raise PluginError(f"importer {self.name}: expected it to return Tracks; got {type(tracks).__name__}")
        return tracks


def importer(
    *,
    endings: tuple[str, ...],
    recognizes: Callable[[Path], bool] = lambda path: True,
    source: str = "",
    fallback: bool = False,
) -> Callable[[Callable[..., Tracks]], Importer]:
    """Declare the decorated function as an importer; the importer has the name of the function.

    The function takes the path of a file and returns `Tracks`. Keyword-only arguments are parameters, which
    ``kadita convert --set NAME=VALUE`` sets. It raises `kadita.KaditaError` for a file that it cannot read.

    Args:
        endings: endings of the files that it reads, in lower case: ``(".npy",)``; ``""`` stands for a folder.
        recognizes: function of a path with such an ending; returns whether the file has the importer's format. It must
            not open anything that could execute code, and returns False for a file that it cannot read.
        source: publication or web address of the program that writes these files.
        fallback: whether it reads files that no other importer recognizes.

    Raises:
        PluginError: `endings` or the signature of the function is not valid.
    """
    if isinstance(endings, str) or not all(e == e.lower() and (not e or e[0] == ".") for e in endings):
        raise PluginError(f'endings: expected a tuple in lower case, such as (".npy",); got {endings!r}')

    def declare(function: Callable[..., Tracks]) -> Importer:
        needs, _, parameters = read_signature(function, "importer", "a Path")
        if needs:
            raise PluginError(f"importer {function.__name__}: expected one argument, the path; got {needs} too")
        return Importer(function.__name__, function, parameters, tuple(endings), recognizes, source, fallback)

    return declare
