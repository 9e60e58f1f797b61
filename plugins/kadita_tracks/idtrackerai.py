"""Reads tracks of idtracker.ai: its .npy, a pickled dict, and its .h5, which holds the same.

Both have ``trajectories`` (frames, animals, 2) in pixels, NaN where an animal is lost, ``frames_per_second``,
``body_length`` in pixels, and since version 5.2 or so ``identities_labels`` and ``length_unit``, the pixels of a length
that its user measured. Where a video lay on somebody's disk stays behind.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import KaditaError, Tracks, importer
from kadita.plugins.importers import HDF5, first_bytes
from kadita_tracks.hdf5 import entry, names, opened
from kadita_tracks.unpickle import unpickle

Unit = Annotated[str, Field(description="unit that the file's own length_unit is in, such as cm; empty: pixels")]
READ = ("trajectories", "frames_per_second", "body_length", "length_unit", "identities_labels")
HEADER_BYTES = 4096
LABEL = 80  # characters of a label at most


def _recognizes(path: Path) -> bool:
    try:
        first = first_bytes(path, HEADER_BYTES)
        if first.startswith(HDF5):
            with opened(path) as file:
                return "trajectories" in list(file)
        return _pickle_begins(path, first) > 0
    except KaditaError as error:
        return "pip install" in str(error)  # nobody can tell; whoever reads it says what is missing


@importer(
    endings=(".npy", ".h5", ".hdf5"),
    recognizes=_recognizes,
    source="Romero-Ferrero et al. 2019, doi:10.1038/s41592-018-0295-5; idtracker.ai",
)
def idtrackerai(path: Path, *, calibrated: Unit = "") -> Tracks:
    """Tracks of idtracker.ai, .npy or .h5, in pixels; nothing that a file asks for is run.

    ``calibrated`` names the unit that the file's own ``length_unit`` is in, such as cm: lengths then are in that unit.

    Raises:
        KaditaError: another file, a pickle that asks for anything but arrays, tracks of another shape.
    """
    data = _of_hdf5(path) if first_bytes(path).startswith(HDF5) else _of_npy(path)
    x = data.get("trajectories")
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f" or x.ndim != 3 or x.shape[2] not in (2, 3) or not x.size:
        found = f"{x.dtype} {x.shape}" if isinstance(x, np.ndarray) else type(x).__name__
        raise KaditaError(f"{path}: expected trajectories of numbers (frames, animals, 2); found {found}")
    positions = np.asarray(x, dtype=np.float64)
    pixels, body_length = _number(data, "length_unit"), _number(data, "body_length")
    remarks = []
    if calibrated and pixels is None:
        raise KaditaError(f"{path}: has no length_unit of its own; leave --set calibrated out")
    if calibrated and pixels is not None:
        positions = positions / pixels
        body_length = body_length and body_length / pixels
    elif pixels is not None:
        remarks.append(f"{path} measures its unit of length as {pixels:g} px; --set calibrated=UNIT converts to it")
    return Tracks(
        _agents(data.get("identities_labels"), positions.shape[1]),
        positions,
        np.arange(len(positions), dtype=np.float64),
        counts_frames=True,
        frame_rate=_number(data, "frames_per_second"),
        length_unit=calibrated or "px",
        time_unit="s",
        attributes={} if body_length is None else {"body_length": body_length},
        remarks=tuple(remarks),
    )


def _of_npy(path: Path) -> Mapping[str, Any]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise KaditaError(f"{path}: cannot be read: {error.strerror}") from None
    held = unpickle(str(path), content[_pickle_begins(path, content[:HEADER_BYTES]) :])
    if isinstance(held, np.ndarray) and held.shape == () and held.dtype.kind == "O":
        held = held.item()
    if not isinstance(held, dict) or "trajectories" not in held:
        found = f"a dict of {names(held)}" if isinstance(held, dict) else type(held).__name__
        raise KaditaError(f"{path}: expected a dict of idtracker.ai's, with trajectories; found {found}")
    return held


def _pickle_begins(path: Path, first: bytes) -> int:
    """Return where the pickle of an .npy file begins; what it is of is one object."""
    file = io.BytesIO(first)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of a header that is damaged so that Python would warn
            version = np.lib.format.read_magic(file)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _, dtype = read(file)
    except Exception as error:  # numpy raises whatever a damaged header leads it to
        words = " ".join(str(error).split())[:100]
        raise KaditaError(f"{path}: expected an .npy file; its header cannot be read ({words})") from None
    if shape != () or dtype != np.dtype(object):
        raise KaditaError(f"{path}: expected idtracker.ai's dict, one object; found an array {shape} of {dtype}")
    return file.tell()


def _of_hdf5(path: Path) -> Mapping[str, Any]:
    with opened(path) as file:
        if "trajectories" not in list(file):
            raise KaditaError(f"{path}: expected a dataset trajectories; found {names(file)}")
        return {name: entry(path, file, name) for name in READ}


def _number(data: Mapping[str, Any], name: str) -> float | None:
    """Return a number above 0; where there is none, or -1 or NaN in its place, None."""
    value = data.get(name)
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(-1)[0]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        return None
    try:
        number = float(value)
    except (OverflowError, TypeError):
        return None
    return number if 0 < number < np.inf else None


def _agents(labels: Any, count: int) -> NDArray[Any]:
    """Return the labels that a user gave, where there is one for each; or 1, 2, ... as idtracker.ai counts."""
    numbers = np.arange(1, count + 1)
    listed = labels.ravel().tolist() if isinstance(labels, np.ndarray) else labels
    if not isinstance(listed, (list, tuple)) or len(listed) != count:
        return numbers
    words = [w.decode("utf-8", "replace") if isinstance(w, bytes) else w for w in listed]
    usable = all(isinstance(w, str) and 0 < len(w) <= LABEL and "\0" not in w for w in words)
    if not usable or len(set(words)) < count or words == [str(n) for n in numbers]:
        return numbers
    return np.array([str(w) for w in words])
