"""Files of programs that follow several keypoints of each animal.

The animal is where its keypoint `body` is; its nose is 3 before it along the diagonal, its tail 2 behind.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pandas
import xarray

from track_files import SECRETS, School, TrackFile, turning

KEYPOINTS = ["nose", "body", "tail"]
RATE = 10.0
VIDEO = f"{SECRETS[0]}/{SECRETS[2]}"
SCORER = f"DLC_resnet50_{SECRETS[2]}"


def keypoints(school: School) -> np.ndarray:
    """Return positions of nose, body and tail, (T, N, K, D)."""
    x = school.positions
    along = np.full(x.shape[2], 1 / np.sqrt(x.shape[2]))
    return np.stack([x + 3 * along, x, x - 2 * along], axis=2)


def confidence(school: School) -> np.ndarray:
    """Return how sure each keypoint is, (T, N, K)."""
    x = keypoints(school)[..., 0]
    return np.where(np.isnan(x), np.nan, np.linspace(0.7, 0.99, x.size).reshape(x.shape))


def movement(folder: Path, school: School) -> Path:
    """As xarray writes it."""
    dims = ("time", "space", "keypoints", "individuals")
    dataset = xarray.Dataset(
        {
            "position": (dims, np.moveaxis(keypoints(school), (1, 2, 3), (3, 2, 1))),
            "confidence": ((dims[0], *dims[2:]), confidence(school).transpose(0, 2, 1)),
        },
        coords={"time": school.times, "space": ["x", "y"], "keypoints": KEYPOINTS, "individuals": school.agents},
        attrs={"time_unit": "seconds", "source_file": f"{SECRETS[1]}/{SECRETS[2]}", "fps": RATE},
    )
    dataset.to_netcdf(folder / "poses.nc")
    return folder / "poses.nc"


def sleap_h5(folder: Path, school: School) -> Path:
    x, sure = keypoints(school), confidence(school)
    with h5py.File(folder / "pond.analysis.h5", "w") as file:
        file["tracks"] = x.transpose(1, 3, 2, 0)
        file["track_occupancy"] = (~np.isnan(x[:, :, 0, 0])).astype("u1")
        file["point_scores"] = sure.transpose(1, 2, 0)
        file["instance_scores"] = sure.mean(axis=2).T
        file["tracking_scores"] = sure.mean(axis=2).T
        file["track_names"] = np.array([a.encode() for a in school.agents])
        file["node_names"] = np.array([k.encode() for k in KEYPOINTS])
        file["edge_names"] = np.array([[b"body", b"nose"], [b"body", b"tail"]])
        file["edge_inds"] = np.array([[1, 0], [1, 2]])
        file["labels_path"], file["video_path"], file["video_ind"] = f"{SECRETS[1]}/pond.slp", VIDEO, 0
        file["provenance"] = json.dumps({"filename": VIDEO})
    return folder / "pond.analysis.h5"


def sleap_csv(folder: Path, school: School) -> Path:
    x, sure = keypoints(school), confidence(school)
    rows = []
    for t, i in np.argwhere(~np.isnan(x[..., 0, 0])).tolist():
        row = {"track": school.agents[i], "frame_idx": t, "instance.score": 0.9}
        for k, name in enumerate(KEYPOINTS):
            row |= {f"{name}.x": x[t, i, k, 0], f"{name}.y": x[t, i, k, 1], f"{name}.score": sure[t, i, k]}
        rows.append(row)
    pandas.DataFrame(rows).to_csv(folder / "pond.csv", index=False)
    return folder / "pond.csv"


def deeplabcut_table(school: School) -> pandas.DataFrame:
    """The table of a project of several animals."""
    x, sure = keypoints(school), confidence(school)
    columns = {}
    for i, agent in enumerate(school.agents):
        for k, name in enumerate(KEYPOINTS):
            for coordinate, values in (("x", x[:, i, k, 0]), ("y", x[:, i, k, 1]), ("likelihood", sure[:, i, k])):
                columns[SCORER, agent, name, coordinate] = values
    table = pandas.DataFrame(columns)
    table.columns.names = ["scorer", "individuals", "bodyparts", "coords"]
    return table


def deeplabcut_csv(folder: Path, school: School) -> Path:
    deeplabcut_table(school).to_csv(folder / "pond.csv")
    return folder / "pond.csv"


def deeplabcut_single(folder: Path, school: School) -> Path:
    """Of a project of one animal, and of Lightning Pose: without the row of individuals."""
    deeplabcut_table(school).droplevel("individuals", axis=1).to_csv(folder / "pond.csv")
    return folder / "pond.csv"


def deeplabcut_h5(folder: Path, school: School) -> Path:
    """What PyTables makes of pandas' format ``table``: records, and names of columns as a pickle."""
    table = deeplabcut_table(school)
    rows = np.zeros(len(table), dtype=[("index", "<i8"), ("values_block_0", "<f8", (len(table.columns),))])
    rows["index"], rows["values_block_0"] = table.index, table.to_numpy()
    with h5py.File(folder / "pond.h5", "w") as file:
        group = file.create_group("df_with_missing")
        group.attrs["pandas_type"] = np.bytes_(b"frame_table")
        group.attrs["table_type"] = np.bytes_(b"appendable_frame")
        group.attrs["non_index_axes"] = np.bytes_(pickle.dumps([(1, table.columns.tolist())], 0))
        group["table"] = rows
    return folder / "pond.h5"


