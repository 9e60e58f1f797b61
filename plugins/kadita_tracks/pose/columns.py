"""Arrange columns that are named by animal, keypoint and coordinate, as DeepLabCut has them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kadita import KaditaError
from kadita.plugins.importers import Floats

AXES = ("x", "y", "z")
LIKELIHOOD = "likelihood"


class Poses(NamedTuple):
    """Keypoints of animals in frames; NaN where unknown."""

    animals: list[str]  # (N,)
    keypoints: list[str]  # (K,)
    points: Floats  # (T, N, K, D)
    confidence: Floats | None  # (T, N, K)


def poses_of(path: Path, columns: Sequence[tuple[str, str, str]], values: Floats) -> Poses:
    """Return the keypoints in a table, (T, columns), whose columns are named (animal, keypoint, coordinate).

    A column that is neither a coordinate nor a likelihood is refused.

    Raises:
        KaditaError: a column is named twice, or a keypoint lacks a coordinate.
    """
    if len(set(columns)) != len(columns):
        twice = next(c for i, c in enumerate(columns) if c in columns[:i])
        raise KaditaError(f"{path}: expected each coordinate once; found {'/'.join(twice)[:80]!r} twice")
    coordinates = {c for _, _, c in columns}
    if not coordinates - {LIKELIHOOD} or coordinates - {*AXES, LIKELIHOOD}:
        found = ", ".join(repr(c[:20]) for c in sorted(coordinates)[:8])
        raise KaditaError(f"{path}: expected the coordinates x, y, and z and likelihood if known; found {found}")
    animals = list(dict.fromkeys(a for a, _, _ in columns))
    keypoints = list(dict.fromkeys(k for _, k, _ in columns))
    axes = AXES if "z" in coordinates else AXES[:2]
    points = np.full((len(values), len(animals), len(keypoints), len(axes)), np.nan)
    confidence = np.full(points.shape[:3], np.nan)
    place = {column: i for i, column in enumerate(columns)}
    for i, animal in enumerate(animals):
        for k, keypoint in enumerate(keypoints):
            found_axes = [a for a in axes if (animal, keypoint, a) in place]
            if found_axes and len(found_axes) != len(axes):
                raise KaditaError(
                    f"{path}: expected {', '.join(axes)} of keypoint {keypoint[:40]!r}; found {', '.join(found_axes)}"
                )
            if found_axes:  # animals may have keypoints that others lack
                points[:, i, k] = values[:, [place[animal, keypoint, a] for a in axes]]
            if (animal, keypoint, LIKELIHOOD) in place:
                confidence[:, i, k] = values[:, place[animal, keypoint, LIKELIHOOD]]
    return Poses(animals, keypoints, points, confidence if LIKELIHOOD in coordinates else None)
