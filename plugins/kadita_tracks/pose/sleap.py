"""Read tracks of SLEAP: the analysis .h5 and .csv that it exports, and its own .slp.

The .h5 has ``tracks`` (tracks, xy, nodes, frames), NaN where a keypoint is not found, ``node_names``, ``track_names``,
``point_scores`` (tracks, nodes, frames), and ``instance_scores`` and ``tracking_scores`` (tracks, frames). Files of
sleap-io may have other orders of axes, which the attribute ``dims`` of each dataset states as JSON. The .csv has a row
for each animal and frame: track, frame_idx, instance.score, and x, y and score of each keypoint. Positions are in
pixels, y points down; frames are counted. The .slp is read by sleap-io. Paths and names of videos are not read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from kadita import KaditaError, Tracks, importer
from kadita.plugins.importers import HDF5, Floats, first_bytes
from kadita_tracks.files.hdf5 import names, open_hdf5, read_entry, strings
from kadita_tracks.files.missing import unless_unreadable
from kadita_tracks.pose.keypoints import Heading, Point, agents_of, choose
from kadita_tracks.pose.sleap_csv import is_sleap_csv, read_sleap_csv
from kadita_tracks.pose.slp import is_slp, read_slp
from kadita_tracks.tables.qualities import Least

ANALYSIS = {"tracks", "node_names", "track_names"}
MATLAB = ("track", "xy", "node", "frame")  # axes of SLEAP's own export
TRANSPOSED = ("frame", "node", "xy", "track")  # of older exports without a transposition
SCORES = {"instance_scores": "instance_score", "tracking_scores": "tracking_score"}


@unless_unreadable
def _recognizes(path: Path) -> bool:
    if not first_bytes(path).startswith(HDF5):
        return is_sleap_csv(path)
    with open_hdf5(path) as file:
        return set(file) >= ANALYSIS or is_slp(file)


@importer(
    endings=(".h5", ".hdf5", ".csv", ".slp"),
    binary=True,
    recognizes=_recognizes,
    source="SLEAP, Pereira et al. 2022, doi:10.1038/s41592-022-01426-1",
)
def sleap(path: Path, *, point: Point = None, heading: Heading = None, least: Least = None) -> Tracks:
    """Tracks of SLEAP, analysis .h5 or .csv, or .slp: ``--point`` chooses a keypoint, or their mean.

    Frames are counted; ``--frame-rate`` says how many there are in a unit of time. A .slp needs the package sleap-io.

    Raises:
        KaditaError: the file has another format, animals have no track, or there is no such keypoint.
    """
    if not first_bytes(path).startswith(HDF5):
        return read_sleap_csv(path, point, heading, least)
    with open_hdf5(path) as file:
        whole = is_slp(file)
        if not whole and not set(file) >= ANALYSIS:
            raise KaditaError(f"{path}: expected {', '.join(sorted(ANALYSIS))}, as SLEAP has; found {names(file)}")
        if not whole:
            nodes, animals = strings(path, file, "node_names"), strings(path, file, "track_names")
            points = _array(path, file, "tracks", _axes(path, file, len(nodes), len(animals)))
            scores = {key: _scores(path, file, key, points.shape) for key in ("point_scores", *SCORES)}
    if whole:
        return read_slp(path, point, heading, least)
    if points.shape[2] != len(nodes) or points.shape[3] != 2 or len(animals) not in (0, points.shape[1]):
        raise KaditaError(
            f"{path}: expected tracks of {len(animals)} animals with {len(nodes)} keypoints; found "
            f"{points.shape[1]} with {points.shape[2]}"
        )
    chosen = choose(path, points, nodes, scores["point_scores"], point=point, heading=heading, least=least)
    more = {SCORES[key]: values for key, values in scores.items() if key in SCORES and values is not None}
    return Tracks(
        agents_of(animals, points.shape[1]),
        chosen.positions,
        np.arange(len(points), dtype=np.float64),
        counts_frames=True,
        velocities=chosen.velocities,
        length_unit="px",
        y_down=True,
        attributes=chosen.attributes,
        quality={**chosen.quality, **more},
        remarks=chosen.remarks,
    )


def _axes(path: Path, file: Any, nodes: int, animals: int) -> tuple[str, ...]:
    """Return the axes of ``tracks``, as the file states them or else as its shape says."""
    stated = _stated(file, "tracks")
    if stated is not None:
        if sorted(stated) != sorted(MATLAB):
            raise KaditaError(f"{path}: expected tracks with the axes {', '.join(MATLAB)}; found {names(stated)}")
        return stated
    shape = getattr(file.get("tracks"), "shape", None) or ()
    for axes in (MATLAB, TRANSPOSED):
        size = dict(zip(axes, shape, strict=False))
        if len(shape) == len(axes) and size["xy"] == 2 and size["node"] == nodes and size["track"] in (animals, 1):
            return axes
    raise KaditaError(
        f"{path}: expected tracks (tracks, 2, nodes, frames) of {animals} animals with {nodes} nodes; found {shape}"
    )


def _stated(file: Any, name: str) -> tuple[str, ...] | None:
    try:
        stated = json.loads(file[name].attrs["dims"])
        return tuple(str(axis) for axis in stated)
    except (KeyError, TypeError, ValueError):
        return None


def _array(path: Path, file: Any, name: str, axes: tuple[str, ...]) -> Floats:
    """Return a dataset of numbers with the axes frame, track, node, xy, as far as it has them."""
    values = read_entry(path, file, name)
    if values is None or values.dtype.kind not in "fiu" or values.ndim != len(axes) or not values.size:
        raise KaditaError(f"{path}: expected numbers in {name} along {', '.join(axes)}; found others")
    order = [axes.index(axis) for axis in ("frame", "track", "node", "xy") if axis in axes]
    return np.asarray(values.transpose(order), dtype=np.float64)


def _scores(path: Path, file: Any, name: str, shape: tuple[int, ...]) -> Floats | None:
    """Return scores of keypoints, (T, N, K), or animals, (T, N); None if the file has none that are known."""
    if name not in file:
        return None
    wanted = ("frame", "track", "node") if name == "point_scores" else ("frame", "track")
    axes = _stated(file, name) or (("track", "node", "frame") if len(wanted) == 3 else ("track", "frame"))
    if sorted(axes) != sorted(wanted):
        raise KaditaError(f"{path}: expected {name} with the axes {', '.join(wanted)}; found {names(axes)}")
    values = _array(path, file, name, axes)
    if values.shape != shape[: len(wanted)] and _stated(file, name) is None:  # as in older exports
        values = _array(path, file, name, wanted if len(wanted) == 2 else ("frame", "node", "track"))
    if values.shape != shape[: len(wanted)]:
        raise KaditaError(f"{path}: expected {name} of shape {shape[: len(wanted)]}; found {values.shape}")
    return values if np.isfinite(values).any() else None
