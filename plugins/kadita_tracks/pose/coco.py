"""Read keypoints in COCO's JSON: categories with names of keypoints, images, and annotations of animals in them.

``keypoints`` of an annotation has x, y and a visibility for each, 0 where it is not labelled. COCO has no tracks; tools
write an identity as ``track_id``, or in ``attributes`` as ``track_id`` or ``object_id``. The frame is the number at the
end of an image's name, or else the image's place in the list. Names of images and people are not kept.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from kadita import KaditaError, Tracks, importer
from kadita.plugins.importers import Floats, first_bytes
from kadita_tracks.files.damage import reading
from kadita_tracks.pose.keypoints import Heading, Point, choose
from kadita_tracks.rows.arrange import frames_of_rows
from kadita_tracks.tables.qualities import Least

HEADER = 1 << 16
NUMBER = re.compile(r"(\d{1,15})\.\w+\Z")
SCORE = "score"


def _recognizes(path: Path) -> bool:
    try:
        text = first_bytes(path, HEADER).decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    except KaditaError:
        return False
    return text.startswith("{") and any(f'"{key}"' in text for key in ("image_id", "file_name", "num_keypoints"))


@importer(endings=(".json",), recognizes=_recognizes, source="COCO; cocodataset.org, Format data")
def coco(path: Path, *, point: Point = None, heading: Heading = None, least: Least = None) -> Tracks:
    """Keypoints in COCO, .json: ``--point`` chooses one, or their mean; images are frames.

    Raises:
        KaditaError: the file is no COCO of keypoints, or several animals of an image have no identity.
    """
    with reading(path, "COCO's JSON", (Exception,)):
        content = json.loads(path.read_bytes())
        categories = {c["id"]: [str(k) for k in c.get("keypoints", [])] for c in content["categories"]}
        annotated = [a for a in content["annotations"] if a.get("keypoints")]
        kinds = {tuple(categories[a["category_id"]]) for a in annotated}
        if len(kinds) != 1 or not next(iter(kinds)):
            raise KaditaError(f"{path}: expected annotations with the keypoints of one category; found {len(kinds)}")
        keypoints = list(kinds.pop())
        frame_of, remark = _frames(path, content["images"])
        frames = np.array([frame_of[a["image_id"]] for a in annotated], dtype=np.float64)
        values = np.array([a["keypoints"] for a in annotated], dtype=np.float64).reshape(len(annotated), -1, 3)
        scores = np.array([_number(a.get(SCORE)) for a in annotated])
        animals = _identities(path, annotated, frames)
    if values.shape[1] != len(keypoints):
        raise KaditaError(f"{path}: expected {len(keypoints)} keypoints; found {values.shape[1]}")
    points = np.where(values[..., 2:] == 0, np.nan, values[..., :2])
    chosen = choose(path, points, keypoints, None, point=point, heading=heading, least=least)
    return frames_of_rows(
        str(path),
        animals,
        frames,
        chosen.positions,
        chosen.velocities,
        quality={SCORE: scores} if np.isfinite(scores).any() else {},
        counts_frames=True,
        length_unit="px",
        y_down=True,
        height=_height(content["images"]),
        attributes=chosen.attributes,
        remarks=(remark, *chosen.remarks),
    )


def _frames(path: Path, images: list[dict[str, Any]]) -> tuple[dict[Any, int], str]:
    """Return the frame of each image, and a remark."""
    numbers = [NUMBER.search(str(image.get("file_name", ""))) for image in images]
    found = [int(n[1]) for n in numbers if n]
    if len(set(found)) == len(images):
        return dict(zip([i["id"] for i in images], found, strict=True)), f"{path}: frames are numbers in images' names"
    return {image["id"]: i for i, image in enumerate(images)}, f"{path}: frames are images in the order of the file"


def _identities(path: Path, annotated: list[dict[str, Any]], frames: Floats) -> Any:
    """Return the identity of each annotation, (rows,); 0 for a single animal without one."""
    found = [_identity(a) for a in annotated]
    if all(isinstance(i, int) for i in found):
        return np.array(found, dtype=np.int64)
    if None not in found:
        return np.array([str(i) for i in found])
    if found.count(None) == len(found) and len(np.unique(frames)) == len(frames):
        return np.zeros(len(found), dtype=np.int64)
    raise KaditaError(
        f"{path}: expected a track_id of each annotation; {found.count(None)} of {len(found)} have none, and animals "
        "cannot be told apart"
    )


def _identity(annotation: dict[str, Any]) -> int | str | None:
    attributes = annotation.get("attributes") or {}
    for value in (annotation.get("track_id"), attributes.get("track_id"), attributes.get("object_id")):
        if isinstance(value, int | str) and not isinstance(value, bool) and value != "":
            return value
    return None


def _height(images: list[dict[str, Any]]) -> float | None:
    """Return the height of the images, if they have one."""
    heights = {image.get("height") for image in images}
    height = heights.pop() if len(heights) == 1 else None
    return float(height) if isinstance(height, int | float) and height > 0 else None


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else np.nan
