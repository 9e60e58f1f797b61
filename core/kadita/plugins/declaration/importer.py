"""Importers of tracked animals: functions from a path to `Tracks`, whose keyword-only arguments are parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import PluginError
from kadita.base.school_attributes import SAID_BY_FIELDS, known_attributes
from kadita.base.signature import read_signature
from kadita.plugins.declaration.declared import Declared
from kadita.school.box import Floats, Integers


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
        attributes: other properties of the school: ``body_length``; those that files of kadita have. ``velocities`` is
            ``"orientation"`` where velocities are unit vectors along the body, and not rates of change.
        remarks: messages to the user, one line each.
        dimensions: 2 for a plane, 3 for space; None: 2 for positions (T, N, 2), otherwise found from z.
        species: (N,) name of each animal's species; None if the file has none.
        quality: how sure the tracker is of each position, (T, N), by name: ``confidence``. NaN where the file does not
            say. None is used unless the user sets a limit.
        y_down: whether y points down, as in images; y is then turned up. None: it is if positions are in pixels.
        height: height of the image in the length unit of positions.
        identities: (T, C) where columns are reused by later animals: index into `agents` of the animal in each column
            and frame, -1 for none. Positions, velocities and qualities then have C columns in place of N.
        box: cell in which positions are periodic; see `Box.of`.

    Positions, velocities, qualities and identities of tracks larger than memory may be anything with a ``shape`` that
    gives arrays where it is indexed by a slice of frames, such as `numpy.memmap`: they are read a block at a time.
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
    dimensions: int | None = None
    species: NDArray[Any] | None = None
    quality: Mapping[str, Floats] = field(default_factory=dict)
    y_down: bool | None = None
    height: float | None = None
    identities: Integers | None = None
    box: Any = None


def any_file(path: Path) -> bool:
    """Return True: what importers recognize that go by the ending alone."""
    return True


@dataclass(frozen=True, repr=False)
class Importer(Declared):
    """A declared importer. Made by `importer`."""

    endings: tuple[str, ...]
    recognizes: Callable[[Path], bool]
    source: str
    fallback: bool = False
    binary: bool = False

    def read(self, path: Path, values: Mapping[str, Any]) -> Tracks:
        """Return the tracks of a file, read with these parameters.

        Raises:
            KaditaError: an unknown parameter, or a file that cannot be read.
            PluginError: it returns something else than tracks, or attributes that no file of kadita has.
        """
        tracks = self.function(path, **self.validate(values))
        if not isinstance(tracks, Tracks):
            raise PluginError(f"importer {self.name}: expected it to return Tracks; got {type(tracks).__name__}")
        for what, shape, expected in _shapes(tracks):
            if shape != expected:
                raise PluginError(f"importer {self.name}: {what}: expected shape {expected}; got {shape}")
        for key in tracks.attributes:  # none is dropped without a word
            if key in SAID_BY_FIELDS:
                raise PluginError(f"importer {self.name}: attributes: give {key} as Tracks({SAID_BY_FIELDS[key]}=...)")
            if key not in known_attributes():
                raise PluginError(
                    f"importer {self.name}: attributes: files have no {key!r}; they have "
                    f"{', '.join(k for k in known_attributes() if k not in SAID_BY_FIELDS)}"
                )
        return tracks


def _shapes(tracks: Tracks) -> Iterator[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    """Yield each array of tracks as (name, its shape, the shape that others ask for)."""
    positions, agents = np.shape(tracks.positions), np.shape(tracks.agents)
    yield "positions", positions, (*positions[:2], 2 if positions[-1:] == (2,) else 3)
    yield "times", np.shape(tracks.times), positions[:1]
    if tracks.identities is None:
        yield "agents", agents, positions[1:2]
    else:
        yield "identities", np.shape(tracks.identities), positions[:2]
    if tracks.velocities is not None:
        yield "velocities", np.shape(tracks.velocities), positions
    if tracks.species is not None:
        yield "species", np.shape(tracks.species), agents
    for name, values in tracks.quality.items():
        yield f"quality {name}", np.shape(values), positions[:2]


def importer(
    *,
    endings: tuple[str, ...],
    recognizes: Callable[[Path], bool] = any_file,
    source: str = "",
    fallback: bool = False,
    binary: bool = False,
) -> Callable[[Callable[..., Tracks]], Importer]:
    """Declare the decorated function as an importer; the importer has the name of the function.

    The function takes the path of a file and returns `Tracks`. Keyword-only arguments are parameters, which
    ``kadita convert --set NAME=VALUE`` sets. It raises `kadita.KaditaError` for a file that it cannot read.

    Args:
        endings: endings of the files that it reads, in lower case: ``(".npy",)``; ``""`` stands for a folder.
        recognizes: function of a path with such an ending; returns whether the file has the importer's format. It must
            not open anything that could execute code, and returns False for a file that it cannot read. The ending of
            ``tracks.csv.gz`` is ``.csv``.
        source: publication or web address of the program that writes these files.
        fallback: whether it reads files that no other importer recognizes.
        binary: whether libraries read its files that damage can crash, hang or make to fill the memory: HDF5, MATLAB.
            Both functions then run in a process of their own, with limits of memory and time.

    Raises:
        PluginError: `endings` or the signature of the function is not valid.

    >>> import numpy as np
    >>> from kadita import Tracks, importer
    >>> @importer(endings=(".dat",))
    ... def columns_of_two(path):
    ...     '''Tracks of one animal: x and y in two columns.'''
    ...     x, y = np.loadtxt(path, unpack=True)
    ...     return Tracks.of_rows(frames=np.arange(len(x)), agents=np.zeros(len(x)), positions=np.stack([x, y], axis=1))
    >>> columns_of_two.endings
    ('.dat',)
    """
    if isinstance(endings, str) or not all(e == e.lower() and (not e or e[0] == ".") for e in endings):
        raise PluginError(f'endings: expected a tuple in lower case, such as (".npy",); got {endings!r}')

    def declare(function: Callable[..., Tracks]) -> Importer:
        needs, _, parameters, _ = read_signature(function, "importer", "a Path")
        if needs:
            raise PluginError(f"importer {function.__name__}: expected one argument, the path; got {needs} too")
        return Importer(function.__name__, function, parameters, tuple(endings), recognizes, source, fallback, binary)

    return declare