def nwb(folder: Path, school: School) -> Path:
    """A PoseEstimation for each animal; the second has time stamps, the first a rate."""
    x, sure = keypoints(school), confidence(school)
    with h5py.File(folder / "pond.nwb", "w") as file:
        file.attrs["nwb_version"] = "2.8.0"
        file["session_description"] = VIDEO
        for i, agent in enumerate(school.agents):
            group = file.create_group(f"processing/behavior/{agent}")
            group.attrs["neurodata_type"] = "PoseEstimation"
            group["original_videos"] = [VIDEO]
            seen = ~np.isnan(x[:, i, 0, 0])
            for k, name in enumerate(KEYPOINTS):
                series = group.create_group(name)
                series.attrs["neurodata_type"] = "PoseEstimationSeries"
                series["data"], series["confidence"] = x[seen, i, k], sure[seen, i, k]
                series["data"].attrs["unit"] = "pixels"
                if seen.all():
                    series["starting_time"] = school.times[0]
                    series["starting_time"].attrs["rate"] = RATE
                elif k == 0:
                    series["timestamps"] = school.times[seen]
                else:
                    series["timestamps"] = h5py.SoftLink(f"/processing/behavior/{agent}/{KEYPOINTS[0]}/timestamps")
    return folder / "pond.nwb"


def coco(folder: Path, school: School) -> Path:
    x = keypoints(school)
    images = [{"id": t + 1, "file_name": f"{SECRETS[2]}_{t:06d}.png", "width": 0, "height": 0} for t in range(len(x))]
    annotations = [
        {
            "id": n,
            "image_id": t + 1,
            "category_id": 1,
            "keypoints": np.insert(x[t, i], 2, 2, axis=1).ravel().tolist(),
            "attributes": {"object_id": school.agents[i]},
        }
        for n, (t, i) in enumerate(np.argwhere(~np.isnan(x[..., 0, 0])).tolist())
    ]
    categories = [{"id": 1, "name": "fish", "keypoints": KEYPOINTS, "skeleton": [[1, 2], [2, 3]]}]
    content = {"info": {"contributor": SECRETS[0]}, "images": images, "annotations": annotations}
    (folder / "pond.json").write_text(json.dumps(content | {"categories": categories}))
    return folder / "pond.json"


def anipose(folder: Path, school: School) -> Path:
    x, sure = keypoints(school), confidence(school)
    columns = {}
    for k, name in enumerate(KEYPOINTS):
        columns |= {f"{name}_{axis}": x[:, 0, k, a] for a, axis in enumerate("xyz")}
        columns |= {f"{name}_error": 0.5, f"{name}_ncams": 3, f"{name}_score": sure[:, 0, k]}
    columns |= {f"M_{i}{j}": float(i == j) for i in range(3) for j in range(3)}
    columns |= {f"center_{i}": 0.0 for i in range(3)} | {"fnum": np.arange(len(x))}
    pandas.DataFrame(columns).to_csv(folder / "pond.csv", index=False)
    return folder / "pond.csv"


def via_tracks(folder: Path, school: School) -> Path:
    rows = []
    for t, i in np.argwhere(~np.isnan(school.positions[..., 0])).tolist():
        x, y = school.positions[t, i]
        shape = {"name": "rect", "x": x - 2, "y": y - 1, "width": 4, "height": 2}
        cells = [json.dumps(cell) for cell in ({"clip": 1, "frame": t}, shape, {"track": str(school.agents[i])})]
        rows.append([f"{SECRETS[2]}_{t:05d}.png", 26542080, cells[0], 3, i, *cells[1:]])
    names = "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes"
    pandas.DataFrame(rows, columns=names.split(",")).to_csv(folder / "pond.csv", index=False)
    return folder / "pond.csv"


def one(*, dimensions: int) -> School:
    """A single animal, seen throughout."""
    school = turning([0, 1], dimensions=dimensions)
    x = school.positions[:, :1]
    x[..., 2:] += np.linspace(0, 3, len(x))[:, None, None]  # it rises
    return School([0], school.times, x)


BODY = {"point": "body"}
COUNTED = {**BODY, "frame_rate": RATE, "time_unit": "s"}
NAMED = turning(["a", "b", "c"])
Write = Callable[[Path, School], Path]


def pose(importer: str, write: Write, school: School, made_from: str, **more: object) -> TrackFile:
    return TrackFile(importer, write, school, COUNTED, made_from, y_down=True)._replace(**more)  # type: ignore[arg-type]


FILES = {
    "movement": pose("movement", movement, NAMED, "xarray", options={**BODY, "length_unit": "px"}, binary=True),
    "SLEAP .h5": pose("sleap", sleap_h5, NAMED, "sleap-io 0.9, analysis_h5", binary=True),
    "SLEAP .csv": pose("sleap", sleap_csv, NAMED, "sleap-io 0.9, csv"),
    "DeepLabCut .csv": pose("deeplabcut", deeplabcut_csv, NAMED, "pandas, as DeepLabCut calls it"),
    "DeepLabCut of one animal": pose("deeplabcut", deeplabcut_single, one(dimensions=2), "the same"),
    "DeepLabCut .h5": pose("deeplabcut", deeplabcut_h5, NAMED, "what pandas 3 and PyTables write", binary=True),
    "NWB": pose("nwb", nwb, NAMED, "sleap-io 0.9, nwb_predictions", options=BODY, binary=True),
    "COCO": pose("coco", coco, turning([1, 2, 3]), "sleap-io 0.9, coco"),
    "Anipose": pose(
        "anipose",
        anipose,
        one(dimensions=3),
        "anipose.readthedocs.io",
        options={**COUNTED, "length_unit": "mm"},
        y_down=False,
    ),
    "VIA": pose(
        "via_tracks",
        via_tracks,
        turning([1, 2, 3]),
        "robots.ox.ac.uk/~vgg/software/via",
        options={"frame_rate": RATE, "time_unit": "s"},
    ),
}
