"""Read tracks of idtracker.ai: its .npy, a pickled dict, and its .h5, with the same content.

Both have ``trajectories`` (frames, animals, 2) in pixels, NaN where an animal is lost, ``frames_per_second``,
``body_length`` in pixels, and since about version 5.2 ``identities_labels`` and ``length_unit``, the number of pixels
of a length that the user measured. ``id_probabilities`` (frames, animals, 1) says how sure an identity is, NaN where
animals cross. y points down, as in the video, whose height is not stored. Paths of videos are not read.
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
from kadita.plugins.importers import HDF5, Floats, first_bytes
from kadita_tracks.files.damage import reading
from kadita_tracks.files.hdf5 import names, open_hdf5, read_entry
from kadita_tracks.files.missing import unless_unreadable
from kadita_tracks.files.unpickle import unpickle

Unit = Annotated[str, Field(description="unit of the file's length_unit, such as cm; empty: pixels")]
PROBABILITIES = "id_probabilities"
READ = ("trajectories", "frames_per_second", "body_length", "length_unit", "identities_labels", PROBABILITIES)
HEADER_BYTES = 4096
LABEL = 80  # largest number of characters of a label


@unless_unreadable
def _recognizes(path: Path) -> bool:
    first = first_bytes(path, HEADER_BYTES)
    if first.startswith(HDF5):
        with open_hdf5(path) as file:
            return "trajectories" in list(file)
    return _pickle_offset(path, first) > 0


@importer(
    endings=(".npy", ".h5", ".hdf5"),
    binary=True,
    recognizes=_recognizes,
    source="Romero-Ferrero et al. 2019, doi:10.1038/s41592-018-0295-5; idtracker.ai",
)
def idtrackerai(path: Path, *, calibrated: Unit = "") -> Tracks:
    """Tracks of idtracker.ai, .npy or .h5, in pixels; no code in a file is executed.

    ``calibrated`` is the unit of the file's ``length_unit``, such as cm; lengths are then converted to it.

    Raises:
        KaditaError: the file has another format, its pickle holds more than arrays and numbers, or tracks have the
            wrong shape.
    """
    data = _of_hdf5(path) if first_bytes(path).startswith(HDF5) else _of_npy(path)
    x = data.get("trajectories")
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f" or x.ndim != 3 or x.shape[2] not in (2, 3) or not x.size:
        found = f"{x.dtype} {x.shape}" if isinstance(x, np.ndarray) else type(x).__name__
        raise KaditaError(f"{path}: expected trajectories of numbers (frames, animals, 2); found {found}")
    positions = np.asarray(x, dtype=np.float64)
    pixels, body_length = positive_number(data, "length_unit"), positive_number(data, "body_length")
    remarks = []
    if calibrated and pixels is None:
        raise KaditaError(f"{path}: expected length_unit in the file for --set calibrated; found none")
    if calibrated and pixels is not None:
        positions = positions / pixels
        body_length = body_length and body_length / pixels
    elif pixels is not None:
        remarks.append(f"{path} has a length_unit of {pixels:g} px; --set calibrated=UNIT converts lengths to it")
    return Tracks(
        agents_of(data.get("identities_labels"), positions.shape[1]),
        positions,
        np.arange(len(positions), dtype=np.float64),
        counts_frames=True,
        frame_rate=positive_number(data, "frames_per_second"),
        length_unit=calibrated or "px",
        time_unit="s",
        attributes={} if body_length is None else {"body_length": body_length},
        remarks=tuple(remarks),
        quality=_probabilities(data, positions.shape[:2]),
        y_down=True,
    )


def _probabilities(data: Mapping[str, Any], shape: tuple[int, ...]) -> dict[str, Floats]:
    """Return the probabilities of identities, (T, N), if the file has them for each position."""
    values = data.get(PROBABILITIES)
    if not isinstance(values, np.ndarray) or values.dtype.kind != "f" or values.shape not in (shape, (*shape, 1)):
        return {}
    probabilities = values.reshape(shape).astype(np.float64)
    return {PROBABILITIES: probabilities} if np.isfinite(probabilities).any() else {}


def _of_npy(path: Path) -> Mapping[str, Any]:
    raw = path.read_bytes()
    content = unpickle(str(path), raw[_pickle_offset(path, raw[:HEADER_BYTES]) :])
    if isinstance(content, np.ndarray) and content.shape == () and content.dtype.kind == "O":
        content = content.item()
    if not isinstance(content, dict) or "trajectories" not in content:
        found = f"a dict of {names(content)}" if isinstance(content, dict) else type(content).__name__
        raise KaditaError(f"{path}: expected idtracker.ai's dict with trajectories; found {found}")
    return content


def _pickle_offset(path: Path, first: bytes) -> int:
    """Return the offset of the pickle in an .npy file that holds a single object.

    Raises:
        KaditaError: the header is damaged, or that of an array.
    """
    file = io.BytesIO(first)
    # a damaged header can make numpy raise any exception
    with reading(path, "the header of an .npy file", (Exception,)), warnings.catch_warnings():
        warnings.simplefilter("error")  # a damaged header can make Python warn
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(file)
    if shape != () or dtype != np.dtype(object):
        raise KaditaError(f"{path}: expected idtracker.ai's dict, one object; found an array {shape} of {dtype}")
    return file.tell()


def _of_hdf5(path: Path) -> Mapping[str, Any]:
    with open_hdf5(path) as file:
        if "trajectories" not in list(file):
            raise KaditaError(f"{path}: expected a dataset trajectories; found {names(file)}")
        return {name: read_entry(path, file, name) for name in READ}


def positive_number(data: Mapping[str, Any], name: str) -> float | None:
    """Return a positive number; None if it is missing or a placeholder such as -1 or NaN."""
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


def agents_of(labels: Any, count: int) -> NDArray[Any]:
    """Return the user's labels if every animal has a distinct one, otherwise 1, 2, ... as in idtracker.ai, (N,)."""
    numbers = np.arange(1, count + 1)
    listed = labels.ravel().tolist() if isinstance(labels, np.ndarray) else labels
    if not isinstance(listed, (list, tuple)) or len(listed) != count:
        return numbers
    words = [w.decode("utf-8", "replace") if isinstance(w, bytes) else w for w in listed]
    usable = all(isinstance(w, str) and 0 < len(w) <= LABEL and "\0" not in w for w in words)
    if not usable or len(set(words)) < count or words == [str(n) for n in numbers]:
        return numbers
    return np.array([str(w) for w in words])
