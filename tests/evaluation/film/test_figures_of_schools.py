"""Snapshots and tracks on axes: in coordinates with units, in vectors, and where agents are."""

import re

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

import kadita
from kadita import Block, KaditaError
from kadita.evaluation.figures.snapshot import snapshot
from kadita.evaluation.figures.tracks import tracks
from kadita.evaluation.film.bodies import FLAT_FISH
from kadita.school.in_memory import InMemoryTrajectory

UNITS = {"length_unit": "cm", "time_unit": "s"}


@pytest.fixture
def axes():
    figure = Figure(figsize=(4, 4), dpi=200, layout="constrained")
    FigureCanvasAgg(figure)
    return figure.subplots()


def pixels(axes):
    axes.figure.canvas.draw()
    return np.asarray(axes.figure.canvas.buffer_rgba())[..., :3].astype(int)


def inside(points, corners):
    """Whether points are inside a polygon: how often a ray to the right crosses its sides (even-odd rule)."""
    x, y = points[..., 0], points[..., 1]
    found = np.zeros(x.shape, bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 != y1:
            found ^= ((y0 > y) != (y1 > y)) & (x < x0 + (y - y0) / (y1 - y0) * (x1 - x0))
    return found


def test_a_snapshot_is_the_picture_that_simple_code_draws(axes):
    """It differs from outlines that are filled pixel by pixel by less than a pixel along them, and nowhere else."""
    angles = np.array([0.0, 1.1, 2.5, 4.0])
    positions = np.array([[3.0, 3], [7, 3], [3, 7], [7, 7.5]])
    headings = np.stack([np.cos(angles), np.sin(angles)], 1)
    block = Block(positions[None], headings[None], box=(10.0, 10.0), attributes={"body_length": 2.5})
    snapshot(axes, block[0], color="plain", key=False)
    picture = pixels(axes)
    height, width, _ = picture.shape
    column, row = np.meshgrid(np.arange(width) + 0.5, height - np.arange(height) - 0.5)
    places = axes.transData.inverted().transform(np.stack([column, row], -1).reshape(-1, 2)).reshape(height, width, 2)
    expected = np.zeros((height, width), bool)
    for place, (c, s) in zip(positions, headings, strict=True):
        expected |= inside(places, place + 2.5 * FLAT_FISH.faces[0, :, :2] @ np.array([[c, s], [-s, c]]))
    drawn = np.abs(picture - [61, 100, 128]).max(axis=-1) < 60  # the plain colour, #3d6480
    scale = (axes.transData.transform([1, 0]) - axes.transData.transform([0, 0]))[0]
    outline = FLAT_FISH.faces[0]
    around = 2.5 * scale * np.linalg.norm(outline - np.roll(outline, 1, axis=0), axis=1).sum()
    assert expected.sum() > 5 * around
    assert (drawn != expected).sum() < 4 * around
    core = expected[1:-1, 1:-1] & expected[2:, 1:-1] & expected[:-2, 1:-1] & expected[1:-1, 2:] & expected[1:-1, :-2]
    assert drawn[1:-1, 1:-1][core].mean() > 0.98


def test_a_plane_has_coordinates_with_units_and_equal_scales(axes):
    block = Block([[[1.0, 2], [3, 4]]], np.ones((1, 2, 2)), box=(10.0, 20.0), attributes=UNITS)
    assert snapshot(axes, block[0]) is axes
    axes.figure.canvas.draw()
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x (cm)", "y (cm)")
    steps = np.diff(axes.transData.transform([[0, 0], [1, 0], [1, 1]]), axis=0)
    assert steps[0, 0] == pytest.approx(steps[1, 1])
    assert axes.get_xlim()[0] < 0 < 10 < axes.get_xlim()[1]


def test_a_view_along_no_axis_has_a_scale_bar_and_no_coordinates(axes, rng):
    block = Block(rng.normal(size=(1, 20, 3)), rng.normal(size=(1, 20, 3)), attributes=UNITS)
    snapshot(axes, block[0], look="aslant", trail=[block[0]])
    assert not axes.axison
    assert [t.get_text() for t in axes.texts if t.get_text().endswith(" cm")]
    (bar,) = axes.lines
    assert f"{np.ptp(bar.get_xdata()):g} cm" in [t.get_text() for t in axes.texts]


@pytest.mark.parametrize("ending", ["svg", "pdf"])
def test_figures_are_vectors(axes, tmp_path, rng, ending):
    names = ["$a_b$", "<b>"] * 10
    block = Block(rng.normal(size=(5, 20, 3)), rng.normal(size=(5, 20, 3)), species=names, attributes=UNITS)
    snapshot(axes, block[0])
    file = tmp_path / f"a.{ending}"
    axes.figure.savefig(file)
    data = file.read_bytes()
    assert b"/Subtype /Image" not in data
    assert b"<image" not in data
    if ending == "svg":
        assert b"$a_b$" in data
        assert len(re.findall(rb"<path ", data)) > 60  # faces of twenty bodies


def test_numbers_and_a_title_can_be_given(axes):
    block = Block([[[2.0, 5], [8, 5]]], np.ones((1, 2, 2)), box=(10.0, 10.0))
    snapshot(axes, block[0], color=[3.0, 7.0], title="age (d)")
    (bar,) = axes.child_axes
    assert bar.get_ylabel() == "age (d)"
    assert bar.get_ylim() == (3, 7)
    for wrong in ([1.0], "age"):
        with pytest.raises(KaditaError, match="color: expected"):
            snapshot(axes, block[0], color=wrong)


def segments_of(axes):
    """Segments that are coloured by time, (M, 2, 2), and their times."""
    (found,) = [c for c in axes.collections if isinstance(c, LineCollection) and c.get_array() is not None]
    return np.array(found.get_segments()), np.asarray(found.get_array())


def test_tracks_go_through_the_positions_in_the_order_of_time(axes):
    positions = np.array([[[0.0, 0]], [[1, 0]], [[1, 2]], [[0, 2]]])
    block = Block(positions, times=[0, 1, 2, 5], attributes=UNITS)
    tracks(axes, InMemoryTrajectory.of_block(block))
    segments, times = segments_of(axes)
    np.testing.assert_allclose(segments, np.stack([positions[:-1, 0], positions[1:, 0]], 1))
    assert times.tolist() == [0.5, 1.5, 3.5]
    assert axes.get_xlabel() == "x (cm)"
    assert axes.child_axes[0].get_ylabel() == "time (s)"


def test_tracks_are_cut_at_the_faces_of_the_cell_and_as_long_as_the_way(axes):
    positions = 5 + np.arange(40)[:, None, None] * np.array([[[0.7, 0.0]], [[0.0, -0.9]]]).swapaxes(0, 1)
    block = Block(positions % 10, box=(10.0, 10.0))
    tracks(axes, InMemoryTrajectory.of_block(block))
    segments, _ = segments_of(axes)
    assert segments.min() >= -1e-9
    assert segments.max() <= 10 + 1e-9
    assert np.linalg.norm(np.diff(segments, axis=1), axis=-1).sum() == pytest.approx(39 * 1.6)


def test_where_an_animal_was_not_seen_its_track_has_a_gap(axes, tmp_path):
    with kadita.record(tmp_path / "a.nc", agents=["a", "b"], dimensions=2, presence=True, velocities=False) as file:
        for frame in range(6):
            file.write([[frame, 0], [frame, 1] if frame != 2 else [np.nan, np.nan]], time=frame)
    with kadita.open(tmp_path / "a.nc") as trajectory:
        tracks(axes, trajectory, agents=["b"])
        segments, _ = segments_of(axes)
        assert segments[:, 0, 0].tolist() == [0, 3, 4]
        assert segments[:, 1, 0].tolist() == [1, 4, 5]
        with pytest.raises(KaditaError, match="there is no agent 'c'"):
            tracks(axes, trajectory, agents=["c"])
        with pytest.raises(KaditaError, match="present in two frames"):
            tracks(axes, trajectory, start=2, stop=3)


def test_long_tracks_are_thinned_and_keep_their_course(axes, monkeypatch):
    monkeypatch.setattr("kadita.evaluation.figures.tracks.MOST_STEPS", 400)
    t = np.arange(600)
    circle = 100 * np.stack([np.cos(t / 50), np.sin(t / 50)], 1)[:, None]
    tracks(axes, InMemoryTrajectory.of_block(Block(np.repeat(circle, 3, axis=1) + [[0, 0], [1, 0], [2, 0]])))
    segments, _ = segments_of(axes)
    assert 300 < len(segments) <= 400  # of 1,800 steps
    ends = segments[:, 1].reshape(-1, 3, 2)
    assert np.abs(np.hypot(*ends[:, 0].T) - 100).max() < 1e-9


def coming_and_going(path, frames=600):
    """Eight agents in a row that move up by 1 a frame; the first is there in every other frame, the last until 299."""
    x = np.stack(np.broadcast_arrays(10.0 * np.arange(8), np.arange(frames)[:, None]), axis=2)
    x[1::2, 0] = x[300:, 7] = np.nan
    with kadita.record(path, agents=8, dimensions=2, presence=True, velocities=False) as file:
        for frame, positions in enumerate(x):
            file.write(positions, time=frame)
    return x


def test_who_comes_and_goes_cuts_no_track_but_its_own(axes, tmp_path, monkeypatch):
    monkeypatch.setattr("kadita.evaluation.figures.tracks.MOST_STEPS", 480)
    coming_and_going(tmp_path / "a.nc")  # 4,800 steps, of which every tenth is drawn
    with kadita.open(tmp_path / "a.nc") as trajectory:
        tracks(axes, trajectory)
    segments, times = segments_of(axes)
    assert len(segments) == 6 * 60 + 30
    for agent, last in [(i, 599) for i in range(1, 7)] + [(7, 299)]:
        of_it = segments[:, 0, 0] == 10 * agent
        assert segments[of_it][:, :, 1].max() == last  # to where it was seen at last
        assert np.abs(np.diff(segments[of_it], axis=1)).sum() == last  # without a gap
        np.testing.assert_allclose(times[of_it], segments[of_it][:, :, 1].mean(axis=1))


def test_frames_of_tracks_are_chosen_by_time_too(axes):
    positions = np.arange(20.0)[:, None, None] * [1.0, 2.0]
    tracks(axes, InMemoryTrajectory.of_block(Block(positions, times=np.arange(20) / 2)), begin=2, end=6, dt=1)
    segments, times = segments_of(axes)
    assert segments[:, 0, 0].tolist() == [4, 6, 8, 10]
    assert times.tolist() == [2.5, 3.5, 4.5, 5.5]


def test_the_arena_is_drawn(axes):
    block = Block(np.zeros((3, 1, 2)) + np.arange(3)[:, None, None] / 4, attributes={"arena": "circle:0,0,2"})
    tracks(axes, InMemoryTrajectory.of_block(block))
    lines = [s for c in axes.collections if c.get_array() is None for s in c.get_segments()]
    np.testing.assert_allclose(np.linalg.norm(np.concatenate(lines), axis=1), 2)
