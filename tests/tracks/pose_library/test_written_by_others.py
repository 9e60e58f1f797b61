"""Files that sleap-io and pandas with PyTables write: what is in them is what is read, whoever made them."""

import numpy as np
import pandas
import pytest
import sleap_io
from numpy.testing import assert_allclose
from sleap_io.io import analysis_h5, coco, csv, nwb_predictions
from track_files import SECRETS, turning
from track_files.pose import KEYPOINTS, VIDEO, confidence, deeplabcut_h5, deeplabcut_table, keypoints, sleap_h5

from kadita.io.importing.find import find_importer

SCHOOL = turning(["a", "b", "c"])
X, SURE = keypoints(SCHOOL), confidence(SCHOOL)
COUNTED = {"frame_rate": 10.0, "time_unit": "s"}
UP = np.array([1, -1])


@pytest.fixture
def labels():
    """The school, as SLEAP holds it."""
    skeleton = sleap_io.Skeleton(nodes=list(KEYPOINTS), name="fish")
    video = sleap_io.Video(filename=VIDEO, open_backend=False)
    tracks = [sleap_io.Track(name) for name in SCHOOL.agents]
    frames = []
    for t in range(len(X)):
        instances = [
            sleap_io.PredictedInstance.from_numpy(
                np.column_stack([X[t, i], SURE[t, i]]), skeleton=skeleton, score=0.9, track=track, tracking_score=0.8
            )
            for i, track in enumerate(tracks)
            if not np.isnan(X[t, i]).any()
        ]
        frames.append(sleap_io.LabeledFrame(video=video, frame_idx=t, instances=instances))
    return sleap_io.Labels(frames)


WRITERS = {
    "slp": ("pond.slp", lambda labels, path: labels.save(str(path), verbose=False), "sleap"),
    "analysis": ("pond.h5", lambda labels, path: analysis_h5.write_labels(labels, path), "sleap"),
    "frames first": (
        "pond.h5",
        lambda labels, path: analysis_h5.write_labels(labels, path, preset="standard"),
        "sleap",
    ),
    "csv": ("pond.csv", lambda labels, path: csv.write_labels(labels, path, format="sleap"), "sleap"),
    "nwb": ("pond.nwb", lambda labels, path: nwb_predictions.write_nwb(labels, str(path)), "nwb"),
    "coco": ("pond.json", lambda labels, path: coco.write_labels(labels, path), "coco"),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # sleap-io writes NWB by older names
@pytest.mark.parametrize("kind", WRITERS)
def test_what_sleap_io_writes(kind, labels, tmp_path, registry, converted, said):
    name, write, importer = WRITERS[kind]
    path = tmp_path / name
    write(labels, path)
    assert find_importer(registry, path, None).name == importer
    more = {} if kind == "nwb" else COUNTED
    read = converted(path, point="body", heading="tail:nose", **more)
    assert_allclose(read["positions"][..., :2], X[:, :, 1] * UP, rtol=1e-6, atol=1e-5)
    along = (X[:, :, 0] - X[:, :, 2]) * UP
    assert_allclose(read["velocities"][..., :2], along / np.linalg.norm(along, axis=2, keepdims=True), atol=1e-5)
    assert read["agents"] == ([1, 2, 3] if kind == "coco" else SCHOOL.agents)
    content = read["path"].read_bytes()
    assert not any(secret.encode() in content for secret in (*SECRETS, "grace", "pond-film"))
    if kind != "coco":  # which has no confidence of keypoints
        assert said(read, "it has a quality column confidence (0.7")


@pytest.mark.parametrize("form", ["table", "fixed"])
@pytest.mark.parametrize("several", [True, False])
def test_what_pandas_writes_for_deeplabcut(form, several, tmp_path, registry, converted):
    table = deeplabcut_table(SCHOOL)
    if not several:
        table = table.xs("a", axis=1, level="individuals")
    table.to_hdf(tmp_path / "pond.h5", key="df_with_missing", format=form, mode="w")
    assert find_importer(registry, tmp_path / "pond.h5", None).name == "deeplabcut"
    read = converted(tmp_path / "pond.h5", point="body", **COUNTED)
    expected = X[:, :, 1] * UP
    assert_allclose(read["positions"][..., :2], expected if several else expected[:, :1], rtol=1e-6, atol=1e-5)
    assert read["agents"] == (SCHOOL.agents if several else [0])
    assert b"pond-film" not in read["path"].read_bytes()


def test_files_made_here_are_read_by_their_own_programs(tmp_path):
    made = sleap_io.load_analysis_h5(sleap_h5(tmp_path, SCHOOL))
    assert_allclose(made.numpy(), X, rtol=1e-6)
    assert [track.name for track in made.tracks] == SCHOOL.agents
    table = deeplabcut_table(SCHOOL)
    table.to_hdf(tmp_path / "true.h5", key="df_with_missing", format="table", mode="w")
    pandas.testing.assert_frame_equal(pandas.read_hdf(tmp_path / "true.h5"), table, check_names=False)
    assert_allclose(pandas.DataFrame(table).to_numpy(), _values(deeplabcut_h5(tmp_path, SCHOOL)), rtol=0)


def _values(path):
    import tables

    with tables.open_file(path) as file:
        return file.root.df_with_missing.table.col("values_block_0")


def test_poses_that_a_person_corrected_are_taken(labels, tmp_path, converted, said):
    frame = labels.labeled_frames[2]
    predicted = frame.instances[1]
    moved = sleap_io.Instance.from_numpy(X[2, 1] + 5, skeleton=predicted.skeleton, track=predicted.track)
    moved.from_predicted = predicted
    frame.instances.append(moved)
    labels.save(str(tmp_path / "pond.slp"), verbose=False)
    read = converted(tmp_path / "pond.slp", point="body", least={"confidence": 0.1}, **COUNTED)
    expected = X[:, :, 1].copy()
    expected[2, 1] += 5
    assert_allclose(read["positions"][..., :2], expected * UP, rtol=1e-6, atol=1e-5)
    assert said(read, "1 of 34 poses were set by hand; their confidence is taken as 1")


def test_animals_that_are_never_seen_together_are_two(labels, tmp_path, converted):
    for t, frame in enumerate(labels.labeled_frames):
        frame.instances = [frame.instances[t % 2]]
    labels.save(str(tmp_path / "pond.slp"), verbose=False)
    read = converted(tmp_path / "pond.slp", point="body", velocities="none", **COUNTED)
    assert read["agents"] == ["a", "b"]
    assert_allclose(read["positions"][::2, 0, :2], X[::2, 0, 1] * UP, rtol=1e-6)
    assert np.isnan(read["positions"][1::2, 0]).all()


def test_animals_that_sleap_did_not_track_are_refused(labels, tmp_path, refused):
    for frame in labels.labeled_frames:
        for instance in frame.instances:
            instance.track = None
    labels.tracks = []
    labels.save(str(tmp_path / "pond.slp"), verbose=False)
    words = ("--point", "body", "--frame-rate", "10", "--time-unit", "s")
    assert "several animals without one in frame 0: track them in SLEAP" in refused(tmp_path / "pond.slp", *words)


def test_a_damaged_slp_has_one_line(labels, tmp_path, refused):
    labels.save(str(tmp_path / "pond.slp"), verbose=False)
    content = (tmp_path / "pond.slp").read_bytes()
    words = ("--point", "body", "--frame-rate", "10", "--time-unit", "s")
    (tmp_path / "pond.slp").write_bytes(content[: len(content) // 2])
    assert "expected" in refused(tmp_path / "pond.slp", "--from", "sleap", *words)
