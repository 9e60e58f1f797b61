"""An importer reads tracked animals: a function from a path to tracks, whose keyword-only arguments are parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from pydantic import BaseModel

from kadita.base.errors import PluginError
from kadita.base.signature import checked, read_signature
from kadita.school.box import Floats


@dataclass(frozen=True)
class Tracks:
    """Tracked animals, as a file has them; what it does not say stays None, and is asked for.

    Attributes:
        agents: (N,) identities, numbers or words.
        positions: (T, N, 3), or (T, N, 2) where they were filmed in a plane; NaN where an animal is not seen.
        times: (T,) times, or numbers of frames where `counts_frames`.
        counts_frames: whether `times` are numbers of frames, to be divided by the frame rate.
        velocities: of the shape of `positions`; None where the file has none.
        frame_rate: frames per unit of time.
        length_unit: unit of positions, ``"px"`` where they are pixels.
        time_unit: unit of times.
        attributes: what else is known of the school: ``body_length``.
        remarks: what the user should know, a line each.
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
class Importer:
    """A declared importer. Made by `importer`."""

    name: str
    function: Callable[..., Tracks]
    parameters: type[BaseModel]
    endings: tuple[str, ...]
    recognizes: Callable[[Path], bool]
    source: str
    fallback: bool = False

    @property
    def summary(self) -> str:
        """First line of the docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    def read(self, path: Path, values: Mapping[str, Any]) -> Tracks:
        """Read tracks with these parameters.

        Raises:
            KaditaError: an unknown parameter, or a file that cannot be read.
        """
        tracks = self.function(path, **checked(self.name, self.parameters, values))
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
    """Declare the decorated function as an importer of its own name.

    The function takes the path of a file and returns `Tracks`. Keyword-only arguments are parameters, which
    ``kadita convert --set NAME=VALUE`` sets. It raises `kadita.KaditaError` for what it cannot read.

    Args:
        endings: of the files it reads, in lower case: ``(".npy",)``; ``""`` stands for a folder.
        recognizes: looks into a file with such an ending, and says whether it is of this kind. It opens nothing that
            could execute code, and returns False for whatever it cannot read.
        source: publication or address of the program whose files they are.
        fallback: it reads what no other importer recognizes.

    Raises:
        PluginError: a signature that declares nothing meaningful.
    """
    if isinstance(endings, str) or not all(e == e.lower() and (not e or e[0] == ".") for e in endings):
        raise PluginError(f'endings: expected such as (".npy",); got {endings!r}')

    def declare(function: Callable[..., Tracks]) -> Importer:
        arguments, parameters = read_signature(function, "importer", "a Path")
        if len(arguments) != 1:
            raise PluginError(f"importer {function.__name__}: expected one argument, the path; got {arguments}")
        return Importer(function.__name__, function, parameters, tuple(endings), recognizes, source, fallback)

    return declare
