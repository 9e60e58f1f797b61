"""Which keypoint stands for an animal, and from which to which its body points: asked for, never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import KaditaError
from kadita.plugins.importers import Floats, did_you_mean

Point = Annotated[str | None, Field(description="keypoint that stands for an animal, or mean, as --point sets it")]
Heading = Annotated[
    str | None, Field(description="FROM:TO, keypoints from and to which the body points, as --heading sets it")
]
MEAN = "mean"
CONFIDENCE = "confidence"
SHOWN = 40  # names of keypoints, and characters of a name, in a message


@dataclass(frozen=True)
class Chosen:
    """What is known of animals whose keypoints are reduced to one position, and one direction.

    Attributes:
        positions: (..., D), NaN where unknown.
        velocities: unit vectors along the body, (..., D), NaN where unknown; None if no heading was asked for.
        quality: ``confidence``, (...), the least one of the keypoints that a position is made of; empty if unknown.
        remarks: for the user, one line each.
    """

    positions: Floats
    velocities: Floats | None = None
    quality: Mapping[str, Floats] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def attributes(self) -> dict[str, Any]:
        """Attributes of `kadita.Tracks`: what the velocities are."""
        return {} if self.velocities is None else {"velocities": "orientation"}


def agents_of(names: Sequence[str], count: int) -> NDArray[Any]:
    """Return the names as identities, (N,); numbers from 0 where names are missing, or do not tell animals apart."""
    valid = len(set(names)) == len(names) == count and all(name.strip() and "\0" not in name for name in names)
    return np.array(list(names)) if valid else np.arange(count)


def choose(
    path: Path,
    points: Floats,
    names: Sequence[str],
    confidence: Floats | None,
    *,
    point: str | None,
    heading: str | None,
    least: Mapping[str, float] | None = None,
) -> Chosen:
    """Return the position and the direction of animals with several keypoints.

    A limit of confidence leaves out keypoints before their mean, and the direction, is taken.

    Args:
        path: of the file, for messages.
        points: (..., K, D), NaN or infinite where unknown.
        names: of the keypoints, (K,), or none.
        confidence: (..., K); None if the file has none.
        point: name of a keypoint, or ``mean``; None if there is one alone.
        heading: ``FROM:TO``.
        least: limits by name of the quality, as the user set them.

    Raises:
        KaditaError: there are several keypoints and none is chosen, or there is no such keypoint.
    """
    known: NDArray[np.bool_] = np.logical_not((~np.isfinite(points)).any(axis=-1))
    points = np.where(known[..., None], points, np.nan)
    remarks: list[str] = []
    limit = (least or {}).get(CONFIDENCE)
    sure = known
    if limit is not None and confidence is not None:
        sure = known & (confidence >= limit)
    one = _place(path, names, points.shape[-2], point)
    if one is None:
        if sure is not known:
            out = int(known.sum()) - int(sure.sum())
            remarks.append(f"{path}: {out} of {int(known.sum())} keypoints have {CONFIDENCE} below {limit:g}; left out")
        positions, certain, more = _mean(path, points, sure, names, confidence)
        remarks += more
    else:  # those below a limit are left out as all sightings are, and counted there
        positions, certain = points[..., one, :], None if confidence is None else confidence[..., one]
    velocities = None
    if heading is not None:
        tail, tip = _pair(path, names, heading)
        sighted = np.logical_not(np.isnan(positions).any(axis=-1))
        velocities = _direction(points, sure, tail, tip)
        unknown = int((sighted & np.isnan(velocities[..., 0])).sum())
        remark = f"{path}: headings are those of bodies, from {_short(names[tail])} to {_short(names[tip])}"
        if unknown:
            remark += f"; of {unknown} of {int(sighted.sum())} sightings they are unknown"
        remarks.append(f"{remark}; they have no speeds")
    return Chosen(positions, velocities, {} if certain is None else {CONFIDENCE: certain}, tuple(remarks))


def _place(path: Path, names: Sequence[str], count: int, point: str | None) -> int | None:
    """Return the index of the keypoint that stands for an animal; None for the mean of all."""
    if point is not None and point in names:
        return list(names).index(point)
    if point in (None, MEAN) and count == 1:
        return 0
    if point == MEAN:
        return None
    if point is None:
        raise KaditaError(
            f"{path}: has {count} keypoints, {_listed(names)}; choose one with --point NAME, or the mean of those "
            "that are known with --point mean"
        )
    raise _unknown(path, names, point)


def _unknown(path: Path, names: Sequence[str], point: str) -> KaditaError:
    hint = did_you_mean(point, names)
    return KaditaError(
        f"{path}: there is no keypoint {point!r}{hint}; there are: {_listed(names) or 'none with names'}"
    )


def _pair(path: Path, names: Sequence[str], heading: str) -> tuple[int, int]:
    """Return the indices of the keypoints FROM and TO, whose names may have a colon."""
    parts = heading.split(":")
    splits = [(":".join(parts[:i]), ":".join(parts[i:])) for i in range(1, len(parts))]
    if not splits:
        raise KaditaError(f"--heading: expected FROM:TO, two keypoints of {_listed(names)}; got '{heading}'")
    known = [pair for pair in splits if pair[0] in names and pair[1] in names]
    if not known:
        wrong = next(name for name in splits[0] if name not in names)
        raise _unknown(path, names, wrong)
    if len(known) > 1 or known[0][0] == known[0][1]:
        raise KaditaError(f"--heading: expected two keypoints, FROM:TO; got '{heading}', which is one or ambiguous")
    tail, tip = known[0]
    return list(names).index(tail), list(names).index(tip)


def _direction(points: Floats, sure: NDArray[np.bool_], tail: int, tip: int) -> Floats:
    """Return unit vectors from one keypoint to the other, (..., D); NaN where one is unknown, or both are one point."""
    along = np.where(sure[..., [tail, tip], None], points[..., [tail, tip], :], np.nan)
    along = along[..., 1, :] - along[..., 0, :]
    length = np.linalg.norm(along, axis=-1, keepdims=True)
    return np.divide(along, length, out=np.full_like(along, np.nan), where=length > 0)


def _mean(
    path: Path, points: Floats, known: NDArray[np.bool_], names: Sequence[str], confidence: Floats | None
) -> tuple[Floats, Floats | None, tuple[str, ...]]:
    """Return the mean of the known keypoints, (..., D), the least confidence of them, (...), and a remark."""
    number = known.sum(axis=-1)
    total = np.where(known[..., None], points, 0).sum(axis=-2)
    mean = np.full(total.shape, np.nan)
    np.divide(total, number[..., None], out=mean, where=number[..., None] > 0)
    if confidence is not None:  # of which one is unknown, the least is unknown
        confidence = np.where(known, confidence, np.inf).min(axis=-1)
        confidence = np.where(number > 0, confidence, np.nan)
    partial = int(((number > 0) & (number < points.shape[-2])).sum())
    remark = f"{path}: positions are means of the {points.shape[-2]} keypoints {_listed(names)}"
    if partial:
        remark += f"; in {partial} of {int((number > 0).sum())} positions only some are known, and the mean jumps there"
    return mean, confidence, (remark,)


def _short(name: str) -> str:
    return repr(str(name)[:SHOWN])


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(_short(name) for name in names[:SHOWN]) + more
